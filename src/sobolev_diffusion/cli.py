"""The command line: sobolev-diffusion COMMAND."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

from sobolev_diffusion import __version__
from sobolev_diffusion.config import ConfigError, TaskConfig
from sobolev_diffusion.experiment.cache import CACHE, Cache, freeze
from sobolev_diffusion.experiment.circumstances import code, kernels
from sobolev_diffusion.experiment.configuration import Config
from sobolev_diffusion.experiment.plan import Plan
from sobolev_diffusion.experiment.provenance import altered, provenance
from sobolev_diffusion.experiment.read_configuration import load
from sobolev_diffusion.experiment.run_workflow import run_workflow
from sobolev_diffusion.experiment.stages import STAGES
from sobolev_diffusion.experiment.stamps import check
from sobolev_diffusion.experiment.user_tasks import look_at
from sobolev_diffusion.experiment.verify import verify
from sobolev_diffusion.files import BadArtefact, digest
from sobolev_diffusion.own_problem.ways import WAYS

RUN = "run"


def make_parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    parser = argparse.ArgumentParser(prog="sobolev-diffusion", description=__doc__)
    parser.add_argument("--version", action="version", version=f"sobolev-diffusion {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    on_top: Any = {
        "type": Path,
        "nargs": "*",
        "default": [],
        "help": "files on top of those in config/, the last one uppermost",
    }

    def add(name: str, run: Callable[[argparse.Namespace], object], help: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help, description=help)
        command.set_defaults(run=run)
        return command

    add(RUN, lambda _: None, "run the workflow in this folder; all that follows is for Snakemake")
    show = add("show", _show, "what made an artefact, a figure or a table")
    show.add_argument("what", help="its file, or the key of a frozen artefact")
    show.add_argument("--cache", type=Path, default=CACHE, help="folder of frozen ones")
    add("schema", lambda _: print(schema_text(), end=""), "print the JSON schema of the configuration")
    check_all = add("verify", _verify, "read every file again: is it what was written?")
    check_all.add_argument("--results", type=Path, default=Path("results"), help="folder of the results")
    check_all.add_argument("--cache", type=Path, default=CACHE, help="folder of frozen ones")
    freeze = add("freeze", _freeze, "put computed artefacts into the cache that git keeps")
    freeze.add_argument("--config", **on_top)
    freeze.add_argument("--stage", choices=sorted(STAGES), required=True, help="of this stage")
    freeze.add_argument("--seed", type=int, help="of this seed only")
    freeze.add_argument("--name", default="*", help="only those whose place matches, as in 'ur5_*/*/block0'")
    again = add("check-reproducibility", _check_reproducibility, "compute a small slice anew and compare")
    again.add_argument(
        "--reference",
        type=Path,
        default=Path("tests/golden/reproducibility.json"),
        help="what was computed before",
    )
    again.add_argument("--update", action="store_true", help="write the reference anew")
    together = add("train-together", _train_together, "train an experiment's policies at once, on a GPU")
    together.add_argument("experiment", help="its name in the configuration")
    together.add_argument("--config", **on_top)
    together.add_argument("--iteration", type=int, default=1, help="of Algorithm 1")
    together.add_argument("--device", choices=("cuda", "cpu"), help="cuda unless told otherwise")
    export = add("export", _export, "take a trained policy out of this library")
    export.add_argument("policy", type=Path, help="its .safetensors file, or a warm start's")
    formats = "cpp: C++17 source in a folder; onnx: a graph in a file"
    export.add_argument("--to", choices=("cpp", "onnx"), required=True, help=formats)
    export.add_argument("destination", type=Path, help="what to write")
    export.add_argument("--name", help="of the CMake target and the namespace (sobolev_policy)")
    _add_own_problem(add)
    check_config = add(
        "check-config",
        lambda options: load(*options.config),
        "validate the configuration, with files on top of it",
    )
    check_config.add_argument("config", **on_top)
    check_task = add("check-task", _check_task, "try a task of your own, its derivatives too")
    check_task.add_argument("file", type=Path, help="the Python file with the task")
    check_task.add_argument(
        "--options", type=_json_object, default={}, help="""constructor's arguments, as in '{"force": 5}'"""
    )
    return parser


def _add_own_problem(add: Callable[..., argparse.ArgumentParser]) -> None:
    """The commands of a warm start for a problem of one's own."""
    fit = add(
        "fit", _fit, "make a warm start for a task of your own; Ctrl-C stops it, the same command goes on"
    )
    fit.add_argument("file", type=Path, help="the Python file with the task")
    fit.add_argument("--out", type=Path, required=True, help="the file to write, as in my_task.warm")
    fit.add_argument("--solves", type=int, default=100, help="training instances to solve, at most (100)")
    fit.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes side by side")
    fit.add_argument("--seed", type=int, default=0, help="of instances and trainings (0)")
    fit.add_argument("--tolerance", type=float, default=1e-3, help="of the solver (0.001)")
    fit.add_argument("--quick", action="store_true", help="hardly try anything, to see whether all works")
    fit.add_argument("--options", type=_json_object, default={}, help="constructor's arguments, in JSON")
    solve = add("solve", _solve, "solve instances from a warm start's guesses")
    solve.add_argument("--theta", type=float, nargs="+", help="the instance, its numbers")
    solve.add_argument("--instances", type=int, default=10, help="how many random ones, without theta (10)")
    solve.add_argument("--out", type=Path, help="an .npz to write the solutions to")
    report = add("report", _report, "write a page that says whether a warm start is worth it")
    report.add_argument("--instances", type=int, default=30, help="random ones to try it on (30)")
    report.add_argument("--out", type=Path, help="the page to write; beside the warm start, unless given")
    for command in (solve, report):
        command.add_argument("warm_start", type=Path, help="the file that fit wrote")
        command.add_argument("--start", choices=WAYS, help="from where, instead of what the fit chose")
        command.add_argument("--task", type=Path, help="where the task's file is now, if it was moved")


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand; what is understood to be wrong ends in one line and exit status 1."""
    arguments = sys.argv[1:] if arguments is None else arguments
    name, *others = arguments or [""]
    for_snakemake = name == RUN and others not in (
        ["-h"],
        ["--help"],
    )  # argparse would look for options of ours
    options = make_parser().parse_args([RUN] if for_snakemake else arguments)
    try:
        if for_snakemake:
            return run_workflow(others)
        options.run(options)
        sys.stdout.flush()
    except (ConfigError, BadArtefact) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # who reads the output has read enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _show(options: argparse.Namespace) -> None:
    path = Path(options.what)
    place = None if path.exists() else Cache(options.cache).find(options.what)
    made = provenance(path) if place is None else check(place, options.what)
    print(json.dumps(made, indent=1))


def _verify(options: argparse.Namespace) -> None:
    if not options.results.is_dir():
        sys.exit(f"{options.results}: no such folder; name that of the results with --results")
    verified = verify(options.results, options.cache)
    faults = verified.faults + altered(options.results)
    if faults:
        sys.exit("\n".join(faults))
    print(f"{verified.checked} artefacts are as they were computed, and all that was drawn as it was drawn")
    with_each = ", ".join(f"{name} {count}" for name, count in sorted(verified.kernels.items()))
    print(f"kernels that they were computed with: {with_each or 'none'}; here: {kernels()}")
    edited = sum(count for name, count in verified.commits.items() if name.endswith("-dirty"))
    print(f"code that computed them: of {len(verified.commits)} commits, {edited} with edits; here: {code()}")


def _check_task(options: argparse.Namespace) -> None:
    spec = TaskConfig(module=str(options.file), options=options.options)
    parts = look_at(options.file.stem, spec, options.file)
    print(f"{options.file}: all methods do what they should, and derivatives agree with finite differences")
    for what, names in (("imports", parts.modules), ("reads", parts.files)):
        if names:
            print(f"it {what} {', '.join(sorted(names))}: results follow these, too")
    print("\n".join(parts.remarks))


def _fit(options: argparse.Namespace) -> None:
    os.environ["OMP_NUM_THREADS"] = "1"  # as in every job
    spec = TaskConfig(module=str(options.file), options=options.options)
    look_at(options.file.stem, spec, options.file)  # before the solver is loaded here
    from sobolev_diffusion.own_problem.commands import fit_file
    from sobolev_diffusion.own_problem.trials import Trials

    fit_file(
        options.file,
        options.options,
        options.out,
        solves=options.solves,
        workers=options.workers,
        seed=options.seed,
        tolerance=options.tolerance,
        trials=Trials.quick() if options.quick else Trials(),
    )


def _solve(options: argparse.Namespace) -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    from sobolev_diffusion.own_problem.commands import solve_file

    solve_file(options.warm_start, options.task, options.start, options.theta, options.instances, options.out)


def _report(options: argparse.Namespace) -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    from sobolev_diffusion.own_problem.commands import report_file

    report_file(options.warm_start, options.task, options.start, options.instances, options.out)


def _json_object(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError("expected a JSON object")
    return value


def _freeze(options: argparse.Namespace) -> None:
    settings = load(*options.config)
    chosen = [
        artefact
        for artefact in Plan(settings).artefacts()
        if artefact.stage == options.stage
        and options.seed in (None, artefact.labels["seed"])
        and fnmatch(artefact.name, options.name)
    ]
    results = Path(settings.results)
    for path in freeze(chosen, results, Cache(CACHE)):
        print(path)


def _check_reproducibility(options: argparse.Namespace) -> None:
    os.environ["OMP_NUM_THREADS"] = "1"  # as in every job
    from sobolev_diffusion.experiment.reproducibility import check_reproducibility

    good, lines = check_reproducibility(options.reference, options.update)
    print(*lines, sep="\n")
    if not good:
        sys.exit(1)


def _train_together(options: argparse.Namespace) -> None:
    os.environ["OMP_NUM_THREADS"] = "1"  # as in every job
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    import torch

    from sobolev_diffusion.experiment.train_experiment import train_experiment, trainable
    from sobolev_diffusion.tasks.base import TaskError

    if options.device != "cpu" and not torch.cuda.is_available():
        sys.exit(
            "no CUDA device here: train with the ordinary workflow, `snakemake --cores N all`, which is the "
            "fast way on a CPU; --device cpu trains together on it all the same"
        )
    plan, cache = Plan(load(*options.config)), Cache(CACHE)
    policies = trainable(plan, options.experiment, options.iteration, cache)
    print(f"{len(policies)} policies to train whose demonstrations are there")
    device = torch.device(options.device or "cuda")
    failures = []
    try:
        for path, failure in train_experiment(plan, policies, cache, device):
            if failure:
                failures.append(f"{path}: {failure}")
            else:
                print(path, flush=True)
    except (TaskError, ValueError) as error:
        failures.append(str(error))
    if failures:
        sys.exit("\n".join(failures))


def _export(options: argparse.Namespace) -> None:
    from sobolev_diffusion.policies import ChunkPolicy

    if is_zipfile(options.policy):
        from sobolev_diffusion.own_problem.warm_file import load_policy

        policy = load_policy(options.policy)
    else:
        policy = ChunkPolicy.load(options.policy)
    origin = f"{options.policy.name}, sha256 {digest(options.policy)[:16]}"
    if options.to == "onnx":
        from sobolev_diffusion.policies.export.onnx import export_onnx

        if options.name:
            sys.exit("--name: of C++ source alone; a graph is called as its file")
        print(export_onnx(policy, options.destination, origin))
        return
    from sobolev_diffusion.policies.export.cpp import NAME, export_cpp

    try:
        print(*export_cpp(policy, options.destination, options.name or NAME, origin), sep="\n")
    except ValueError as error:
        sys.exit(str(error))


def schema_text() -> str:
    """config/schema.json: generated from the types in config/."""
    return json.dumps(Config.model_json_schema(), indent=1) + "\n"


if __name__ == "__main__":
    sys.exit(main())
