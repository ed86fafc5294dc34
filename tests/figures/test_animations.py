"""Animations with the robot's meshes: one page that needs nothing else, opened in a real browser."""

import re
from pathlib import Path

import numpy as np
import pytest
from browser import needs_browser, opened, picture, used
from configurations import project

from sobolev_diffusion.figures import Animation, robot_page
from sobolev_diffusion.solver.collect import collect
from sobolev_diffusion.tasks.registry import make_task

CONFIG = project("config/smoke.yaml")


class Solutions:
    """What an animation reads."""

    def __init__(self, task, runs):
        self.task, self.runs = task, runs

    def solutions(self):
        return [(self.task, self.runs)]


def drawn(name, folder):
    task = make_task(name, CONFIG.tasks[name])
    runs = collect(task, CONFIG.tasks[name].cold, 0, range(2))
    stem = folder / name
    Animation(task=name, title=f"{name} <moves>", count=2).write(stem, Solutions(task, runs), None)
    return stem.with_suffix(".html")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    return {name: drawn(name, folder) for name in ("ur5_full_random", "quadrotor_columns_1", "pendulum")}


@pytest.mark.parametrize("name", ["ur5_full_random", "quadrotor_columns_1"])
def test_a_page_with_meshes_is_small_and_the_same_again(name, pages, tmp_path):
    again = drawn(name, tmp_path)
    assert again.read_bytes() == pages[name].read_bytes()
    assert again.stat().st_size < 4_500_000
    text = again.read_text()
    assert f"<title>{name} &lt;moves&gt;</title>" in text
    assert not re.search(r"<(script|link|img|iframe)[^>]*(src|href)=", text)


def test_a_robot_without_meshes_is_drawn_as_lines(pages):
    assert pages["pendulum"].stat().st_size < 200_000
    assert "MeshCat" not in pages["pendulum"].read_text()


@needs_browser
@pytest.mark.parametrize("name", ["ur5_full_random", "quadrotor_columns_1"])
def test_a_browser_shows_the_robot_move(name, pages):
    assert 'data-ready="yes"' in opened(pages[name], "--virtual-time-budget=3000", "--dump-dom")
    early, late = picture(pages[name], 2500), picture(pages[name], 3500)
    moved = np.abs(early - late).max(axis=2) > 40
    assert 50 < moved.sum() < 0.2 * moved.size  # some of it, not the whole page


@needs_browser
def test_a_browser_shows_lines_move(pages):
    early, late = picture(pages["pendulum"], 500), picture(pages["pendulum"], 1500)
    assert (np.abs(early - late).max(axis=2) > 40).sum() > 20


WRONG = {
    "an error": "<script>throw new Error('broken')</script>",
    "a warning": "<script>console.warn('broken')</script>",
    "an image of others": '<img src="http://example.com/image.png">',
    "a script that is nowhere": "<script src='nowhere.js'></script>",
    "an error in a frame": '<iframe srcdoc="<script>broken()</script>"></iframe>',
    "a frame's image of others": '<iframe srcdoc="<img src=http://example.com/image.png>"></iframe>',
}


@needs_browser
@pytest.mark.parametrize("case", WRONG)
def test_a_page_that_is_broken_or_asks_others_is_seen(case, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><title>page</title><body>{WRONG[case]}</body>")
    with pytest.raises(AssertionError, match=r"broken|example\.com|nowhere"):
        used(page, "return 1;")


def test_every_mesh_of_the_robot_is_on_the_page(pages):
    task = make_task("ur5_full_random", CONFIG.tasks["ur5_full_random"])
    meshes = task.meshes()
    assert len(meshes.geometryObjects) == 7
    assert all(Path(each.meshPath).is_file() for each in meshes.geometryObjects)
    assert any(robot_page._loses_parts(each.meshPath) for each in meshes.geometryObjects)
