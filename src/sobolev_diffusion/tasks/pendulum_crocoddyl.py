"""`Pendulum` as a problem of Crocoddyl."""

from __future__ import annotations

import numpy as np

from sobolev_diffusion.tasks.base import Array
from sobolev_diffusion.tasks.crocoddyl_installed import crocoddyl_for
from sobolev_diffusion.tasks.pendulum import Pendulum
from sobolev_diffusion.tasks.problems import Problem


class PendulumCrocoddyl(Pendulum):
    """The same costs, dynamics and limits of the torque."""

    def problem(self, theta: Array) -> Problem:
        crocoddyl = crocoddyl_for(self.name)
        from sobolev_diffusion.tasks.crocoddyl_multibody import CrocoddylCosts, shooting

        actuation = crocoddyl.ActuationModelFull(crocoddyl.StateMultibody(self.model))
        running, end = CrocoddylCosts(self, actuation), CrocoddylCosts(self, actuation)
        goal = self.goal_state(theta)
        running.state("state", goal, np.array([0.1, 0.1]))
        running.control("torque", np.zeros(1), np.array([0.3]))
        end.state("goal", goal, np.array([100.0, 10.0]))
        return shooting(self, theta, running, end)
