"""Fly a quadrotor across a field of columns."""

from __future__ import annotations

import aligator
import numpy as np

from sobolev_diffusion.tasks.base import Array, ControlMode, TaskError
from sobolev_diffusion.tasks.column_clearance import column_clearance
from sobolev_diffusion.tasks.quadrotor import Quadrotor, hovering, rotation

COLUMN_RADIUS, ROBOT_RADIUS = 0.3, 0.25  # m
NEARNESS = 0.6  # m, how far from its axis a column is seen
SPACING = 2.0  # m, of the grid of columns
WIDEST_MARGIN = SPACING / 2 - COLUMN_RADIUS - ROBOT_RADIUS  # m, at which no way between two is left
MIDDLE_SHIFT = SPACING / 3  # m, in y, of the middle row: no free straight way through
FILLING = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))
"""Grid places (along x, along y) in the order in which they are taken."""


def column_centres(columns: int) -> Array:
    """Where the columns stand in the horizontal plane, (columns, 2), m."""
    places = np.array(FILLING[:columns], dtype=float).reshape(-1, 2)
    centres = SPACING * places
    centres[places[:, 0] == 0, 1] += MIDDLE_SHIFT
    return centres


class QuadrotorColumns(Quadrotor):
    """As `Quadrotor`, with more weight on its velocity, from one side of the field to the other.

    The position alone would tell a policy where columns are, but networks learn slowly what changes within
    decimetres over a field of metres: columns that are near are shown to it.

    Args:
        columns: how many, 1 to 9, on a 3 x 3 grid.
        margin: further distance kept from them by the solver, m: what follows its plans is less exact.
        control, horizon: see `Task`.
    """

    name = "quadrotor_columns"
    state_weights = (1.0, 0.1, 0.5, 0.1)

    def __init__(
        self, columns: int = 9, margin: float = 0.2, control: ControlMode = "state", horizon: int = 200
    ) -> None:
        super().__init__(control, horizon)
        if not 1 <= columns <= len(FILLING):
            raise TaskError(f"{self.name}: columns must be from 1 to {len(FILLING)}, got {columns}")
        if not 0 <= margin < WIDEST_MARGIN:
            raise TaskError(
                f"{self.name}: margin must be from 0 to below {WIDEST_MARGIN:.2f} m, where the columns would "
                f"leave no way between them, got {margin}"
            )
        self.centres = column_centres(columns)
        self.margin = margin

    def sample(self, rng: np.random.Generator) -> Array:
        while True:
            start, goal = (
                np.array([side * 3.5 + rng.uniform(-0.3, 0.3), rng.uniform(-2.5, 2.5), 1.0])
                for side in (-1, 1)
            )
            if min(self.clearance(hovering(start)), self.clearance(hovering(goal))) > self.margin + 0.05:
                return np.concatenate([hovering(start), goal])

    def clearance(self, x: Array) -> float:
        """Distance of the robot's hull from the nearest column's, m, whatever the margin."""
        away = np.linalg.norm(x[:2] - self.centres, axis=1)
        return float(away.min() - COLUMN_RADIUS - ROBOT_RADIUS)

    def observe(self, x: Array, theta: Array) -> Array:
        """As `Quadrotor.observe`; then (w_c, w_c (p - c)) of each column c, in the horizontal plane, with
        w_c = exp(-|p - c|^2 / (2 NEARNESS^2))."""
        away, near = self._columns(x)
        seen = np.column_stack([near, near[:, None] * away])
        return np.concatenate([super().observe(x, theta), seen.ravel()])

    def observe_jacobian(self, x: Array, theta: Array) -> Array:
        away, near = self._columns(x)
        steepness = -near[:, None] * away / NEARNESS**2  # dw_c/dp
        by_position = np.concatenate(
            [steepness[:, None], away[:, :, None] * steepness[:, None] + near[:, None, None] * np.eye(2)],
            axis=1,
        )
        seen = np.zeros((by_position.shape[0] * 3, self.space.ndx))
        seen[:, :3] = by_position.reshape(-1, 2) @ rotation(x)[:2]
        return np.vstack([super().observe_jacobian(x, theta), seen])

    def observe_parameter_jacobian(self, x: Array, theta: Array) -> Array:
        seen = np.zeros((3 * len(self.centres), 3))
        return np.vstack([super().observe_parameter_jacobian(x, theta), seen])

    def _columns(self, x: Array) -> tuple[Array, Array]:
        """p - c and w_c of each column, (columns, 2) and (columns,)."""
        away = x[:2] - self.centres
        return away, np.exp(-(away**2).sum(axis=1) / (2 * NEARNESS**2))

    @property
    def columns_in_the_way(self) -> Array:
        return np.column_stack([self.centres, np.full(len(self.centres), COLUMN_RADIUS)])

    def stage(self, cost: aligator.CostStack) -> aligator.StageModel:
        stage = super().stage(cost)
        clearance = column_clearance(
            self.space.ndx,
            self.nu,
            self.model,
            self.centre,
            self.centres,
            np.full(len(self.centres), COLUMN_RADIUS + ROBOT_RADIUS + self.margin),
        )
        stage.addConstraint(clearance, aligator.constraints.NegativeOrthant())
        return stage
