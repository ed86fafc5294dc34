"""`UR5` as a problem of Crocoddyl."""

from __future__ import annotations

import numpy as np

from sobolev_diffusion.tasks.base import Array
from sobolev_diffusion.tasks.crocoddyl_installed import crocoddyl_for
from sobolev_diffusion.tasks.problems import Problem
from sobolev_diffusion.tasks.ur5 import UR5


class UR5Crocoddyl(UR5):
    """The same costs, dynamics and limits of the torques."""

    def problem(self, theta: Array) -> Problem:
        crocoddyl = crocoddyl_for(self.name)
        from sobolev_diffusion.tasks.crocoddyl_multibody import (
            CrocoddylCosts,
            FramePosition,
            FrameVelocity,
            shooting,
        )

        nv, nu, tool = self.model.nv, self.nu, self.tool
        state = crocoddyl.StateMultibody(self.model)
        actuation = crocoddyl.ActuationModelFull(state)
        position = FramePosition(state, tool, self.target(theta), nu)
        velocity = FrameVelocity(state, tool, nu)
        running, end = CrocoddylCosts(self, actuation), CrocoddylCosts(self, actuation)
        rest, damped = self.space.neutral(), np.repeat([0.0, 1.0], nv)
        running.add("tool", position, np.full(3, 50.0))
        running.state("velocity", rest, 0.05 * damped)
        running.control("torque", np.zeros(nu), np.full(nu, 3e-4))
        end.add("tool", position, np.full(3, 100.0))
        end.add("tool velocity", velocity, np.full(6, 0.1))
        end.state("velocity", rest, 0.1 * damped)
        return shooting(self, theta, running, end)
