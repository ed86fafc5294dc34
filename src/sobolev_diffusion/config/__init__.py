"""The typed configuration: every key, its type, its default and what it means. Imports nothing heavy."""

from sobolev_diffusion.config.computation import Computation
from sobolev_diffusion.config.experiments import (
    ContinuationConfig,
    EvaluationConfig,
    ExperimentConfig,
    InterplayConfig,
    TimingConfig,
)
from sobolev_diffusion.config.guesses import GuessConfig
from sobolev_diffusion.config.methods import (
    MethodConfig,
    MlpConfig,
    PolicyConfig,
    SobolevConfig,
    TrainingConfig,
    UnetConfig,
    gradient_steps,
)
from sobolev_diffusion.config.section import ConfigError
from sobolev_diffusion.config.solvers import (
    CrocoddylConfig,
    CrocoddylWarmConfig,
    SolverConfig,
    SolverSettings,
    WarmConfig,
    WarmSettings,
)
from sobolev_diffusion.config.tasks import (
    BUILT_IN_TASKS,
    BestKnownConfig,
    TaskConfig,
)

__all__ = [
    "BUILT_IN_TASKS",
    "BestKnownConfig",
    "Computation",
    "ConfigError",
    "ContinuationConfig",
    "CrocoddylConfig",
    "CrocoddylWarmConfig",
    "EvaluationConfig",
    "ExperimentConfig",
    "GuessConfig",
    "InterplayConfig",
    "MethodConfig",
    "MlpConfig",
    "PolicyConfig",
    "SobolevConfig",
    "SolverConfig",
    "SolverSettings",
    "TaskConfig",
    "TimingConfig",
    "TrainingConfig",
    "UnetConfig",
    "WarmConfig",
    "WarmSettings",
    "gradient_steps",
]
