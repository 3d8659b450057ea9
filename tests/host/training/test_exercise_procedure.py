"""Sets, step by step: position, quiet, work; what is shown, heard, kept, done again and left out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from hipcal.procedures.base import Picture, Prompt, Sound
from hipcal.refusal import Refusal
from hipdrop.alert_settings import AlertSettings
from hipdrop.alerts.outbox import Outbox
from hipdrop.alerts.signals import Signal
from hipdrop.calibrating.calling import CallView
from hipdrop.calibrating.run import CalibrationRun, Clip
from hipdrop.calibrating.snapshot import Snapshot
from hipdrop.events import Side
from hipdrop.samples import SampleBlock
from hipdrop.simulate import RunnerConfig
from hipdrop.simulate.exercise_demo import demo_exercise
from hipdrop.simulate.exercise_moves import Bridges, LieDown, Lift
from hipdrop.simulate.movements import Movement, Stand
from hipdrop.simulate.movements_run import MovementsRun, perform
from hipdrop.simulate.watched_moves import LegLifts
from hipdrop.training.procedures.setprompts import PICTURES
from hipdrop.training.procedures.sets import SetsProcedure
from hipdrop.training.repetition import Fault
from hipdrop.training.setresult import SetsResult, as_data, lines_of
from hipdrop.training.store import line_of
from hipdrop.training.table import Exercise, exercises, said

NAMES = list(exercises())
COUNTED, TIMED = 4, 12.0


def demo(name: str, sets: int = 1, legs: Sequence[Side | None] | None = None) -> MovementsRun:
    """A simulated person does it, in short."""
    chosen = exercises()[name].legs("both")[:1] if legs is None else legs
    return demo_exercise(name, chosen, sets, repetitions=COUNTED, seconds=TIMED, bends=False)


def procedure(run: MovementsRun, name: str, sets: int = 1, legs: Sequence[Side | None] | None = None) -> SetsProcedure:
    """Give the procedure for it."""
    exercise = exercises()[name]
    chosen = list(exercise.legs("both")[:1] if legs is None else legs)
    return SetsProcedure(
        exercise, run.pelvis_from_sensor, legs=chosen, sets=sets, repetitions=COUNTED, seconds=TIMED
    )  # fmt: skip


def led(run: MovementsRun, through: SetsProcedure, cut: int = 300) -> list[Prompt]:
    """Lead somebody through it; give all prompts."""
    prompts = []
    for piece in run.block.cut(cut):
        through.push(piece)
        prompts.append(through.prompt)
    return prompts


def sets_of(through: SetsProcedure) -> SetsResult:
    """Give the result, which there is."""
    assert isinstance(through.result, SetsResult)
    return through.result


@pytest.mark.parametrize("name", NAMES)
def test_every_exercise_is_led_to_its_end(name: str) -> None:
    run = demo(name)
    through = procedure(run, name)
    prompts = led(run, through)
    (done,) = sets_of(through).sets
    exercise = exercises()[name]
    if exercise.count:
        assert len(done.repetitions) == COUNTED
    else:
        assert done.watched_s == pytest.approx(TIMED, abs=0.2)
        assert len(done.moments) == 1
    assert {prompt.picture for prompt in prompts} == {PICTURES[name, done.leg], Picture.DONE}
    sounds = [prompt.call.sound for prompt in prompts if prompt.call.number]
    assert sounds[0] is Sound.GO
    assert sounds[-1] is Sound.OVER
    assert Sound.AWAY in sounds
    assert any(prompt.large for prompt in prompts)
    kept = as_data(done, exercise)
    assert line_of("set", kept, CalibrationRun(lambda clip: through).measured)  # as the schema has it
    assert not [line for line in lines_of([kept]) if "nan" in line]


def test_the_same_however_it_is_cut() -> None:
    run = demo("pelvic-drop")
    results = []
    for cut in (19, 4096):
        through = procedure(run, "pelvic-drop")
        led(run, through, cut)
        results.append(sets_of(through))
    assert results[0] == results[1]


def test_leg_by_leg_and_faults_by_number() -> None:
    legs = [Side.LEFT, Side.RIGHT]
    run = demo("pelvic-drop", legs=legs)
    through = procedure(run, "pelvic-drop", legs=legs)
    prompts = led(run, through)
    assert [done.leg for done in sets_of(through).sets] == legs
    assert [done.repetitions[2].faults for done in sets_of(through).sets] == [(Fault.SHALLOW,)] * 2
    assert "number 3 was too shallow (4 deg): go further" in {prompt.trouble for prompt in prompts}
    assert {prompt.side for prompt in prompts if not through.done} <= {"left", "right", ""}
    assert [prompt.large for prompt in prompts if prompt.large and prompt.step == 1][-1] == "4"


def test_done_again_and_left_out() -> None:
    run = demo("bridge", sets=2)
    through = procedure(run, "bridge", sets=3)
    blocks = list(run.block.cut(300))
    while blocks and through.prompt.step == 1:
        through.push(blocks.pop(0))
    through.redo()
    assert through.prompt.step == 1
    assert "into position" in through.prompt.title
    for block in blocks:
        through.push(block)
    assert through.prompt.step == 2
    through.enough()
    assert len(sets_of(through).sets) == 1
    assert through.prompt.picture is Picture.DONE


def test_enough_ends_a_set_that_goes_on() -> None:
    run = demo("clamshell")
    through = procedure(run, "clamshell")
    for block in run.block.cut(100):
        through.push(block)
        if through.prompt.large == "0:07":
            through.enough()
            break
    (done,) = sets_of(through).sets
    assert done.watched_s == pytest.approx(5.0, abs=1.6)


def test_a_set_without_a_repetition_is_none() -> None:
    run = perform([Stand(20.0)], RunnerConfig(seed=4))
    through = procedure(run, "pelvic-drop")
    led(run, through)
    through.enough()
    assert not through.done
    assert through.prompt.trouble == "no repetition was seen; do them as deep and as slowly as it says"
    through.close()
    assert isinstance(through.result, Refusal)
    assert through.result.reason == "no repetition was seen"


def test_the_wrong_side_is_named_before_the_set_begins() -> None:
    run = perform([LieDown(Side.LEFT), Stand(9.0)], RunnerConfig(seed=4))
    through = procedure(run, "clamshell", legs=[Side.LEFT])
    led(run, through)
    assert through.prompt.trouble == "you lie on the left side; lie on the right one"
    assert not through.prompt.large


def gap_at(run: MovementsRun, through: SetsProcedure, at_s: float) -> None:
    """Lead somebody through it until then; 3 s are missing; two seconds more."""
    at = round(at_s * run.config.rate_hz)
    through.push(run.block.slice(0, at))
    assert through.prompt.large
    later = run.block.slice(at, len(run.block))
    through.push(SampleBlock(later.t_s + 3.0, later.acc_ms2, later.gyr_rads, later.first_index, 3.0).slice(0, 300))


def test_an_early_gap_begins_the_set_anew() -> None:
    run = demo("balance")
    through = procedure(run, "balance")
    gap_at(run, through, 10.0)
    assert through.prompt.trouble == "3.0 s of samples are missing; bring the clip nearer to the computer"
    assert not through.prompt.large
    assert through.prompt.step == 1


def test_a_late_gap_ends_the_set_and_keeps_it() -> None:
    run = demo("pelvic-drop", sets=2)
    through = procedure(run, "pelvic-drop", sets=2)
    gap_at(run, through, 29.0)
    assert through.prompt.trouble == "3.0 s of samples are missing, so that set ended there; R does it again"
    assert through.prompt.step == 2
    through.enough()
    (done,) = sets_of(through).sets
    assert len(done.repetitions) == 3
    assert done.end_s == pytest.approx(29.0, abs=0.2)  # and not behind the gap


@pytest.mark.parametrize(("lifts", "trouble"), [(3, "so that set ended there"), (1, "press Enter before you get up")])
def test_who_gets_up_has_ended_the_set(lifts: int, trouble: str) -> None:
    """Half of it done, and it counts."""
    run = perform(
        [LieDown(pause_s=7.0), Bridges((Lift(),) * lifts), LieDown(up=True), Stand(2.0)], RunnerConfig(seed=4)
    )  # fmt: skip
    through = procedure(run, "bridge", sets=2)
    led(run, through, 100)
    assert trouble in through.prompt.trouble
    assert through.prompt.step == (2 if lifts == 3 else 1)
    through.close()
    if lifts == 3:
        assert [len(done.repetitions) for done in sets_of(through).sets] == [3]


def test_getting_up_is_no_rolling_back() -> None:
    lying: list[Movement] = [LieDown(Side.RIGHT, pause_s=7.0), LegLifts(Side.RIGHT, 5.0)]
    run = perform([*lying, LieDown(Side.RIGHT, up=True), Stand(2.0)], RunnerConfig(seed=4))
    through = procedure(run, "clamshell", sets=2, legs=[Side.LEFT])
    led(run, through, 100)
    assert through.prompt.trouble == "you have left the position, so that set ended there; R does it again"
    through.close()
    (done,) = sets_of(through).sets
    assert done.moments == ()
    assert 0.5 * TIMED < done.watched_s < TIMED


def test_nothing_comes() -> None:
    through = procedure(demo("bridge"), "bridge")
    through.close()
    assert isinstance(through.result, Refusal)


def test_each_sound_is_played_once() -> None:
    played: list[Signal] = []

    class Player:
        def play(self, signal: Signal) -> None:
            played.append(signal)

    run = demo("balance")
    through = procedure(run, "balance")

    def make(clip: Clip) -> SetsProcedure:
        return through

    view = CallView(CalibrationRun(make), AlertSettings(), Outbox([Player()]))
    for prompt in led(run, through):
        view.show(Snapshot("exercise balance", prompt))
        view.show(Snapshot("exercise balance", prompt))
    assert played == [Signal.RUN, Signal.BOTH, Signal.WALK]


def test_the_table_is_whole() -> None:
    assert NAMES == ["pelvic-drop", "bridge", "clamshell", "side-lying", "side-step", "balance"]
    for exercise in exercises().values():
        assert (exercise.count is None) is bool(exercise.watch)
        assert (exercise.repetitions is None) is (exercise.count is None)
        assert (exercise.seconds is None) is (exercise.count is not None)
        for leg in exercise.legs("both"):
            assert (exercise.name, leg) in PICTURES
            _texts(exercise, leg)


def _texts(exercise: Exercise, leg: Side | None) -> None:
    """No place is left for a side that there is not."""
    words = [exercise.position, exercise.how, exercise.clip, exercise.course, *exercise.cues]
    words += [word for limits in exercise.watch for word in (limits.low, limits.high)]
    for word in words:
        assert "{" not in said(word, leg)
