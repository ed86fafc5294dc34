"""Names and units of a robot's coordinates, from its joints: what figures call them by default."""

from __future__ import annotations

import numpy as np
import pinocchio as pin

from sobolev_diffusion.tasks.base import Array, Axis

_PLACES = [("x", "m"), ("y", "m"), ("z", "m")]
_TURNS = [("rx", "rad"), ("ry", "rad"), ("rz", "rad")]
_SEVERAL = {
    "JointModelFreeFlyer": _PLACES + _TURNS,
    "JointModelPlanar": [*_PLACES[:2], ("yaw", "rad")],
    "JointModelTranslation": _PLACES,
    "JointModelSpherical": _TURNS,
}
"""Of joints with several degrees of freedom: direction, unit."""
_EFFORT = {"m": "N", "rad": "N m"}


def state_axes(model: pin.Model) -> tuple[Axis, ...]:
    """Of the tangent coordinates of (q, v), (2 nv,)."""
    positions = _positions(model)
    return (*positions, *(Axis(f"{_joint(axis)} velocity", _per_second(axis.unit)) for axis in positions))


def control_axes(model: pin.Model, actuation: Array) -> tuple[Axis, ...]:
    """Of controls, (nu,): the joint that each drives, where it drives one alone.

    Args:
        model: the robot.
        actuation: maps controls to joint torques, (nv, nu).
    """
    joints = _positions(model)
    axes = []
    for number, column in enumerate(actuation.T):
        driven = np.flatnonzero(column)
        if len(driven) != 1 or column[driven[0]] != 1:
            axes.append(Axis(f"u{number}", ""))
            continue
        joint = joints[driven[0]]
        axes.append(
            Axis(f"{_joint(joint)} {'force' if joint.unit == 'm' else 'torque'}", _EFFORT.get(joint.unit, ""))
        )
    return tuple(axes)


def _positions(model: pin.Model) -> list[Axis]:
    """Of the tangent of q, (nv,)."""
    axes = []
    for joint, name in zip(list(model.joints)[1:], list(model.names)[1:], strict=True):
        name, kind = name.removesuffix("_joint").replace("_", " "), joint.shortname()
        if joint.nv == 1:
            slides = kind in ("JointModelPX", "JointModelPY", "JointModelPZ", "JointModelPrismaticUnaligned")
            axes.append(Axis(f"{name} position", "m") if slides else Axis(f"{name} angle", "rad"))
        else:
            several = _SEVERAL.get(kind, [(str(k), "") for k in range(joint.nv)])
            axes += [Axis(f"{name} {direction}", unit) for direction, unit in several]
    return axes


def _joint(position: Axis) -> str:
    """The joint whose position this is."""
    return position.name.removesuffix(" angle").removesuffix(" position")


def _per_second(unit: str) -> str:
    return f"{unit}/s" if unit else ""
