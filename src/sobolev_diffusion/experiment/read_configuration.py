"""Read a configuration from files and check it; what is wrong is said in one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sobolev_diffusion.config import ConfigError, cross_checks
from sobolev_diffusion.config.inherit import merge
from sobolev_diffusion.experiment.configuration import Config
from sobolev_diffusion.experiment.workflow_folder import workflow_folder
from sobolev_diffusion.experiment.yaml_file import read_yaml
from sobolev_diffusion.figures import SECTIONS, captions
from sobolev_diffusion.figures.drawing import Drawing, WithCaption

PROJECT = Path("config")
"""Folder of a project's configuration, below that of the project."""
SUBJECTS = ("tasks", "methods", "experiments", "drawings")
"""Its files, in the order in which they are read."""


def load(*later: Path, folder: Path = PROJECT) -> Config:
    """Read and validate a project's configuration, with more files on top of it, the last one uppermost.

    Args:
        later: YAML files that override and add.
        folder: of the project's own files.

    Raises:
        ConfigError: see `validate` and `read_yaml`.
    """
    return validate(read(*later, folder=folder))


def is_project(folder: Path = PROJECT) -> bool:
    """Whether a folder holds a project's configuration."""
    return any((folder / f"{subject}.yaml").is_file() for subject in SUBJECTS)


def read(*later: Path, folder: Path = PROJECT) -> dict[str, Any]:
    """What `load` validates, as it is written.

    Where there is no project, what is computed is said by the later files alone, with the tasks and methods
    that come with the workflow.
    """
    if is_project(folder):
        first = [folder / f"{subject}.yaml" for subject in SUBJECTS]
        merged: dict[str, Any] = {}
    else:
        first = [workflow_folder() / PROJECT / f"{subject}.yaml" for subject in ("tasks", "methods")]
        merged = {section: {} for section in ("experiments", "figures", "tables")}
    for path in (*first, *later):
        merged = merge(merged, read_yaml(path))
    return merged


def validate(content: dict[str, Any]) -> Config:
    """Check a configuration.

    Raises:
        ConfigError: the first problem, in one line that names the key and what is allowed.
    """
    try:
        config = Config.model_validate(content)
        cross_checks.check(config)
        for section, name, drawing in config.drawings():
            drawing.check(config, f"{section}.{name}")
        config = _with_captions(config)
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(str(part) for part in problem["loc"] if not _names_a_type(part))
        if problem["type"] == "extra_forbidden":
            allowed = ", ".join(_fields_at(problem["loc"][:-1]))
            raise ConfigError(f"config: unknown key {key}; allowed here: {allowed}") from None
        message = problem["msg"].removeprefix("Value error, ")
        given = "" if problem["type"] == "value_error" else f", got {problem['input']!r}"
        raise ConfigError(f"config: {key + ': ' if key else ''}{message}{given}") from None
    except ValueError as error:
        raise ConfigError(f"config: {error}") from None
    return config


def _with_captions(config: Config) -> Config:
    """The configuration with every placeholder of a caption filled."""
    sections: dict[str, dict[str, Drawing]] = {section: {} for section in SECTIONS}
    for section, name, drawing in config.drawings():
        if isinstance(drawing, WithCaption):
            key, values = f"{section}.{name}.caption", drawing.caption_values(config)
            drawing = drawing.model_copy(update={"caption": captions.filled(key, drawing.caption, values)})
        sections[section][name] = drawing
    return config.model_copy(update=sections)


def _names_a_type(part: Any) -> bool:
    """Whether a part of a location is no key but a type, as `solvers.tagged` names it."""
    return str(part).startswith("(")


def _fields_at(location: tuple[Any, ...]) -> list[str]:
    """The keys that are allowed at a location of the configuration, from its JSON schema."""
    schema = Config.model_json_schema()
    definitions = schema["$defs"]
    node: dict[str, Any] = schema
    for part in location:
        variants = node.get("discriminator", {}).get("mapping", {})
        if _names_a_type(part):
            node = definitions[part.strip("()")]
            continue
        if part in variants:
            node = definitions[variants[part].rsplit("/", 1)[-1]]
            continue
        node = node.get("properties", {}).get(part) or node.get("additionalProperties", {}) or {}
        for option in [node, *node.get("anyOf", []), *node.get("allOf", [])]:
            if "$ref" in option:
                node = definitions[option["$ref"].rsplit("/", 1)[-1]]
                break
    return sorted(node.get("properties", {}))
