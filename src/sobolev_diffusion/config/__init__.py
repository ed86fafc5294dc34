"""The typed configuration: every key, its type, its default and what it means. Imports nothing heavy."""

from sobolev_diffusion.config.drawings import (
    ActionLengthFigure,
    ActionLengthTable,
    AnimationConfig,
    FigureConfig,
    IterationsFigure,
    SampleEfficiencyFigure,
    SampleEfficiencyTable,
    SolutionsFigure,
    SummaryTable,
    TableConfig,
    TimingTable,
    ToAloneTable,
    TopViewsFigure,
    TrajectoriesNeededTable,
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
from sobolev_diffusion.config.load import load, validate
from sobolev_diffusion.config.methods import (
    MethodConfig,
    MlpConfig,
    PolicyConfig,
    SobolevConfig,
    TrainingConfig,
    UnetConfig,
    gradient_steps,
)
from sobolev_diffusion.config.root import Config
from sobolev_diffusion.config.section import ConfigError
from sobolev_diffusion.config.tasks import BUILT_IN_TASKS, ReferenceConfig, SolverConfig, TaskConfig

__all__ = [
    "BUILT_IN_TASKS",
    "ActionLengthFigure",
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
    "SummaryTable",
    "TableConfig",
    "TaskConfig",
    "TimingConfig",
    "TimingTable",
    "ToAloneTable",
    "TopViewsFigure",
    "TrainingConfig",
    "TrajectoriesNeededTable",
    "UnetConfig",
    "Variant",
    "VariantsTable",
    "gradient_steps",
    "load",
    "validate",
]
