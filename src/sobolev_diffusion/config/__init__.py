"""The typed configuration: every key, its type, its default and what it means. Imports nothing heavy."""

from sobolev_diffusion.config.drawings import (
    ActionLengthTable,
    AnimationConfig,
    FigureConfig,
    IterationsFigure,
    SampleEfficiencyFigure,
    SampleEfficiencyTable,
    SolutionsFigure,
    TableConfig,
    TimingTable,
    ToAloneTable,
    Variant,
    VariantsTable,
)
from sobolev_diffusion.config.experiments import (
    ContinuationConfig,
    EvaluationConfig,
    ExperimentConfig,
    InterplayConfig,
    TimingConfig,
)
from sobolev_diffusion.config.methods import (
    MethodConfig,
    MlpConfig,
    PolicyConfig,
    SobolevConfig,
    TrainingConfig,
    UnetConfig,
    gradient_steps,
)
from sobolev_diffusion.config.root import Config, load, validate
from sobolev_diffusion.config.section import ConfigError
from sobolev_diffusion.config.tasks import BUILT_IN_TASKS, ReferenceConfig, SolverConfig, TaskConfig

__all__ = [
    "BUILT_IN_TASKS",
    "ActionLengthTable",
    "AnimationConfig",
    "Config",
    "ConfigError",
    "ContinuationConfig",
    "EvaluationConfig",
    "ExperimentConfig",
    "FigureConfig",
    "InterplayConfig",
    "IterationsFigure",
    "MethodConfig",
    "MlpConfig",
    "PolicyConfig",
    "ReferenceConfig",
    "SampleEfficiencyFigure",
    "SampleEfficiencyTable",
    "SobolevConfig",
    "SolutionsFigure",
    "SolverConfig",
    "TableConfig",
    "TaskConfig",
    "TimingConfig",
    "TimingTable",
    "ToAloneTable",
    "TrainingConfig",
    "UnetConfig",
    "Variant",
    "VariantsTable",
    "gradient_steps",
    "load",
    "validate",
]
