"""How methods are labelled and coloured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from sobolev_diffusion.config.methods import TO_ALONE


@dataclass(frozen=True)
class Method:
    """How a method is drawn."""

    label: str
    colour: str
    marker: str


@dataclass(frozen=True)
class Style:
    """Looks of all figures.

    Attributes:
        methods: id -> label, colour, marker; the order is that of legends.
        tasks: id -> title.
    """

    methods: dict[str, Method]
    tasks: dict[str, str]

    def label(self, method: str) -> str:
        """The label of a method; its id where the style does not know it (sweeps)."""
        return self.methods[method].label if method in self.methods else method

    def ranks(self, methods: Iterable[str]) -> dict[str, int]:
        """Places of methods in a table: TO alone, those in the order of the style, those it does not know."""
        known = dict.fromkeys([TO_ALONE, *self.methods])
        return {name: rank for rank, name in enumerate([*known, *sorted(set(methods) - known.keys())])}

    @staticmethod
    def load(path: Path) -> Style:
        """Read config/plotting.yaml."""
        content = yaml.safe_load(path.read_text())
        methods = {name: Method(**looks) for name, looks in content["methods"].items()}
        return Style(methods, content["tasks"])
