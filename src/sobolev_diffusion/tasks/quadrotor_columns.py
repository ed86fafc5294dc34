"""Fly a quadrotor across a field of columns."""

from __future__ import annotations

import aligator
import numpy as np

from sobolev_diffusion.tasks.base import Array, ControlMode, TaskError
from sobolev_diffusion.tasks.column_clearance import column_clearance
from sobolev_diffusion.tasks.quadrotor import Quadrotor, hovering

COLUMN_RADIUS, ROBOT_RADIUS = 0.3, 0.25  # m
SPACING = 1.5  # m, of the grid of columns
MIDDLE_SHIFT = 0.5  # m, in y, of the middle row: no free straight way through
FILLING = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))
"""Grid places (along x, along y) in the order in which they are taken."""


def column_centres(columns: int) -> Array:
    """Where the columns stand in the horizontal plane, (columns, 2), m."""
    places = np.array(FILLING[:columns], dtype=float).reshape(-1, 2)
    centres = SPACING * places
    centres[places[:, 0] == 0, 1] += MIDDLE_SHIFT
    return centres


class QuadrotorColumns(Quadrotor):
    """As `Quadrotor`, from one side of the field to the other, around the columns.

    Args:
        columns: how many, 1 to 9, on a 3 x 3 grid.
        control, horizon: see `Task`.
    """

    name = "quadrotor_columns"

    def __init__(self, columns: int = 9, control: ControlMode = "state", horizon: int = 150) -> None:
        super().__init__(control, horizon)
        if not 1 <= columns <= len(FILLING):
            raise TaskError(f"{self.name}: columns must be from 1 to {len(FILLING)}, got {columns}")
        self.centres = column_centres(columns)

    def sample(self, rng: np.random.Generator) -> Array:
        while True:
            start, goal = (
                np.array([side * 2.6 + rng.uniform(-0.3, 0.3), rng.uniform(-2, 2), 1.0]) for side in (-1, 1)
            )
            if min(self.clearance(hovering(start)), self.clearance(hovering(goal))) > 0.05:
                return np.concatenate([hovering(start), goal])

    def clearance(self, x: Array) -> float:
        away = np.linalg.norm(x[:2] - self.centres, axis=1)
        return float(away.min() - COLUMN_RADIUS - ROBOT_RADIUS)

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
            np.full(len(self.centres), COLUMN_RADIUS + ROBOT_RADIUS),
        )
        stage.addConstraint(clearance, aligator.constraints.NegativeOrthant())
        return stage
