"""Left and right of a stored run swapped: all of its steps, nothing of what the clip sent; a second time undoes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from mcap.reader import make_reader
from mcap.writer import Writer

from hipdrop.after.analysis import analyse_file
from hipdrop.after.reading import read_recorded
from hipdrop.cli import main
from hipdrop.commands.sources import open_source
from hipdrop.errors import InputError, OutputError
from hipdrop.events import Event, Mark, Side, SidesChanged, Step, SwapSides, UserInput
from hipdrop.monitor import StoredBaseline
from hipdrop.profile import Profile
from hipdrop.receive.chain import Chain
from hipdrop.recording import Entered, RunHeader, RunWriter, read_run
from hipdrop.recording import copying as copying_module
from hipdrop.recording.items import HEADER_NAME
from hipdrop.recording.library import look_at
from hipdrop.recording.reader import SIDES_NAME, SWAPPED_NOTE
from hipdrop.recording.repair import repair
from hipdrop.recording.swap import swap
from hipdrop.settings import Settings
from hipdrop.sides import StrideTemplate
from hipdrop.simulate import Bout, RunnerConfig, simulate
from packed import PackedClip, Timed, counts_of_run

INF = float("inf")
Calling = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def messages() -> list[Timed]:
    """A minute and a half of running with a stop in it, as a clip sends it."""
    run = simulate(RunnerConfig(minutes=1.8, seed=5, stops=(Bout(0.9, 0.15),), drop_left_deg=1.0, drop_right_deg=4.0))
    return PackedClip().stream_of(counts_of_run(run))


def recorded(
    path: Path, messages: Sequence[Timed], inputs: dict[int, UserInput] | None = None, **header: object
) -> list[Event]:
    """Run it live and record it, with inputs of the user behind the messages of these numbers."""
    made = RunHeader.now(messages[0][0], Settings(), **header)  # type: ignore[arg-type]
    chain = Chain(made.settings, profile=made.profile)
    events: list[Event] = []
    with RunWriter(path, made) as writer:
        writer.session(messages[0][0], "connected", mtu=247)
        for number, (arrival_s, message) in enumerate(messages):
            writer.frame(arrival_s, message)
            new = chain.push(arrival_s, message)
            if inputs and number in inputs:
                writer.user(arrival_s, inputs[number])
                new += chain.user(inputs[number])
            writer.events(arrival_s, new)
            events += new
        new = chain.close()
        writer.events(messages[-1][0], new)
    return events + new


@pytest.fixture
def path(messages: list[Timed], tmp_path: Path) -> Path:
    recorded(tmp_path / "run.mcap", messages, {40: Mark("hill")})
    return tmp_path / "run.mcap"


@pytest.fixture
def hipdrop(capsys: pytest.CaptureFixture[str]) -> Calling:
    """Run a command; give code, output and errors."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([*map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def steps_of(path: Path) -> list[Step]:
    events = open_source(path, None, None, None).run(INF, None)
    return [event for event in events if isinstance(event, Step)]


def inputs_of(path: Path) -> list[UserInput]:
    return [item.item for item in read_run(path).items if isinstance(item, Entered)]


def raw_of(path: Path) -> list[tuple[str, int, int, int, bytes]]:
    """All messages with all that is said of them."""
    with path.open("rb") as file:
        return [
            (channel.topic, message.log_time, message.publish_time, message.sequence, message.data)
            for _, channel, message in make_reader(file, validate_crcs=True).iter_messages(log_time_order=False)
        ]


def test_every_step_is_of_the_other_leg_and_nothing_else_is_changed(path: Path) -> None:
    before, raw = steps_of(path), raw_of(path)
    assert {step.side for step in before if step.side_sure} == {Side.LEFT, Side.RIGHT}
    found = swap(path)
    after = steps_of(path)
    assert not found.back
    told = [[repr((s.t_s, s.number, s.step_s, s.contact_ms)) for s in steps] for steps in (before, after)]
    assert told[0] == told[1]
    assert [s.side.other for s in before] == [s.side for s in after]
    assert all(step.side_sure for step in after)
    assert raw_of(path) == raw
    assert read_run(path).notes == (SWAPPED_NOTE,)


def test_the_drop_is_that_of_the_other_leg(path: Path) -> None:
    """A drop of the right leg is what the left one would show the other way up: the courses are mirrored."""
    before = [s for s in steps_of(path) if s.valid]
    swap(path)
    after = {s.number: s for s in steps_of(path)}
    assert before
    for step in before:
        assert after[step.number].drop_deg != pytest.approx(step.drop_deg, abs=1e-6)
        assert after[step.number].list_deg == step.list_deg


def test_a_second_time_gives_the_file_back_to_the_bit(path: Path) -> None:
    before = path.read_bytes()
    swap(path)
    assert path.read_bytes() != before
    found = swap(path)
    assert found.back
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["run.mcap"]


def test_an_older_hipdrop_reads_it_as_it_was(path: Path) -> None:
    """All that is new is one record of a name that it does not know; format and header are untouched."""
    swap(path)
    with path.open("rb") as file:
        words = {record.name: record.metadata for record in make_reader(file).iter_metadata()}
    assert set(words) == {HEADER_NAME, SIDES_NAME}
    assert words[HEADER_NAME]["format"] == "1"
    assert words[SIDES_NAME]["note"] == SWAPPED_NOTE
    assert json.loads(words[SIDES_NAME]["template"])["confirmed_by"] == "user"


def test_the_analysis_afterwards_swaps_with_it(path: Path) -> None:
    before = analyse_file(path)
    swap(path)
    after = analyse_file(path)
    assert (before.recorded.swapped, after.recorded.swapped) == (False, True)
    both = set(before.steps.step[before.steps.side_sure]) & set(after.steps.step[after.steps.side_sure])
    sides = [dict(zip(one.steps.step.tolist(), one.steps.side.tolist(), strict=True)) for one in (before, after)]
    assert len(both) > 150
    assert all(sides[0][number] != sides[1][number] for number in both)
    assert SWAPPED_NOTE in after.summary.recording.notes
    assert [e.side for e in after.live_events if isinstance(e, Step)] == [s.side for s in steps_of(path)]


@pytest.mark.parametrize("swaps", [1, 2, 3])
def test_the_analysis_takes_the_users_word_of_the_live_run_for_all_of_it(
    messages: list[Timed], tmp_path: Path, swaps: int
) -> None:
    """Swapped an odd number of times, the runner's left is the other foot, before the first swap as well."""
    plain, path = tmp_path / "plain.mcap", tmp_path / "run.mcap"
    recorded(plain, messages)
    live = recorded(path, messages, {150 + 60 * k: SwapSides() for k in range(swaps)})
    assert sum(isinstance(event, SidesChanged) and event.reason == "swapped" for event in live) == swaps
    before, after = analyse_file(plain).steps, analyse_file(path).steps
    sides = dict(zip(before.step.tolist(), before.side.tolist(), strict=True))
    found = dict(zip(after.step[after.side_sure].tolist(), after.side[after.side_sure].tolist(), strict=True))
    assert len(found) > 150
    assert all((sides[number] != side) is (swaps % 2 == 1) for number, side in found.items())
    template = read_recorded(path).profile
    assert template is not None
    assert template.template is not None
    assert template.template.confirmed


def test_after_a_live_swap_it_turns_over_what_was_held_at_the_end(messages: list[Timed], tmp_path: Path) -> None:
    path = tmp_path / "run.mcap"
    live = [e for e in recorded(path, messages, {200: SwapSides()}) if isinstance(e, Step)]
    found = swap(path)
    assert found.live_s == pytest.approx([messages[200][0] - messages[0][0]], abs=1e-3)
    after = steps_of(path)
    assert [s.side for s in after[-30:]] == [s.side.other for s in live[-30:]]
    first = [s.side for s in live if s.side_sure][:10]
    assert [s.side for s in after if s.number in {x.number for x in live if x.side_sure}][:10] == first
    assert inputs_of(path) == []
    assert swap(path).back
    assert inputs_of(path) == [SwapSides()]


def test_a_profile_that_was_confirmed_wrongly_is_overruled(messages: list[Timed], tmp_path: Path) -> None:
    plain, path = tmp_path / "plain.mcap", tmp_path / "run.mcap"
    recorded(plain, messages)
    template = template_of(plain)
    baseline = StoredBaseline(1.0, 4.0, 0.6, 0.6, 300, 300)
    recorded(path, messages, profile=Profile(baseline, template))
    before = steps_of(path)
    swap(path)
    assert [s.side for s in steps_of(path)] == [s.side.other for s in before]
    runner = read_run(path).runner()
    assert runner is not None
    assert runner.baseline == baseline


def template_of(path: Path) -> StrideTemplate:
    source = open_source(path, None, None, None)
    source.run(INF, None)
    template = source.pipeline.template()
    assert template is not None
    return template.confirmed_as("one-leg")


def test_a_profile_saved_afterwards_is_confirmed_by_the_user(path: Path, tmp_path: Path, hipdrop: Calling) -> None:
    swap(path)
    me = tmp_path / "me.json"
    assert hipdrop("replay", path, "--no-plot", "--save-profile", me)[0] == 0
    template = Profile.load(me).template
    assert template is not None
    assert (template.confirmed, template.confirmed_by) == (True, "user")


def test_the_command_and_the_list_say_so(path: Path, hipdrop: Calling) -> None:
    assert not look_at(path, 0.0).swapped
    code, out, _ = hipdrop("recordings", "swap", path)
    assert code == 0
    assert "swapped    run.mcap: what was left is right, for the whole run" in out
    assert f"undo       hipdrop recordings swap {path}" in out
    assert look_at(path, 0.0).swapped
    assert f"whole, {SWAPPED_NOTE}" in hipdrop("recordings", "--folder", path.parent)[1]
    code, _, err = hipdrop("replay", path, "--no-plot", "--out", path.parent / "out")
    assert f"run.mcap: {SWAPPED_NOTE}" in err
    assert json.loads((path.parent / "out" / "summary.json").read_text())["input"]["notes"] == [SWAPPED_NOTE]
    assert "back       run.mcap: left and right are as the run had them" in hipdrop("recordings", "swap", path)[1]
    assert SWAPPED_NOTE not in hipdrop("recordings", "--folder", path.parent)[1]


def test_whose_run_it_is_learns_how_to_correct_the_profile(
    messages: list[Timed], tmp_path: Path, hipdrop: Calling
) -> None:
    path = tmp_path / "run.mcap"
    recorded(path, messages, {200: SwapSides()}, person="anna", shoe="trail")
    _, out, _ = hipdrop("recordings", "swap", path)
    assert "profile    of anna: if it was learned in this run" in out
    assert "--save-profile" in out
    assert "live       swapped by you at 0:" in out


def test_what_cannot_be_swapped_is_refused_and_stays(
    path: Path, messages: list[Timed], tmp_path: Path, hipdrop: Calling
) -> None:
    torn, short = tmp_path / "torn.mcap", tmp_path / "short.mcap"
    torn.write_bytes(path.read_bytes()[:-300])
    recorded(short, messages[:80])
    for bad, why in ((torn, "is torn, or still being recorded"), (short, "too few strides"), (tmp_path / "no", "no")):
        before = bad.read_bytes() if bad.exists() else b""
        code, out, err = hipdrop("recordings", "swap", bad)
        assert (code, out) == (1, "")
        assert why in err
        assert not bad.exists() or bad.read_bytes() == before


def test_a_crash_while_it_is_written_harms_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()
    add = Writer.add_message
    count = iter(range(100_000))

    def full(self: Writer, *arguments: object, **more: object) -> object:
        if next(count) == 200:
            raise OSError(28, "No space left on device")
        return add(self, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(copying_module.Writer, "add_message", full)
    with pytest.raises(OutputError, match=r"run\.mcap: cannot be written \(No space left on device\); it is as it was"):
        swap(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["run.mcap"]


def test_a_damaged_word_on_the_sides_costs_the_swap_and_is_told(path: Path) -> None:
    before = [s.side for s in steps_of(path)]
    copying_module.copy_beside(path, path, {SIDES_NAME: {"note": SWAPPED_NOTE, "template": '{"site": "knee"}'}})
    run = read_run(path)
    assert run.sides is None
    assert "which cannot be read: they are as the run had them" in run.notes[0]
    assert [s.side for s in steps_of(path)] == before
    swap(path)
    assert read_run(path).notes == (SWAPPED_NOTE,)


def test_a_swapped_file_that_was_torn_later_is_repaired_with_its_sides(path: Path, tmp_path: Path) -> None:
    swap(path)
    torn = tmp_path / "torn.mcap"
    torn.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    assert read_run(torn).sides is not None
    mended = read_run(repair(torn))
    assert mended.sides is not None
    assert "cut off" in " ".join(mended.notes)
    assert SWAPPED_NOTE in mended.notes


def test_reprocess_swaps_once_without_touching_the_file(path: Path, tmp_path: Path, hipdrop: Calling) -> None:
    before, sides = path.read_bytes(), [s.side for s in steps_of(path)]
    source = open_source(path, None, None, None, reprocess=True, swap=True)
    assert [e.side.other for e in source.run(INF, None) if isinstance(e, Step)] == sides
    assert source.recording.notes == (SWAPPED_NOTE,)
    assert path.read_bytes() == before
    code, _, err = hipdrop("replay", path, "--no-plot", "--swap")
    assert code == 2
    assert "hipdrop recordings swap run.mcap" in err
    swap(path)
    twice = open_source(path, None, None, None, reprocess=True, swap=True)
    assert [e.side for e in twice.run(INF, None) if isinstance(e, Step)] == sides
    assert twice.recording.notes == ()


def test_an_imu_csv_is_swapped_by_an_option(tmp_path: Path, hipdrop: Calling) -> None:
    run, me = tmp_path / "run.csv", tmp_path / "me.json"
    assert hipdrop("simulate", "--minutes", "1", "--rate", "104", "--mount", "random", "--out", run)[0] == 0
    plain = [e for e in open_source(run, None, None, None).run(INF, None) if isinstance(e, Step)]
    swapped = [e for e in open_source(run, None, None, None, swap=True).run(INF, None) if isinstance(e, Step)]
    assert [s.side for s in swapped] == [s.side.other for s in plain]
    assert all(s.side_sure for s in swapped)
    code, _, err = hipdrop("replay", run, "--swap", "--no-plot", "--save-profile", me)
    assert code == 0
    assert SWAPPED_NOTE in err
    template = Profile.load(me).template
    assert template is not None
    assert template.confirmed_by == "user"
    later = [e for e in open_source(run, None, None, Profile.load(me)).run(INF, None) if isinstance(e, Step)]
    assert [s.side for s in later] == [s.side for s in swapped]


def test_a_csv_without_running_has_nothing_to_swap(tmp_path: Path) -> None:
    run = tmp_path / "stand.csv"
    rows = (f"{k / 100:.2f},0,9.81,0,0,0,{0.01 * (k % 3)}" for k in range(600))
    run.write_text("t_s,acc_x_ms2,acc_y_ms2,acc_z_ms2,gyr_x_dps,gyr_y_dps,gyr_z_dps\n" + "\n".join(rows) + "\n")
    with pytest.raises(InputError, match=r"stand\.csv: shows too few strides"):
        open_source(run, None, None, None, swap=True)


def test_the_header_is_the_runs_own(path: Path) -> None:
    before = read_run(path).header
    swap(path)
    after = read_run(path).header
    assert replace(after, mount=None) == replace(before, mount=None)
