from typing import Any

from aligator import StageData, StageModel, TrajOptProblem
from aligator.dynamics import ExplicitDynamicsData
from aligator.manifolds import ManifoldAbstract

# Crocoddyl brings no types.

def convertCrocoddylProblem(croc_problem: Any) -> TrajOptProblem: ...

class ActionModelWrapper(StageModel):
    def __init__(self, action_model: Any) -> None: ...
    @property
    def action_model(self) -> Any: ...

class ActionDataWrapper(StageData):
    def __init__(self, croc_action_model: ActionModelWrapper) -> None: ...
    @property
    def croc_action_data(self) -> Any: ...

class DynamicsDataWrapper(ExplicitDynamicsData):
    def __init__(self, action_model: Any) -> None: ...

class StateWrapper(ManifoldAbstract):
    def __init__(self, state: Any) -> None: ...
    @property
    def croc_state(self) -> Any: ...
