"""A kind of figure or table is one file, and the configuration knows it."""

from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest

from sobolev_diffusion import figures
from sobolev_diffusion.figures import AnyFigure, AnyTable, FigureDrawing, TableDrawing

FILES = sorted(Path(figures.__file__).parent.glob("*.py"))
KINDS = [path.stem for path in FILES if path.stem.endswith(("_figure", "_table"))]


def kinds_in(name):
    """The kinds that a file defines."""
    module = import_module(f"sobolev_diffusion.figures.{name}")
    return [
        each
        for each in vars(module).values()
        if isinstance(each, type)
        and issubclass(each, FigureDrawing | TableDrawing)
        and each.__module__ == module.__name__
    ]


@pytest.mark.parametrize("name", KINDS)
def test_a_file_of_this_name_is_a_kind_of_the_configuration(name):
    (kind,) = kinds_in(name)
    section = AnyFigure if name.endswith("_figure") else AnyTable
    assert kind in get_args(get_args(section)[0])
    assert get_args(kind.model_fields["kind"].annotation) == (name.rsplit("_", 1)[0],)


def test_every_kind_has_its_file():
    kinds = [kind for section in (AnyFigure, AnyTable) for kind in get_args(get_args(section)[0])]
    assert len(kinds) == len(KINDS) == 14
