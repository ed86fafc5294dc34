"""The shape of the repository: rooms, their tests, the front page, the configuration's files."""

import re
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest
import yaml

from sobolev_diffusion.experiment.read_configuration import load

ROOT = Path(__file__).parents[2]
PACKAGE = "sobolev_diffusion"
ROOMS = sorted(each.parent.name for each in (ROOT / "src" / PACKAGE).glob("*/__init__.py"))


def test_no_module_comes_back_to_itself_not_even_for_types():
    """Import-linter sees circles of rooms; these are those within one, with what only type checkers import.

    The front door names for type checkers what it loads later, so it is left out.
    """
    graph = grimp.build_graph(PACKAGE, exclude_type_checking_imports=False, cache_dir=None)
    imported = {each: graph.find_modules_directly_imported_by(each) - {PACKAGE} for each in graph.modules}
    del imported[PACKAGE]
    assert len(imported) > 150
    TopologicalSorter(imported).prepare()  # CycleError names them


@pytest.mark.parametrize("room", ROOMS)
def test_tests_mirror_the_rooms(room):
    assert list((ROOT / "tests" / room).glob("test_*.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_told_where_things_are(room):
    assert f"| `{room}/` |" in (ROOT / "docs/developing.md").read_text()


def test_the_front_page_is_short_and_says_how_much_was_computed():
    page = (ROOT / "README.md").read_text()
    assert len(page.splitlines()) <= 120
    config = load()
    assert f" {config.seeds} seeds of {config.evaluation.instances} instances" in " ".join(page.split())


@pytest.mark.parametrize("path", sorted((ROOT / "config").rglob("*.yaml")), ids=lambda path: path.name)
def test_entries_inherit_by_like_alone(path):
    tokens = yaml.scan(path.read_text())
    assert not [each for each in tokens if isinstance(each, yaml.AnchorToken | yaml.AliasToken)]


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_what_a_page_includes_is_there(path):
    """Whatever begins like an inclusion is one: MkDocs shows others as they stand."""
    for line in path.read_text().splitlines():
        if re.match(r"\s*-{1,2} ?8 ?<", line):
            included = re.fullmatch(r'\s*--8<-- "([^":]+)(:\w+)?"', line)
            assert included, line
            assert (ROOT / included[1]).is_file(), line
