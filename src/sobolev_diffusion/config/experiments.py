"""Experiments: what is collected, trained, evaluated and timed."""

from __future__ import annotations

from typing import Annotated, cast

from pydantic import Field, model_validator

from sobolev_diffusion.config.guesses import GuessConfig
from sobolev_diffusion.config.kinds import TrainedKind
from sobolev_diffusion.config.methods import PolicyConfig
from sobolev_diffusion.config.section import LATER, Entry, PositiveFloat, PositiveInt, Section


class LocalMinimaConfig(Section):
    """When a run is taken to have ended in a worse local minimum than those of instances like its own."""

    neighbours: PositiveInt = 10
    """How many of the nearest instances it is compared with."""
    margin: PositiveFloat = 0.3
    """It is worse if it is dearer than the cheapest of theirs by more than this share of its cost."""


class ContinuationConfig(Section):
    """How solved instances help to solve those near them."""

    neighbours: PositiveInt = 3
    """How many of the nearest solved instances are looked at; those that cost less than the instance's own
    run are tried, the cheapest first, one in a round."""
    rounds: PositiveInt = 8
    """How many rounds, at most; what was found in one leads in the next."""


class InterplayConfig(Section):
    """Algorithm 1 beyond its first iteration; every default is the paper's."""

    warm_start: bool = True
    """From iteration 2 on, solve also from the rollout of the policy of the iteration before."""
    argmin_cost: bool = True
    """Learn from the cheaper of the two runs of an instance; otherwise from the one that began at the
    policy's rollout, whatever it costs."""
    reject: bool = True
    """Leave out instances that did not converge within the solver's max_iterations (K_solve)."""
    max_iterations: Annotated[PositiveInt | None, Field(json_schema_extra=LATER)] = None
    """K_solve: cap on the iterations from the interpolated guess while collecting; none: the task's own."""
    reject_local_minima: Annotated[LocalMinimaConfig | None, Field(json_schema_extra=LATER)] = None
    """Leave out also the runs that ended in a worse local minimum than their neighbours among all collected
    so far; none: learn from them too. Ours, not the paper's: what the solver converges to alone can be a
    mixture of very different motions, and a policy that learns from all of them commits to none."""
    continuation: Annotated[ContinuationConfig | None, Field(json_schema_extra=LATER)] = None
    """Solve each new instance also from the runs of its nearest neighbours, followed with their gains, and
    keep the cheapest converged run; none: from the interpolated guess alone. Ours, not the paper's: a solver
    that alone converges seldom, and to many different motions, then gives a few that all instances share."""
    reset: bool = True
    """Train each iteration's policy from fresh weights; otherwise go on from those of the one before."""
    new_instances: bool = True
    """Draw n_traj new instances in each iteration; otherwise solve those of the first again."""
    accumulate: bool = True
    """Learn from the runs of all iterations; otherwise from those of the last one."""
    action_length: PositiveInt = 8
    """T_a of the rollouts that the solver starts from while collecting, cut at the policy's largest."""


class ExperimentConfig(Entry):
    task: str
    """One of `tasks`."""
    methods: tuple[str, ...]
    """Some of `methods`."""
    n_traj: tuple[PositiveInt, ...]
    """Instances solved per iteration of Algorithm 1; several: a sweep."""
    iterations: PositiveInt = 1
    """N_iter of Algorithm 1."""
    interplay: InterplayConfig = InterplayConfig()
    """How the iterations of Algorithm 1 collect and train."""
    epochs: dict[TrainedKind, tuple[PositiveInt, ...]]
    """K_epochs by kind of policy; several: each is a training of its own, with its own schedule."""
    last_epochs: dict[TrainedKind, tuple[PositiveInt, ...]] = {}
    """K_epochs of policies trained besides on what the last iteration learns from, the runs that the longest
    trained of `epochs` collected."""
    action_lengths: tuple[PositiveInt, ...] = (1,)
    """T_a to evaluate; policies that are no diffusion are evaluated at 1."""
    last_action_lengths: tuple[PositiveInt, ...] = ()
    """T_a to evaluate besides these in the last iteration."""
    seeds: PositiveInt | None = None
    """At most how many of the seeds, the first ones; none: all."""
    refine: bool = True
    """Whether to refine the rollouts with the solver in the evaluation."""
    guess: GuessConfig = GuessConfig()
    """How the evaluation chooses the guess that is refined."""

    @model_validator(mode="after")
    def _check(self) -> ExperimentConfig:
        if self.guess != GuessConfig() and not self.refine:
            raise ValueError("guess: is chosen to be refined; set refine: true")
        if self.last_epochs and self.iterations == 1:
            raise ValueError("last_epochs: there is one iteration; name them among epochs")
        for kind, lengths in self.last_epochs.items():
            if twice := set(lengths) & set(self.epochs.get(kind, ())):
                raise ValueError(f"last_epochs: {kind}: {min(twice)} is among epochs already")
        return self

    def trainings(self, policy: PolicyConfig) -> tuple[int | None, ...]:
        """K_epochs of each training of such a policy; one of None where there is nothing to train."""
        return self.epochs[cast(TrainedKind, policy.kind)] if policy.trained else (None,)

    def last_trainings(self, policy: PolicyConfig) -> tuple[int, ...]:
        """K_epochs of each training of such a policy in the last iteration alone."""
        return self.last_epochs.get(cast(TrainedKind, policy.kind), ()) if policy.trained else ()


class TimingConfig(Entry):
    experiment: str
    """One of `experiments`: its task, methods and T_a."""
    n_traj: PositiveInt
    """Which of the experiment's policies: the longest trained, last iteration, of this n_traj and the first
    seed."""
    instances: PositiveInt = 20
    """How many evaluation instances of the first seed are timed."""


class EvaluationConfig(Section):
    instances: PositiveInt = 50
    """Random instances per seed."""
