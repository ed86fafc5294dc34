"""Whether Crocoddyl and Pinocchio, as they are installed, go together."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pinocchio as pin

from sobolev_diffusion.tasks.crocoddyl_installed import crocoddyl_for

ADVICE = (
    "Crocoddyl was compiled for another Pinocchio than {version}, the installed one: its residuals of frames "
    "and its ABA are wrong or crash; install that one (of crocoddyl 3.2.1 pin==4.0.0)"
)


@cache
def go_together() -> bool:
    """Whether the acceleration of an arm by Crocoddyl's free dynamics is that of Pinocchio."""
    crocoddyl = crocoddyl_for("crocoddyl")
    model = pin.buildSampleModelManipulator()
    state = crocoddyl.StateMultibody(model)
    actuation = crocoddyl.ActuationModelFull(state)
    dynamics = crocoddyl.DifferentialActionModelFreeFwdDynamics(
        state, actuation, crocoddyl.CostModelSum(state)
    )
    x, u = np.concatenate([pin.neutral(model) + 0.3, np.zeros(model.nv)]), np.zeros(model.nv)
    data = dynamics.createData()
    dynamics.calc(data, x, u)
    q, v = x[: model.nq], x[model.nq :]
    return bool(np.allclose(data.xout, pin.aba(model, model.createData(), q, v, u)))


def misfit(model: Any) -> str:
    """Why a model on a robot is not to be trusted; "" if nothing is known against it."""
    crocoddyl = crocoddyl_for("crocoddyl")
    on_a_robot = isinstance(model.state, crocoddyl.StateMultibody)
    return ADVICE.format(version=pin.__version__) if on_a_robot and not go_together() else ""
