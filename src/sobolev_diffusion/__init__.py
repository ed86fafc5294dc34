"""Warm-start trajectory optimisation with Sobolev-trained diffusion policies.

What a user of the library needs. Each name is loaded when it is first asked for: torch and the solver take
seconds.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sobolev_diffusion.config import MethodConfig, PolicyConfig, SobolevConfig, SolverConfig, WarmConfig
    from sobolev_diffusion.config.solvers import CrocoddylConfig, CrocoddylWarmConfig
    from sobolev_diffusion.own_problem.warm_start import WarmStart
    from sobolev_diffusion.policies.base import Policy
    from sobolev_diffusion.solver.collect import collect
    from sobolev_diffusion.solver.selection import select
    from sobolev_diffusion.solver.solve import solve
    from sobolev_diffusion.tasks.base import Axis, Task
    from sobolev_diffusion.tasks.crocoddyl_task import CrocoddylTask
    from sobolev_diffusion.tasks.multibody import MultibodyTask
    from sobolev_diffusion.tasks.parameter_derivatives import ParameterDerivatives
    from sobolev_diffusion.training.train import train
    from sobolev_diffusion.warm_start.evaluate import evaluate
    from sobolev_diffusion.warm_start.refine import refine
    from sobolev_diffusion.warm_start.rollout import roll_out

__version__ = "0.1.0"
__all__ = [
    "Axis",
    "CrocoddylConfig",
    "CrocoddylTask",
    "CrocoddylWarmConfig",
    "MethodConfig",
    "MultibodyTask",
    "ParameterDerivatives",
    "Policy",
    "PolicyConfig",
    "SobolevConfig",
    "SolverConfig",
    "Task",
    "WarmConfig",
    "WarmStart",
    "collect",
    "evaluate",
    "refine",
    "roll_out",
    "select",
    "solve",
    "train",
]

_PLACES = {
    "Axis": "tasks.base",
    "CrocoddylConfig": "config.solvers",
    "CrocoddylTask": "tasks.crocoddyl_task",
    "CrocoddylWarmConfig": "config.solvers",
    "MethodConfig": "config",
    "MultibodyTask": "tasks.multibody",
    "ParameterDerivatives": "tasks.parameter_derivatives",
    "Policy": "policies.base",
    "PolicyConfig": "config",
    "SobolevConfig": "config",
    "SolverConfig": "config",
    "Task": "tasks.base",
    "WarmConfig": "config",
    "WarmStart": "own_problem.warm_start",
    "collect": "solver.collect",
    "evaluate": "warm_start.evaluate",
    "refine": "warm_start.refine",
    "roll_out": "warm_start.rollout",
    "select": "solver.selection",
    "solve": "solver.solve",
    "train": "training.train",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"sobolev_diffusion has no {name!r}; it offers {', '.join(__all__)}")
    value = getattr(import_module(f"sobolev_diffusion.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
