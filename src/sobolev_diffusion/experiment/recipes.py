"""How each artefact is made: the settings it is a function of and the artefacts it is made from.

Needs no torch and no solver, so that the workflow is quick to look at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sobolev_diffusion.config import Computation, ConfigError, ExperimentConfig, GuessConfig, WarmSettings
from sobolev_diffusion.config.methods import BEST_KNOWN, CONTINUED, TO_ALONE
from sobolev_diffusion.config.tasks import HORIZONS
from sobolev_diffusion.experiment import user_tasks
from sobolev_diffusion.experiment.artefact import Artefact
from sobolev_diffusion.experiment.chain import Chain
from sobolev_diffusion.experiment.job import StageSettings
from sobolev_diffusion.experiment.keys import TASK_REVISION
from sobolev_diffusion.experiment.learnt_runs import LearntRuns
from sobolev_diffusion.experiment.stages.best_known import Search
from sobolev_diffusion.experiment.stages.collections import Collecting
from sobolev_diffusion.experiment.stages.demonstrations import RunsAlone, RunsFromNeighbours, RunsFromPolicy
from sobolev_diffusion.experiment.stages.evaluations import (
    ChosenEvaluation,
    PolicyEvaluation,
    SolverEvaluation,
)
from sobolev_diffusion.experiment.stages.paths import PolicyPaths, SolverPaths
from sobolev_diffusion.experiment.stages.policies import PolicySettings
from sobolev_diffusion.experiment.stages.profiles import Profile
from sobolev_diffusion.experiment.stages.timings import Timing
from sobolev_diffusion.experiment.task_identity import TaskIdentity


class Recipes:
    """Recipes of a configuration; those of a file are looked up once and remembered.

    Args:
        config: validated.
        root: folder that relative paths of task modules start from.
    """

    def __init__(self, config: Computation, root: Path = Path()) -> None:
        self.config = config
        self.root = root
        self.method = cache(config.method)  # each is asked for thousands of times
        self._task = cache(self._identify)
        self.parts = cache(self._parts)  # of a user's task; None: a built-in one
        self.check_chunks = cache(self._check_chunks)
        self._block = cache(self._solved_alone)
        self._known: dict[tuple[str, str, str], Artefact] = {}
        self._policies: dict[tuple[Chain, int], Artefact] = {}  # each is asked for by all that come after it

    @property
    def asked_for(self) -> list[Artefact]:
        """Every artefact whose recipe was asked for, and all that those are made from."""
        return list(self._known.values())

    def evaluation_runs(self, task: str, seed: int) -> Artefact:
        """TO alone on the evaluation instances of a seed, trajectories and gains."""
        return self._remember(
            f"{task}/{TO_ALONE}/seed{seed}/evaluation",
            RunsAlone(
                task=self._task(task),
                solver=self.config.tasks[task].cold,
                seed=seed,
                purpose="evaluation",
                first=0,
                count=self.config.evaluation.instances,
            ),
            (),
            {"task": task, "method": TO_ALONE, "seed": seed},
        )

    def solver_evaluation(self, task: str, seed: int) -> Artefact:
        """TO alone on the evaluation instances of a seed."""
        return self._from_evaluation_runs(SolverEvaluation, task, seed, self.config.evaluation.instances)

    def solver_paths(self, task: str, seed: int, instances: int) -> Artefact:
        """The way that TO alone finds on the first evaluation instances of a seed."""
        return self._from_evaluation_runs(SolverPaths, task, seed, instances)

    def _from_evaluation_runs(
        self, kind: type[SolverEvaluation | SolverPaths], task: str, seed: int, instances: int
    ) -> Artefact:
        solver = self.config.tasks[task].cold
        return self._remember(
            f"{task}/{TO_ALONE}/seed{seed}",
            kind(task=self._task(task), solver=solver, seed=seed, instances=instances),
            (),
            {"task": task, "method": TO_ALONE, "seed": seed},
            (self.evaluation_runs(task, seed),),
        )

    def best_known(self, task: str, seed: int) -> Artefact:
        """The best known costs of the evaluation instances of a seed."""
        settings = self.config.tasks[task]
        return self._remember(
            f"{task}/seed{seed}",
            Search(
                task=self._task(task),
                cold=settings.cold,
                warm=settings.warm,
                best_known=self.config.search(task),
                seed=seed,
                instances=self.config.evaluation.instances,
            ),
            (),
            {"task": task, "method": BEST_KNOWN, "seed": seed},
            (self.evaluation_runs(task, seed),),
        )

    def cold_block(
        self, task: str, seed: int, block: int, max_iterations: int | None = None, in_parameters: bool = False
    ) -> Artefact:
        """TO alone on a block of training instances; K_solve is that of the task unless given.

        Those with gains in the parameters are artefacts of their own, so that what has been computed without
        them stays.
        """
        return self._block(task, seed, block, max_iterations, in_parameters)

    def _solved_alone(
        self, task: str, seed: int, block: int, max_iterations: int | None, in_parameters: bool
    ) -> Artefact:
        size, solver = self.config.block_size, self.config.tasks[task].cold
        if max_iterations is not None:
            solver = solver.model_copy(update={"max_iterations": max_iterations})
        if in_parameters:
            solver = solver.model_copy(update={"parameter_gains": True})
        return self._remember(
            f"{task}/{TO_ALONE}/seed{seed}/block{block}",
            RunsAlone(task=self._task(task), solver=solver, seed=seed, first=block * size, count=size),
            (),
            {"task": task, "method": TO_ALONE, "seed": seed, "block": block},
        )

    def policy(self, chain: Chain, iteration: int) -> Artefact:
        """The policy trained in one iteration of Algorithm 1."""
        if (chain, iteration) in self._policies:
            return self._policies[chain, iteration]
        self.check_chunks(chain.task, chain.method)
        before = (
            () if chain.rules.reset or iteration == 1 else (self.policy(chain.collecting, iteration - 1),)
        )
        policy = self._remember(
            f"{chain.place}/iter{iteration}",
            PolicySettings(
                task=self._task(chain.task),
                method=self.method(chain.task, chain.method),
                epochs=chain.epochs,
                seed=chain.seed,
                **dict(chain.learnt_runs(iteration)),
            ),
            (*self._runs(chain, chain.learnt_iterations(iteration)), *before),
            {**chain.labels, "iteration": iteration},
        )
        self._policies[chain, iteration] = policy
        return policy

    def warm_demonstrations(self, chain: Chain, iteration: int) -> Artefact:
        """Solves of an iteration's instances from the rollout of the policy of the iteration before."""
        chain = chain.collecting
        policy = self.policy(chain, iteration - 1)
        first, last = chain.instances(iteration)
        (length,) = self.method(chain.task, chain.method).policy.applicable([chain.rules.action_length])
        return self._remember(
            f"{chain.place}/iter{iteration}",
            RunsFromPolicy(
                task=self._task(chain.task),
                solver=self._solver(self.config.tasks[chain.task].warm, chain),
                seed=chain.seed,
                first=first,
                count=last - first,
                action_length=length,
            ),
            (policy,),
            {**chain.labels, "iteration": iteration},
        )

    def continued(self, chain: Chain, iteration: int) -> Artefact:
        """Solves of an iteration's instances from those of their neighbours in it and in those before."""
        assert chain.rules.continuation is not None
        before = range(1, iteration) if chain.rules.new_instances else range(0)
        first, last = chain.instances(iteration)
        return self._remember(
            f"{chain.task}/{CONTINUED}/n{chain.n_traj}/seed{chain.seed}/iter{iteration}",
            RunsFromNeighbours(
                task=self._task(chain.task),
                solver=self._solver(self.config.tasks[chain.task].warm, chain),
                continuation=chain.rules.continuation,
                seed=chain.seed,
                first=first,
                count=last - first,
            ),
            (
                *(self.continued(chain, each) for each in before),
                *self._cold_blocks(chain, range(iteration, iteration + 1)),
            ),
            {"task": chain.task, "method": CONTINUED, "seed": chain.seed, "iteration": iteration},
        )

    def collection(self, chain: Chain, iterations: int) -> Artefact:
        """How the collecting went: both solves of every instance of every iteration."""
        numbers = range(1, iterations + 1)
        ranges = tuple(chain.instances(each) for each in numbers)
        return self._remember(
            chain.place,
            Collecting(seed=chain.seed, ranges=ranges, interplay=chain.rules),
            tuple(self._runs(chain, numbers)),
            chain.labels,
        )

    def evaluation(self, spec: ExperimentConfig, chain: Chain, iteration: int) -> Artefact:
        """A policy on the evaluation instances of its seed."""
        policy = self.policy(chain, iteration)
        lengths = [*spec.action_lengths, *(spec.last_action_lengths if iteration == spec.iterations else ())]
        kind, task = self.method(chain.task, chain.method).policy, self.config.tasks[chain.task]
        common: dict[str, Any] = {
            "task": self._task(chain.task),
            "solver": task.warm if spec.refine else None,
            "seed": chain.seed,
            "instances": self.config.evaluation.instances,
            "action_lengths": tuple(kind.applicable(lengths)),
        }
        if spec.guess == GuessConfig():
            return self._remember(policy.name, PolicyEvaluation(**common), (policy,), policy.labels)
        settings = ChosenEvaluation(
            guess=spec.guess, cold=task.cold, learnt=chain.learnt_runs(iteration), **common
        )
        inputs = (policy, *self._runs(chain, chain.learnt_iterations(iteration)))
        return self._remember(policy.name, settings, inputs, policy.labels)

    def paths(self, chain: Chain, iteration: int, action_length: int, instances: int) -> Artefact:
        """The way that a policy takes on the first evaluation instances of its seed."""
        policy = self.policy(chain, iteration)
        (length,) = self.method(chain.task, chain.method).policy.applicable([action_length])
        return self._remember(
            policy.name,
            PolicyPaths(
                task=self._task(chain.task), seed=chain.seed, instances=instances, action_length=length
            ),
            (policy,),
            policy.labels,
        )

    def timing(self, name: str) -> Artefact:
        """Wall-clock times of an experiment's methods."""
        timing = self.config.timings[name]
        spec = self.config.experiments[timing.experiment]
        chains = self._timed(name)
        policies = {method: self.policy(chain, spec.iterations) for method, chain in chains.items()}
        lengths = sorted({*spec.action_lengths, *spec.last_action_lengths})
        return self._timing(name, spec.task, self.config.first_seed, timing.instances, policies, lengths)

    def profile(self, name: str, action_length: int) -> Artefact:
        """Every iterate of an experiment's methods, with the seconds that it took to come there."""
        timing, seed = self.config.timings[name], self.config.first_seed
        spec = self.config.experiments[timing.experiment]
        task = self.config.tasks[spec.task]
        chains = self._timed(name)
        policies = [self.policy(chain, spec.iterations) for chain in chains.values()]
        learnt: list[LearntRuns] = []
        runs: list[list[Artefact]] = []
        if spec.guess.needs_demonstrations:
            for chain in chains.values():
                learnt.append(chain.learnt_runs(spec.iterations))
                runs.append(self._runs(chain, chain.learnt_iterations(spec.iterations)))
        return self._remember(
            f"{name}/T_a{action_length}",
            Profile(
                task=self._task(spec.task),
                cold=task.cold,
                warm=task.warm,
                guess=spec.guess,
                seed=seed,
                instances=timing.instances,
                methods=tuple(chains),
                action_length=action_length,
                learnt=tuple(learnt),
                runs=tuple(len(each) for each in runs),
            ),
            (*policies, *(run for each in runs for run in each)),
            {"task": spec.task, "seed": seed},
        )

    def _timed(self, name: str) -> dict[str, Chain]:
        """The longest trained policy of each method of a timing's experiment, of the first seed."""
        timing = self.config.timings[name]
        spec = self.config.experiments[timing.experiment]
        return {
            method: max(
                self.chains(spec, method, timing.n_traj, [self.config.first_seed]),
                key=lambda chain: chain.epochs or 0,
            )
            for method in spec.methods
        }

    def chains(self, spec: ExperimentConfig, method: str, n_traj: int, seeds: Sequence[int]) -> list[Chain]:
        """The runs of Algorithm 1 of one method and n_traj: for each K_epochs one of each seed.

        Those of `last_epochs` learn from what the longest trained of the others collect.
        """
        policy = self.method(spec.task, method).policy
        trainings, last = spec.trainings(policy), spec.last_trainings(policy)
        collecting = max(trainings, key=lambda each: each or 0)
        lengths = [(epochs, None) for epochs in trainings] + [(epochs, collecting) for epochs in last]
        return [
            Chain(spec.task, method, n_traj, epochs, seed, spec.interplay, before)
            for epochs, before in lengths
            for seed in seeds
        ]

    def solver_timing(self, task: str, instances: int) -> Artefact:
        """Wall-clock times of TO alone on some evaluation instances of the first seed."""
        return self._timing(f"{task}/{TO_ALONE}", task, self.config.first_seed, instances, {}, [])

    def _timing(
        self,
        name: str,
        task: str,
        seed: int,
        instances: int,
        policies: Mapping[str, Artefact],
        action_lengths: list[int],
    ) -> Artefact:
        return self._remember(
            name,
            Timing(
                task=self._task(task),
                cold=self.config.tasks[task].cold,
                warm=self.config.tasks[task].warm,
                seed=seed,
                instances=instances,
                methods=tuple(policies),
                action_lengths=tuple(action_lengths),
            ),
            tuple(policies.values()),
            {"task": task, "seed": seed},
        )

    def _runs(self, chain: Chain, iterations: range) -> list[Artefact]:
        """What these iterations collect: runs that no policy had a part in, then the warm ones of each."""
        warm = [
            self.warm_demonstrations(chain, each)
            for each in iterations
            if each > 1 and chain.rules.warm_start
        ]
        if chain.rules.continuation:
            continued = (self.continued(chain, each) for each in iterations)
            return [*{each.key: each for each in continued}.values(), *warm]
        return [*self._cold_blocks(chain, iterations), *warm]

    def _cold_blocks(self, chain: Chain, iterations: range) -> list[Artefact]:
        """The blocks of cold solves that hold the instances of these iterations."""
        size = self.config.block_size
        instances = (range(*chain.instances(each)) for each in iterations)
        blocks = {number // size for numbers in instances for number in numbers}
        return [
            self.cold_block(
                chain.task, chain.seed, block, chain.rules.max_iterations, self._in_parameters(chain)
            )
            for block in sorted(blocks)
        ]

    def _in_parameters(self, chain: Chain) -> bool:
        """Whether the method uses gains in the parameters."""
        return self.method(chain.task, chain.method).parameters

    def _solver(self, warm: WarmSettings, chain: Chain) -> WarmSettings:
        """Settings for the solves that the method learns from."""
        return warm.model_copy(update={"parameter_gains": True}) if self._in_parameters(chain) else warm

    def _remember(
        self,
        name: str,
        settings: StageSettings,
        inputs: tuple[Artefact, ...],
        labels: dict[str, Any],
        shared: tuple[Artefact, ...] = (),
    ) -> Artefact:
        artefact = Artefact(name, settings, inputs, labels, shared)
        return self._known.setdefault((artefact.stage, name, artefact.key), artefact)

    def _identify(self, name: str) -> TaskIdentity:
        """What identifies a task: its name, its kind or its file's content, and its options."""
        spec = self.config.tasks[name]
        if spec.module is None:
            revision = TASK_REVISION.get(spec.kind or name)
            return TaskIdentity(
                name=name, options=spec.options, module=None, kind=spec.kind, revision=revision
            )
        parts = self.parts(name)
        assert parts is not None
        return user_tasks.identity(name, spec, self.root / spec.module, parts, TASK_REVISION)

    def _parts(self, name: str) -> user_tasks.TaskParts | None:
        spec = self.config.tasks[name]
        if spec.module is None:
            return None
        path = self.root / spec.module
        if not path.is_file():
            raise ConfigError(f"config: tasks.{name}.module: no Python file at {path}")
        return user_tasks.parts_of(name, spec, path, Path(self.config.results) / ".tasks")

    def _check_chunks(self, task: str, method: str) -> None:
        """A chunk is cut from within a trajectory."""
        spec, parts = self.config.tasks[task], self.parts(task)
        horizon = parts.horizon if parts else spec.options.get("horizon", HORIZONS[spec.kind or task])
        policy = self.method(task, method).policy
        if policy.predicts_chunks and isinstance(horizon, int) and policy.max_action_length > horizon:
            raise ConfigError(
                f"config: methods.{method}: T_p - T_h = {policy.max_action_length} coming actions are more "
                f"than the {horizon} steps of task {task}; lower policy.prediction_horizon"
            )
