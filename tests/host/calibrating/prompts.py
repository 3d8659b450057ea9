"""Prompts of every kind, as procedures make them."""

from __future__ import annotations

import numpy as np

from hipcal.procedures.base import Ball, Course, Picture, Prompt
from hipdrop.calibrating.snapshot import Snapshot

_T_S = tuple(np.linspace(-20.0, 0.0, 200).round(2).tolist())
_LEAN = tuple((40.0 * np.clip(np.sin(np.linspace(0.0, 12.0, 200)), 0.0, 1.0)).round(1).tolist())
_BALL = Ball(((0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.0, 0.0, -1.0)), (0.88, 0.42, 0.22), (1.0, 0.0, 0.0))
_HEIGHT = Course(
    _T_S, tuple(0.1 * lean for lean in _LEAN), heading="height of the right hip", low_deg=-10.0, high_deg=10.0
)
_DROPS = Course(
    _T_S, tuple(0.25 * lean for lean in _LEAN), 6, 10, "how far the right hip is down", -10.0, 20.0, "repetitions"
)
_ROLL = Course(_T_S, tuple(0.4 * lean for lean in _LEAN), heading="how far you have rolled back", low_deg=-25.0,
               high_deg=25.0)  # fmt: skip
_POSE = (
    "Turn it until it is as in the picture, with x up (axes of the chip). Rest your hand on something and hold it "
    "still."
)

PROMPTS = {
    "connecting": Prompt(Picture.TABLE, "", "Connecting to the clip."),
    "table": Prompt(
        Picture.TABLE, "Lay the clip on the table", "Lay the clip on a firm table and let go of it. It takes 5 s.",
        1, 2, 0.44, 2.2, 5.0,
    ),
    "pose": Prompt(
        Picture.POSE, "Plug up", _POSE, 2, 2, 0.55, 1.1, 2.0, ball=_BALL, good="3 poses of 20",
    ),
    "moving": Prompt(
        Picture.POSE, "Plug up", _POSE, 2, 2, 0.0, 0.0, 2.0, moving=True, ball=_BALL, good="3 poses of 20",
        trouble="that is pose 1 again; turn it further, as in the picture",
    ),
    "corner": Prompt(
        Picture.POSE, "Arrow and button up, plug down", _POSE, 2, 2, 0.0, 0.0, 2.0, enough=True,
        ball=Ball((*_BALL.covered, (1, 0, 0), (-1, 0, 0), (0, -1, 0)), (0.1, -0.9, 0.4), (-0.58, 0.58, 0.58)),
        good="6 poses of 20; error to be expected 0.23 deg, uncorrected 1.4",
    ),
    "stand": Prompt(
        Picture.STAND, "Stand still", "Clip where you wear it, feet a hip's width apart, look ahead, arms hanging.",
        1, 4, 0.5, 1.5, 3.0, course=Course(),
    ),
    "bend": Prompt(
        Picture.BEND, "Bow once", "Bend forward from the hips until your hands reach the knees, come up; no more "
        "than 5 s each.", 2, 4, 0.67, course=Course(_T_S, _LEAN, 2, 3),
    ),
    "left leg": Prompt(
        Picture.LEFT_LEG, "Stand on the left leg",
        "Lift the right foot, stay on the left leg for three seconds; hold on to something if you like.", 4, 4, 0.6,
        1.8, 3.0, enough=True, good="mount good: 3 bends, alike within 1.0 deg",
    ),
    "raise on the left leg": Prompt(
        Picture.RAISE_LEFT, "Stand on the left leg", "Right foot a little to the front and up, right hip as high as it "
        "goes for 30 s. A hand on a support on the left is fine.", 1, 6, 0.5, 15.0, 30.0, enough=True, course=_HEIGHT,
    ),
    "raise on the right leg": Prompt(Picture.RAISE_RIGHT, "Stand on the right leg", "", 2, 6, course=_HEIGHT),
    "squat on the left leg": Prompt(Picture.SQUAT_LEFT, "Squat on the left leg", "", 7, 8, enough=True, course=_HEIGHT),
    "squat on the right leg": Prompt(Picture.SQUAT_RIGHT, "Squat on the right leg", "", 8, 8, course=_HEIGHT),
    "pelvic drop on the left leg": Prompt(
        Picture.DROP_LEFT, "Pelvic drop, left leg: 6 of 10", "Let the right hip sink, then lift it to level; hold.",
        1, 6, 0.6, enough=True, course=_DROPS, large="6", side="left",
        trouble="number 6 was too shallow (4 deg): go further",
    ),
    "pelvic drop on the right leg": Prompt(Picture.DROP_RIGHT, "", large="12", side="right", course=_DROPS),
    "bridge": Prompt(Picture.BRIDGE, "Bridge: 0 of 12", "", large="0", side="both", course=_DROPS),
    "clamshell, left": Prompt(
        Picture.CLAMSHELL_LEFT, "Clamshell, left leg", "Feet together, lift the left knee and lower it slowly. The "
        "pelvis stays where it is.", 1, 6, 0.4, enough=True, course=_ROLL, large="0:27", side="left",
        trouble="rolled back",
    ),
    "clamshell, right": Prompt(Picture.CLAMSHELL_RIGHT, "Clamshell", large="0:03", side="right", course=_ROLL),
    "leg lift, left": Prompt(Picture.LEG_LIFT_LEFT, "Leg lift", large="0:45", side="left", course=_ROLL),
    "leg lift, right": Prompt(Picture.LEG_LIFT_RIGHT, "Leg lift", large="0:45", side="right", course=_ROLL),
    "side step": Prompt(Picture.SIDE_STEP, "Side step", large="0:40", side="both", course=_ROLL),
    "balance, left": Prompt(Picture.BALANCE_LEFT, "Balance", large="0:30", side="left", course=_HEIGHT),
    "balance, right": Prompt(Picture.BALANCE_RIGHT, "Balance", large="0:30", side="right", course=_HEIGHT),
    "run": Prompt(
        Picture.RUN, "Run: 4:12 to go", "Fresh, easy, as you always run, on the flat; no intervals.", 2, 2, 0.48,
        good="640 steps; drop left 2.7, right 2.6 deg",
    ),
    "done": Prompt(Picture.DONE, "Done", "", 2, 2, 1.0, good="accelerometer good"),
}  # fmt: skip


def snapshot(name: str) -> Snapshot:
    """A snapshot with one of them."""
    return Snapshot("sensor", PROMPTS[name], "ble:Hip-1234", elapsed_s=43.0)
