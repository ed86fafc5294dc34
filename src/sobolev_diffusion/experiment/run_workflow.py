"""The workflow run from any folder: finds its Snakefile, and hands on what Snakemake is told."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from sobolev_diffusion.config import ConfigError
from sobolev_diffusion.experiment.workflow_folder import workflow_folder
from sobolev_diffusion.experiment.yaml_file import read_yaml

CONFIGFILE = ("--configfile", "--configfiles")
DRY_RUN = re.compile(r"--dry-?run|-[FRkp]*n[FRkp]*")  # also among others of one letter, as in -np
HOW_MANY = {"-c", "--cores", "-j", "--jobs", "-e", "--executor", "--profile", "--workflow-profile"}
QUIET = {"-q", "--quiet"}
YAML = {".yaml", ".yml", ".json"}


def run_workflow(arguments: Sequence[str]) -> int:
    """Run the workflow in this folder; its exit status.

    Args:
        arguments: Snakemake's. Without a number of cores all are taken; a dry run prints how many jobs of
            each kind would run; a report draws first what it shows.

    Raises:
        ConfigError: a configuration file that is none, or Snakemake is not installed.
    """
    if importlib.util.find_spec("snakemake") is None:
        raise ConfigError("snakemake is not installed: pip install 'sobolev-diffusion[workflow]'")
    check_configuration_files(arguments)
    command = [sys.executable, "-m", "snakemake", *_added(arguments), *arguments]
    return subprocess.run(command).returncode


def check_configuration_files(arguments: Sequence[str]) -> None:
    """Check what Snakemake would read as configuration.

    Raises:
        ConfigError: one that is none, in one line.
    """
    for given in configuration_files(arguments):
        if given.suffix not in YAML:
            raise ConfigError(f"{given}: no configuration file; put -- before what is to be made")
        if not given.is_file():
            raise ConfigError(f"{given}: there is no such configuration file")
        read_yaml(given)


def check_command_line() -> None:
    """Check the command line that runs Snakemake itself, or end it with one line: asked by the profile, which
    Snakemake reads before those files."""
    try:
        check_configuration_files(sys.argv[1:])
    except ConfigError as error:
        sys.exit(str(error))


def configuration_files(arguments: Sequence[str]) -> list[Path]:
    """The files that follow --configfile, as Snakemake reads it: all up to the next option."""
    found, taking = [], False
    for each in _before_targets(arguments):
        if each.startswith("-"):
            name, _, value = each.partition("=")
            taking = name in CONFIGFILE
            if taking and value:
                found.append(Path(value))
        elif taking:
            found.append(Path(each))
    return found


def _added(arguments: Sequence[str]) -> list[str]:
    """What goes without saying; options of several values first, or a target after them would be one more."""
    options = [each.partition("=")[0] for each in _before_targets(arguments)]
    dry = any(DRY_RUN.fullmatch(each) for each in options)
    added = []
    if dry and not QUIET.intersection(options):
        added += ["--quiet", "host", "rules"]
    added += ["--snakefile", str(workflow_folder() / "Snakefile")]
    if not dry and not HOW_MANY.intersection(options):
        added += ["--cores", "all"]
    return added + (["--report-after-run"] if "--report" in options else [])


def _before_targets(arguments: Sequence[str]) -> Sequence[str]:
    return arguments[: arguments.index("--")] if "--" in arguments else arguments
