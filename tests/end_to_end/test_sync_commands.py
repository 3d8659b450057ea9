"""`hipdrop clip runs`, `sync` and `erase` on a virtual clip, as a user types them."""

from __future__ import annotations

from pathlib import Path

import pytest

from clip_with_runs import ClipOfItsOwn
from filed_runs import FiledRun, tilt_values
from hipdrop.after.history.store import History
from hipdrop.cli import main
from hipdrop.recording.library import list_recordings, recordings_folder
from hipdrop.virtual.loop import run_virtual

pytestmark = pytest.mark.usefixtures("micropython_command")
pytest.importorskip("bumble", reason='no bumble: pip install "hipdrop[virtual]"')


def test_from_the_list_to_an_empty_clip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    values = tilt_values(75.0)[:4160]
    files = {
        4: FiledRun(values, number=4, clock_s=1_795_000_000.0, set_s=1_794_990_000).file(),
        6: FiledRun(values[:1040], number=6, boot_id=5).file(),
    }
    for module in ("cliprun", "cliperase"):
        monkeypatch.setattr(f"hipdrop.commands.{module}.chosen_link", lambda clip: ClipOfItsOwn(tmp_path, files))
    monkeypatch.setattr("hipdrop.commands.cliprun.asyncio.run", run_virtual)

    def say(*words: str) -> tuple[int, str, str]:
        code = main(["clip", *words])
        return code, *capsys.readouterr()

    code, out, _ = say("runs")
    assert code == 0
    rows = [line.split() for line in out.splitlines()[:-1]]
    assert out.splitlines()[-1].startswith("not recording: it has not been told how it sits")
    assert [row[0] for row in rows] == ["run", "4", "6"]
    assert [row[-1] for row in rows[1:]] == ["no", "no"]
    assert rows[2][1:3] == ["not", "known"]

    code, out, err = say("erase", "4", "--yes")
    assert (code, out) == (2, "")
    assert "never fetched" in err

    code, out, err = say("sync")
    assert code == 0
    first, second = out.splitlines()
    assert first.startswith("run 4: 2026-11-18")
    assert first.endswith("in the history")
    assert second.startswith("run 6: ")
    assert "give it with --at" in err
    (listed, _) = list_recordings(recordings_folder())
    assert (listed.state, listed.steps) == ("whole", pytest.approx(60, abs=20))
    with History() as history:
        (kept,) = history.runs()
    assert (kept.clip, kept.steps) == ("A1", listed.steps)

    assert say("sync")[1] == "nothing to fetch: all runs of the clip are here, or it keeps none\n"
    code, out, err = say("erase", "--fetched")
    assert (code, out) == (2, "")
    assert "nobody is here to be asked" in err
    assert say("sync", "6", "--at", "2026-11-20 18:30", "--erase")[1].splitlines()[-1] == "erased on the clip: run 6"
    assert say("erase", "--fetched", "--yes")[1] == "erased on the clip: run 4\n"
    assert say("runs")[1].startswith("the clip keeps no runs\n")
    assert len(list_recordings(recordings_folder())) == 2
