"""Bring the tool of a UR5 arm from one gap in a ring of upright columns to another."""

from __future__ import annotations

from itertools import pairwise

import aligator
import numpy as np
import pinocchio as pin

from sobolev_diffusion.tasks.base import Array, ControlMode, TaskError
from sobolev_diffusion.tasks.column_clearance import column_clearance
from sobolev_diffusion.tasks.ur5 import UR5

COLUMNS = 4
ARM_RADIUS = 0.05  # m
NEAREST, FARTHEST = 1.0, 2.1  # rad, of the target about the base, to either side: one column away
FOREARM = np.array([0.0, 0.0, 0.39225])  # m, from the elbow to the first wrist
POINTS = ("forearm_link", "wrist_1_link", "wrist_2_link", "wrist_3_link", "tool0")


def column_centres(ring: float) -> Array:
    """Where the columns stand in the horizontal plane, (4, 2), m, on a ring about the arm's base."""
    angles = 2 * np.pi / COLUMNS * (0.5 + np.arange(COLUMNS))
    return ring * np.column_stack([np.cos(angles), np.sin(angles)])


class UR5Columns(UR5):
    """theta = (q_0, v_0 = 0, target): q_0 within 0.3 rad of an elbow-up posture, the target a gap farther.

    The straight way of the hand mostly leads through a column: it has to be drawn in, turned and stretched
    out. Points along forearm and wrist keep clear of the columns, so near each other that what is between
    them does not touch with the usual margin either.

    Args:
        ring: distance of the columns from the axis of the arm's base, m.
        radius: of a column, m.
        margin: further distance kept from the columns by the solver, m: what follows its plans is less exact.
        control, horizon: see `Task`.
    """

    name = "ur5_columns"

    def __init__(
        self,
        ring: float = 0.55,
        radius: float = 0.05,
        margin: float = 0.03,
        control: ControlMode = "state",
        horizon: int = 100,
    ) -> None:
        super().__init__(full_init=False, random_target=True, control=control, horizon=horizon)
        hull = radius + ARM_RADIUS
        widest = ring * np.sin(np.pi / COLUMNS) - hull
        if radius <= 0 or widest <= 0:
            raise TaskError(
                f"{self.name}: radius must be above 0 and leave the arm a way between columns on a ring of "
                f"{ring} m, got {radius} m"
            )
        if not 0 <= margin < widest:
            raise TaskError(
                f"{self.name}: margin must be from 0 to below {widest:.2f} m, where the columns would "
                f"leave no way between them, got {margin}"
            )
        self.radius, self.hull, self.margin = radius, hull, margin
        self.centres = column_centres(ring)
        self.model = _with_points_along_the_forearm(self.model)
        self._data = self.model.createData()
        elbow, *wrist = (self.model.getFrameId(name) for name in POINTS)
        self.points = (elbow, self.model.nframes - 2, self.model.nframes - 1, *wrist)

    def sample(self, rng: np.random.Generator) -> Array:
        while True:
            theta = super().sample(rng)
            x, target = self.initial_state(theta), self.target(theta)
            azimuth = abs(np.arctan2(target[1], target[0]))
            room = np.linalg.norm(target[:2] - self.centres, axis=1).min() - self.hull
            if NEAREST < azimuth < FARTHEST and min(room, self.clearance(x)) > self.margin + 0.01:
                return theta

    def clearance(self, x: Array) -> float:
        """Distance of the hull of forearm and wrist from the nearest column's, m, whatever the margin."""
        pin.framesForwardKinematics(self.model, self._data, x[: self.model.nq])
        places = np.array([self._data.oMf[point].translation[:2] for point in self.points])
        nearest = min(_distances(start, end, self.centres).min() for start, end in pairwise(places))
        return float(nearest) - self.hull

    @property
    def columns_in_the_way(self) -> Array:
        return np.column_stack([self.centres, np.full(COLUMNS, self.radius)])

    def stage(self, cost: aligator.CostStack) -> aligator.StageModel:
        stage = super().stage(cost)
        radii = np.full(COLUMNS, self.hull + self.margin)
        for point in self.points:
            clearance = column_clearance(self.space.ndx, self.nu, self.model, point, self.centres, radii)
            stage.addConstraint(clearance, aligator.constraints.NegativeOrthant())
        return stage


def _with_points_along_the_forearm(model: pin.Model) -> pin.Model:
    """The robot with two more frames, which come last, at a third and two thirds of its forearm."""
    model = model.copy()
    index = model.getFrameId(POINTS[0])
    elbow = model.frames[index]
    for share in (1 / 3, 2 / 3):
        place = elbow.placement * pin.SE3(np.eye(3), share * FOREARM)
        name = f"forearm_{share:.2f}"
        model.addFrame(pin.Frame(name, elbow.parentJoint, index, place, pin.FrameType.OP_FRAME))
    return model


def _distances(start: Array, end: Array, points: Array) -> Array:
    """Of points (n, d) from the segment between two of them, (n,)."""
    way = end - start
    share = np.clip((points - start) @ way / max(float(way @ way), 1e-12), 0.0, 1.0)
    return np.linalg.norm(start + share[:, None] * way - points, axis=1)
