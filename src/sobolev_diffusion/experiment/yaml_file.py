"""A YAML file of settings, read so that nothing in it is lost and nothing in it grows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from sobolev_diffusion.config import ConfigError

DEEPEST, MOST = 40, 200_000
"""Levels and values of a file; with aliases, a few lines could otherwise stand for billions."""


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a file that holds sections by name; nothing is an empty one.

    Raises:
        ConfigError: it is missing, no UTF-8, no YAML, something else than sections, too deep or too large,
            or a key stands twice in it.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"{path}: cannot be read as YAML ({reason})") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: expected sections by name, found a {type(content).__name__}")
    return content


class _Loader(yaml.SafeLoader):
    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise yaml.YAMLError(f"{_line(self.peek_event())}more than {DEEPEST} levels")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def get_single_node(self) -> yaml.Node | None:
        node = super().get_single_node()
        if node is not None:
            _count(node, {})
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Of a key that stands twice, YAML would silently take the last."""
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value == "<<":
                continue
            if key.value in seen:
                raise yaml.YAMLError(f"{_line(key)}the key {key.value} stands there a second time")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _count(node: yaml.Node, known: dict[int, int]) -> int:
    """How many values a node stands for, each alias written out."""
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) in known:
        if known[id(node)] == 0:
            raise yaml.YAMLError(f"{_line(node)}what an alias stands for holds itself")
        return known[id(node)]
    known[id(node)] = 0
    parts = (part for each in node.value for part in (each if isinstance(each, tuple) else (each,)))
    total = 1 + sum(_count(part, known) for part in parts)
    if total > MOST:
        raise yaml.YAMLError(f"{_line(node)}more than {MOST} values")
    known[id(node)] = total
    return total


def _line(place: yaml.Node | yaml.Event) -> str:
    return f"line {place.start_mark.line + 1}: " if place.start_mark else ""
