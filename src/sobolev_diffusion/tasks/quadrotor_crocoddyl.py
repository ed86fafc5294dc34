"""`Quadrotor` as a problem of Crocoddyl."""

from __future__ import annotations

import numpy as np
import pinocchio as pin

from sobolev_diffusion.tasks.base import Array
from sobolev_diffusion.tasks.crocoddyl_installed import crocoddyl_for
from sobolev_diffusion.tasks.problems import Problem
from sobolev_diffusion.tasks.quadrotor import ARM, DRAG_OVER_THRUST, THRUST_WEIGHT, YAWING, Quadrotor


class QuadrotorCrocoddyl(Quadrotor):
    """The same costs, dynamics and limits of the thrusts, without floor and ceiling, which FDDP cannot keep.

    Hover to hover at one height between 0.5 and 1.5 m hardly comes near them.
    """

    def problem(self, theta: Array) -> Problem:
        crocoddyl = crocoddyl_for(self.name)
        from sobolev_diffusion.tasks.crocoddyl_multibody import CrocoddylCosts, shooting

        senses = [crocoddyl.ThrusterType.CW if yaw > 0 else crocoddyl.ThrusterType.CCW for yaw in YAWING]
        places = ARM * np.array([[1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0]])
        rotors = [
            crocoddyl.Thruster(pin.SE3(np.eye(3), place), DRAG_OVER_THRUST, sense)
            for place, sense in zip(places, senses, strict=True)
        ]
        state = crocoddyl.StateMultibody(self.model)
        actuation = crocoddyl.ActuationModelFloatingBaseThrusters(state, rotors)
        running, end = CrocoddylCosts(self, actuation), CrocoddylCosts(self, actuation)
        goal = self.goal_state(theta)
        running.state("state", goal, np.repeat(self.state_weights, 3))
        running.control("thrust", self.hover, np.full(self.nu, THRUST_WEIGHT))
        end.state("cost to go", goal, self.cost_to_go)
        return shooting(self, theta, running, end)
