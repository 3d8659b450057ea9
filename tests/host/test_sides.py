"""Left and right from the cues of a runner's true strides, of his mirror image, and of one who is built otherwise."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from hipdrop.events import Site
from hipdrop.settings import SideSettings
from hipdrop.sides import (
    ACC_RIGHT,
    BY_USER,
    ROLL,
    YAW,
    SideJudge,
    StrideTemplate,
    population_cues,
    population_log_odds,
)
from hipdrop.strides import ODD, Complex
from synthetic import TrueStride, simulated, true_strides

SETTINGS = SideSettings()
RUNNERS = {name: true_strides(simulated(minutes=0.6, stand_s=1.0, runner=name)) for name in (
    "rbds001_2.5ms", "rbds001_3.5ms"
)}  # fmt: skip
STRIDES = RUNNERS["rbds001_2.5ms"]
SURE = 1.0 / (1.0 + math.exp(-SETTINGS.sure_log_odds))


def changed(strides: list[TrueStride], **factors: float) -> list[TrueStride]:
    """The strides with the odd harmonics of channels multiplied: `roll`, `yaw`, `sideways`, or `every` one."""
    rows = {"roll": ROLL, "yaw": YAW, "sideways": ACC_RIGHT, "every": slice(None)}
    result = []
    for stride in strides:
        harmonics = stride.harmonics.copy()
        for name, factor in factors.items():
            harmonics[rows[name], ODD] *= factor
        result.append(replace(stride, harmonics=harmonics))
    return result


def judge_of(
    strides: list[TrueStride], template: StrideTemplate | None = None, site: Site = Site.SACRUM, steps: int = 40
) -> SideJudge:
    """A judge that has seen a bout; parity +1 stands for left contacts."""
    judge = SideJudge(SETTINGS, template)
    judge.begin_bout()
    feed(judge, strides[:steps], site)
    return judge


def feed(judge: SideJudge, strides: list[TrueStride], site: Site = Site.SACRUM, left_parity: int = 1) -> None:
    for stride in strides:
        judge.push(stride.harmonics, left_parity if stride.begins_left else -left_parity, stride.stride_s, site)


def mean_stride(strides: list[TrueStride], begins_left: bool) -> Complex:
    return np.asarray(np.mean([s.harmonics[:, ODD] for s in strides if s.begins_left is begins_left], axis=0))


@pytest.mark.parametrize("runner", list(RUNNERS))
def test_cues_tell_the_foot_that_the_stride_begins_with(runner: str) -> None:
    strides = RUNNERS[runner]
    for begins_left in (True, False):
        mean = mean_stride(strides, begins_left)
        odds = population_log_odds(mean, np.full((6, 3), 1e-3), 50, strides[0].stride_s, SETTINGS)
        assert bool(odds > SETTINGS.sure_log_odds) is begins_left
        mirrored = population_log_odds(-mean, np.full((6, 3), 1e-3), 50, strides[0].stride_s, SETTINGS)
        assert mirrored == pytest.approx(-odds)


def test_no_cue_weighs_more_than_its_weight() -> None:
    nothing = np.zeros((6, 3), dtype=np.complex128)
    for row, harmonic, weight in (
        (ROLL, 1, SETTINGS.roll_weight),
        (YAW, 0, SETTINGS.yaw_weight),
        (ACC_RIGHT, 0, SETTINGS.sideways_weight),
    ):
        odds = []
        for angle in np.linspace(0.0, 2.0 * np.pi, 73):
            mean = nothing.copy()
            mean[row, harmonic] = 1000.0 * np.exp(1j * angle)
            odds.append(population_log_odds(mean, np.full((6, 3), 1e-6), 50, 0.7, SETTINGS))
        assert max(odds) == pytest.approx(weight, rel=0.01)
        assert min(odds) == pytest.approx(-weight, rel=0.01)


def test_a_cue_that_drowns_in_its_spread_says_nothing() -> None:
    mean = mean_stride(STRIDES, begins_left=True)
    odds = [population_log_odds(mean, np.full((6, 3), sd), 50, 0.75, SETTINGS) for sd in (1e-3, 10.0, 1e3)]
    assert odds[0] > odds[1] > odds[2]
    assert abs(odds[2]) < 0.1
    assert population_log_odds(0.0 * mean, np.full((6, 3), 0.1), 50, 0.75, SETTINGS) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("runner", list(RUNNERS))
@pytest.mark.parametrize("left_parity", [1, -1])
def test_a_runner_is_settled_and_right(runner: str, left_parity: int) -> None:
    judge = SideJudge(SETTINGS)
    judge.begin_bout()
    feed(judge, RUNNERS[runner][:40], left_parity=left_parity)
    assert judge.sure()
    assert judge.left_parity() == left_parity
    assert judge.confidence() > SURE


def test_nothing_is_judged_before_the_first_strides() -> None:
    judge = judge_of(STRIDES, steps=SETTINGS.first_strides - 1)
    assert judge.confidence() == pytest.approx(0.5)
    assert not judge.sure()
    assert judge.template() is None
    assert judge.learned() is None


@pytest.mark.parametrize("runner", list(RUNNERS))
def test_a_runner_who_hikes_is_never_confidently_wrong(runner: str) -> None:
    """Roll turned over: yaw and sideways stand against it, and nothing is sure."""
    judge = judge_of(changed(RUNNERS[runner], roll=-1.0))
    assert not judge.sure()


@pytest.mark.parametrize("cues", [{"yaw": -1.0}, {"sideways": -1.0}, {"yaw": 0.0, "sideways": 0.0}])
def test_a_contradicted_or_lonely_cue_is_not_sure(cues: dict[str, float]) -> None:
    if cues == {"sideways": -1.0}:
        cues = {"sideways": -1.0, "roll": 0.0}
    assert not judge_of(changed(STRIDES, **cues)).sure()


def confirmed_template() -> StrideTemplate:
    learned = judge_of(STRIDES).learned()
    assert learned is not None
    return replace(learned, confirmed=True)


def test_a_sure_run_leaves_a_template_of_left_contacts() -> None:
    learned = judge_of(STRIDES).learned()
    assert learned is not None
    assert learned.strides == 40
    np.testing.assert_allclose(learned.mean, mean_stride(STRIDES, begins_left=True), atol=0.4)
    judge = SideJudge(SETTINGS)
    judge.begin_bout()
    feed(judge, STRIDES[:40], left_parity=-1)
    other_way = judge.learned()
    assert other_way is not None
    np.testing.assert_allclose(other_way.mean, learned.mean, atol=1e-12)


def test_what_runners_have_in_common_confirms_no_template_but_the_user_does() -> None:
    judge = judge_of(STRIDES)
    learned = judge.learned()
    assert learned is not None
    assert judge.sure()
    assert not learned.confirmed
    judge.swap()
    swapped = judge.learned()
    assert swapped is not None
    assert swapped.confirmed
    np.testing.assert_allclose(swapped.mean, -learned.mean, atol=1e-12)


def test_a_confirmed_template_stays_confirmed_from_run_to_run() -> None:
    learned = judge_of(changed(STRIDES, roll=-1.0), confirmed_template()).learned()
    assert learned is not None
    assert learned.confirmed
    assert learned.mean[YAW, 0] == pytest.approx(mean_stride(STRIDES, begins_left=True)[YAW, 0], abs=0.3)


@pytest.mark.parametrize("left_parity", [1, -1])
@pytest.mark.parametrize("factors", [{}, {"roll": -1.0}, {"roll": 0.0}, {"sideways": -1.0}, {"yaw": -1.0}])
def test_a_confirmed_template_settles_any_bout(left_parity: int, factors: dict[str, float]) -> None:
    """Also one in which a cue has turned over: a drop that has come or gone must not outvote the others."""
    judge = SideJudge(SETTINGS, confirmed_template())
    judge.begin_bout()
    feed(judge, changed(STRIDES, **factors)[:40], left_parity=left_parity)
    assert judge.sure()
    assert judge.left_parity() == left_parity


def test_a_confirmed_template_settles_every_bout_anew() -> None:
    judge = SideJudge(SETTINGS, confirmed_template())
    for left_parity in (1, -1, -1, 1):
        judge.begin_bout()
        assert not judge.sure()
        feed(judge, STRIDES[:16], left_parity=left_parity)
        assert judge.sure()
        assert judge.left_parity() == left_parity


def test_an_unconfirmed_template_keeps_bouts_alike_but_names_no_side() -> None:
    judge = SideJudge(SETTINGS, replace(confirmed_template(), confirmed=False))
    judge.begin_bout()
    assert not judge.sure()


@pytest.mark.parametrize("second", [1, -1])
def test_a_second_bout_is_matched_with_the_first(second: int) -> None:
    judge = judge_of(STRIDES)
    judge.begin_bout()
    assert not judge.sure()
    feed(judge, STRIDES[20:50], left_parity=second)
    assert judge.sure()
    assert judge.left_parity() == second


def test_at_another_site_only_rates_are_compared() -> None:
    """Accelerations differ with the lever arm; here they speak for the other foot, all three of them."""
    strides = [replace(s, harmonics=np.concatenate((-s.harmonics[:3], s.harmonics[3:]))) for s in STRIDES]
    assert not judge_of(strides, confirmed_template()).sure()
    judge = judge_of(strides, confirmed_template(), Site.LEFT_HIP)
    assert judge.sure()
    assert judge.left_parity() == 1


def test_swap_turns_the_sides_over_for_good() -> None:
    judge = judge_of(STRIDES)
    judge.swap()
    assert judge.left_parity() == -1
    assert judge.sure()
    feed(judge, STRIDES)
    assert judge.left_parity() == -1  # the user knows better than the cues
    judge.swap()
    assert judge.left_parity() == 1


def test_the_users_word_settles_an_unsure_run() -> None:
    judge = judge_of(changed(STRIDES, roll=-1.0))
    before = judge.left_parity()
    judge.swap()
    assert judge.sure()
    assert judge.left_parity() == -before
    learned = judge.learned()
    assert learned is not None
    assert learned.confirmed


@pytest.mark.parametrize("carried", [1, -1])
def test_the_alternation_is_carried_through_a_gap(carried: int) -> None:
    judge = judge_of(STRIDES)
    judge.begin_bout(carried)
    assert judge.left_parity() == carried
    assert 0.9 < judge.confidence() < SURE  # reckoned, not seen: 95 %
    feed(judge, STRIDES[40:50], left_parity=carried)
    assert judge.sure()
    assert judge.left_parity() == carried


def test_a_reckoning_that_was_wrong_is_outvoted_by_the_strides() -> None:
    judge = judge_of(STRIDES)
    judge.begin_bout(-1)
    feed(judge, STRIDES[40:70])
    assert judge.sure()
    assert judge.left_parity() == 1


def test_what_was_not_known_is_not_carried() -> None:
    judge = judge_of(STRIDES)
    judge.begin_bout()
    judge.begin_bout(-1)  # the bout between had not been matched: nothing to carry on
    assert judge.confidence() == pytest.approx(0.5)


def test_too_short_a_first_bout_is_forgotten() -> None:
    judge = judge_of(STRIDES, steps=3)
    judge.begin_bout()
    feed(judge, STRIDES[:40], left_parity=-1)
    assert judge.sure()
    assert judge.left_parity() == -1
    learned = judge.learned()
    assert learned is not None
    assert learned.strides == 40


@pytest.mark.parametrize("runner", RUNNERS)
def test_the_cues_of_a_common_runner_agree_and_add_up(runner: str) -> None:
    judge = judge_of(RUNNERS[runner])
    stride = judge.learned()
    assert stride is not None
    assert judge.cues_agree()
    stride_s = float(np.median([one.stride_s for one in RUNNERS[runner]]))
    cues = population_cues(stride.mean, stride.sd, stride.strides, stride_s, SETTINGS)
    assert sum(cues) == population_log_odds(stride.mean, stride.sd, stride.strides, stride_s, SETTINGS)


@pytest.mark.parametrize("cue", ["roll", "yaw", "sideways"])
def test_one_cue_that_says_otherwise_breaks_their_agreement(cue: str) -> None:
    """A runner built otherwise in one respect, whichever foot the judge then holds to be the left one."""
    assert not judge_of(changed(STRIDES, **{cue: -1.0})).cues_agree()


def test_too_few_strides_agree_on_nothing() -> None:
    assert not judge_of(STRIDES, steps=SETTINGS.first_strides - 1).cues_agree()


def test_a_template_turned_over_is_the_users_word_for_the_other_foot() -> None:
    judge = judge_of(STRIDES)
    learned = judge.learned()
    assert learned is not None
    turned = learned.turned_over()
    assert (turned.confirmed, turned.confirmed_by) == (True, BY_USER)
    np.testing.assert_array_equal(turned.turned_over().mean, learned.mean)
    after = judge_of(STRIDES, turned)
    assert after.sure()
    assert after.left_parity() == -judge.left_parity()
    kept = after.learned()
    assert kept is not None
    assert (kept.confirmed, kept.confirmed_by) == (True, BY_USER)


def test_whose_word_it_was_goes_with_the_template() -> None:
    stride = judge_of(STRIDES).learned()
    assert stride is not None
    assert (stride.confirmed, stride.confirmed_by) == (False, "")
    checked = judge_of(STRIDES, stride.confirmed_as("one-leg"))
    found = checked.learned()
    assert found is not None
    assert found.confirmed_by == "one-leg"
    checked.swap()
    swapped = checked.learned()
    assert swapped is not None
    assert swapped.confirmed_by == BY_USER
