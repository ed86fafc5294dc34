"""A warm start is fitted, used and kept: on a robot, and on a problem without one."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from sobolev_diffusion import WarmStart
from sobolev_diffusion.cli import main
from sobolev_diffusion.config import TaskConfig
from sobolev_diffusion.files import BadArtefact
from sobolev_diffusion.own_problem.fitted import FitError
from sobolev_diffusion.own_problem.trials import Trials
from sobolev_diffusion.own_problem.warm_file import load_policy
from sobolev_diffusion.own_problem.working_folder import WorkingFolder
from sobolev_diffusion.tasks.base import TaskError
from sobolev_diffusion.tasks.instances import evaluation_thetas
from sobolev_diffusion.tasks.pendulum import Pendulum
from sobolev_diffusion.tasks.registry import make_task

BLOCK = Path(__file__).with_name("block.py")
FEW = Trials(scanned=2, validated=4, steps=60, longest=60)


def block(**options):
    return make_task("block", TaskConfig(module=str(BLOCK), options=options))


def fitted(task, workers=1, **settings):
    return WarmStart.fit(task, solves=10, workers=workers, progress=False, trials=FEW, **settings)


@pytest.fixture(scope="module")
def warm():
    return fitted(block())


@pytest.fixture(scope="module")
def path(warm, tmp_path_factory):
    path = tmp_path_factory.mktemp("warm") / "block.warm"
    warm.save(path)
    return path


@pytest.fixture(scope="module")
def robot():
    return fitted(Pendulum(horizon=50), workers=2)


def test_a_robot_is_fitted_and_solved(robot):
    warm, task = robot, robot.task
    assert warm.policy.trained_on.task == "pendulum"
    assert all(solution.converged for solution in warm.solve(evaluation_thetas(task, 0, 3)))
    taken = {row["step"]: row["choice"] for row in warm.fitted.tried if row["taken"]}
    assert {"solver alone", "solver from nearest", "training", "start from"} <= taken.keys()
    assert taken["start from"] == warm.fitted.way


def test_where_a_task_offers_both_control_modes_both_are_tried(robot, warm):
    trained = {row["choice"] for row in robot.fitted.tried if row["step"] == "training"}
    assert {choice.startswith("state control") for choice in trained} == {True, False}
    (mode,) = (row["choice"] for row in robot.fitted.tried if row["step"] == "control mode")
    assert robot.task.control == robot.fitted.control == robot.policy.trained_on.control == mode
    assert not [row for row in warm.fitted.tried if "state control" in row["choice"]]


def test_a_task_that_retargets_builds_no_problem_for_each_instance(robot, monkeypatch):
    built, problem = [], Pendulum.problem
    monkeypatch.setattr(Pendulum, "problem", lambda *asked: built.append(asked) or problem(*asked))
    warm, thetas = robot.starting_from("policy"), evaluation_thetas(robot.task, 0, 3)
    one_by_one = [warm.solve(theta) for theta in thetas]
    warm.guess(thetas)
    assert len(built) == 2  # to solve, and to look at what guesses cost
    for theta, solution in zip(thetas, one_by_one, strict=True):
        np.testing.assert_array_equal(robot.starting_from("policy").solve(theta).xs, solution.xs)


def test_a_file_knows_its_control_mode_whatever_the_task_s_own(robot, tmp_path):
    robot.save(tmp_path / "robot.warm")
    theta = evaluation_thetas(robot.task, 0, 1)[0]
    expected = robot.starting_from("policy").guess(theta).us
    for control in ("torque", "state"):
        loaded = WarmStart.load(tmp_path / "robot.warm", Pendulum(horizon=50, control=control))
        np.testing.assert_array_equal(loaded.starting_from("policy").guess(theta).us, expected)


def test_the_same_seed_gives_the_same_bytes_with_any_number_of_workers(warm, path, tmp_path):
    again = tmp_path / "again.warm"
    fitted(block(), workers=3).save(again)
    assert again.read_bytes() == path.read_bytes()


def test_gains_in_the_target_are_learnt_from(warm):
    assert warm.fitted.demonstrations.parameter_gains.shape == (10, 20, 1, 1)


def test_the_nearest_demonstration_is_followed_in_one_way_whoever_else_guesses(warm):
    """With its gains in the parameters, whether it is asked alone or beside the policy."""
    thetas = evaluation_thetas(warm.task, 0, 8)
    pairs = zip(warm.starting_from("nearest").guess(thetas), warm.starting_from("cheaper").guess(thetas))
    taken = [(alone, beside) for alone, beside in pairs if beside.source == "nearest"]
    assert taken
    for alone, beside in taken:
        np.testing.assert_array_equal(beside.us, alone.us)


def test_it_guesses_and_solves_one_or_many_and_in_threads(warm):
    thetas = np.stack(evaluation_thetas(warm.task, 0, 4))
    alone = [warm.guess(theta) for theta in thetas]
    together = warm.guess(thetas)
    for one, each in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one.xs, each.xs)
        np.testing.assert_array_equal(one.us, each.us)
        assert one.source == each.source
    with ThreadPoolExecutor(4) as threads:
        solutions = list(threads.map(warm.solve, thetas))
    for one, each in zip(warm.solve(thetas), solutions, strict=True):
        assert each.converged
        np.testing.assert_array_equal(one.xs, each.xs)


def test_a_guess_of_the_tasks_own_has_its_states(warm):
    theta = evaluation_thetas(warm.task, 0, 1)[0]
    far = theta + np.array([1e3, 0.0, 0.0])
    guess = warm.guess(far)
    assert guess.source == "interpolated"
    np.testing.assert_array_equal(guess.xs, warm.task.guess(far)[0])


@pytest.mark.parametrize("theta", [[0.0, 0.0], [[0.0] * 4], [0.0, 0.0, np.nan], "abc", [[[0.0] * 3]]])
def test_what_is_no_theta_is_told_in_one_line(warm, theta):
    with pytest.raises(TaskError, match=r"^block: theta: expected .*") as error:
        warm.solve(theta)
    assert "\n" not in str(error.value)


def test_a_file_gives_back_what_was_fitted(warm, path, tmp_path):
    loaded = WarmStart.load(path, block())
    theta = evaluation_thetas(warm.task, 0, 1)[0]
    np.testing.assert_array_equal(loaded.solve(theta).xs, warm.solve(theta).xs)
    assert loaded.fitted.tried == warm.fitted.tried
    loaded.save(tmp_path / "again.warm")
    assert (tmp_path / "again.warm").read_bytes() == path.read_bytes()


def test_the_policy_is_taken_out_of_a_file(warm, path, tmp_path, capsys):
    assert main(["export", str(path), "--to", "cpp", str(tmp_path / "block"), "--name", "block"]) == 0
    assert "block.warm, sha256" in (tmp_path / "block/block.h").read_text()
    taken = load_policy(path).arrays()
    for name, array in warm.policy.arrays().items():
        np.testing.assert_array_equal(taken[name], array)
    broken = tmp_path / "broken.warm"
    content = path.read_bytes()
    middle = content.find(b"PK", len(content) // 3) - 200
    broken.write_bytes(content[:200] + content[300:middle])
    assert main(["export", str(broken), "--to", "cpp", str(tmp_path / "none")]) == 1
    assert "broken.warm: is not a policy file" in capsys.readouterr().err


def test_a_file_of_another_task_is_refused(path):
    with pytest.raises(
        BadArtefact, match=r"was fitted to another task, block: compared with block, .* horizon 20 and"
    ):
        WarmStart.load(path, block(horizon=25))
    with pytest.raises(BadArtefact, match=r"another task, block: compared with pendulum"):
        WarmStart.load(path, Pendulum())


def test_a_damaged_file_is_refused_in_one_line(path, tmp_path):
    content = path.read_bytes()
    broken = tmp_path / "broken.warm"
    middle = content.find(b"PK", len(content) // 3) - 200
    for size in (0, 100, len(content) // 2, len(content) - 30):
        broken.write_bytes(content[:size])
        with pytest.raises(
            BadArtefact, match=r"broken.warm: is no warm start, or only a part of one .*; fit it again"
        ):
            WarmStart.load(broken, block())
    broken.write_bytes(content[:middle] + b"x" + content[middle + 1 :])
    with pytest.raises(BadArtefact, match=r"broken.warm: is damaged .*; fit it again"):
        WarmStart.load(broken, block())
    broken.write_bytes(content.replace(b'"format": 2', b'"format": 1'))
    with pytest.raises(BadArtefact, match=r"broken.warm: is"):
        WarmStart.load(broken, block())
    with pytest.raises(BadArtefact, match=r"nothing.warm: is not there; make it with sobolev-diffusion fit"):
        WarmStart.load(tmp_path / "nothing.warm", block())


def test_a_horizon_without_room_for_a_chunk_is_told_before_anything_is_solved():
    with pytest.raises(FitError, match=r"^block: horizon: 2 steps are shorter than a chunk of 3"):
        fitted(block(horizon=2))
    short = fitted(block(horizon=8))
    assert short.policy.config.prediction_horizon == 8


def test_numbers_that_make_no_sense_are_refused():
    with pytest.raises(FitError, match="solves: at least 5, got 4"):
        WarmStart.fit(block(), solves=4)
    with pytest.raises(FitError, match="workers: at least 1, got 0"):
        WarmStart.fit(block(), workers=0)


def test_a_folder_of_another_fit_is_refused(tmp_path):
    WorkingFolder(tmp_path, block(), 0)
    with pytest.raises(
        BadArtefact, match="holds what was computed for another seed; remove it to begin anew"
    ):
        fitted(block(), folder=tmp_path, seed=1)
    with pytest.raises(BadArtefact, match="for another task"):
        fitted(block(force=1.0), folder=tmp_path)
