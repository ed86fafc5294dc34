"""Tasks of Crocoddyl are checked as those of Aligator are."""

import numpy as np
import pytest
from tracking import Tracking as OfAligator

from sobolev_diffusion.config import TaskConfig
from sobolev_diffusion.tasks.base import TaskError
from sobolev_diffusion.tasks.check import check_task
from sobolev_diffusion.tasks.registry import make_task


def test_neither_kind_of_problem_is_told(monkeypatch):
    task = OfAligator(False)
    monkeypatch.setattr(task, "problem", lambda theta: {"cost": 1})
    expected = r"problem\(theta\): expected an aligator.TrajOptProblem or a crocoddyl.ShootingProblem, got"
    with pytest.raises(TaskError, match=expected):
        check_task(task)


def test_a_machine_without_crocoddyl_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "crocoddyl", None)  # as if it could not be found
    module = tmp_path / "mine.py"
    module.write_text("import crocoddyl\n")
    said = r"^mine: .*pip install 'sobolev-diffusion\[crocoddyl\]' \(mine.py, line 1\)$"
    with pytest.raises(TaskError, match=said):
        make_task("mine", TaskConfig(module=str(module)))


class TestWithCrocoddyl:
    @pytest.fixture(autouse=True)
    def _needs_it(self):
        pytest.importorskip("crocoddyl")

    @pytest.mark.parametrize("bound", [None, 0.3])
    def test_good_ones_pass(self, bound):
        from crocoddyl_tasks import Tracking, Unicycle

        assert check_task(Tracking(bound)) == 6
        assert check_task(Unicycle(bound)) == 3

    def test_a_wrong_gradient_is_found(self):
        from crocoddyl_tasks import Stage, Tracking

        class Wrong(Stage):
            def calcDiff(self, data, x, u=None):
                super().calcDiff(data, x, u)
                data.Lx = 1.1 * np.array(data.Lx)

        task = Tracking()
        task.stage = Wrong
        with pytest.raises(TaskError, match=r"tracking: problem\(theta\): stage 0: cost: Lx\[\d\]: expected"):
            check_task(task)

    def test_other_dynamics_than_the_tasks_are_found(self):
        from crocoddyl_tasks import Stage, Tracking

        class Other(Stage):
            def __init__(self, *given):
                super().__init__(*given)
                self.A = 1.1 * self.A

        task = Tracking()
        task.stage = Other
        with pytest.raises(TaskError, match=r"stage 0: dynamics: expected those of the attribute dynamics"):
            check_task(task)

    def test_limits_that_the_task_does_not_know_are_found(self):
        from crocoddyl_tasks import Tracking

        task = Tracking()
        task.bound = 0.3
        with pytest.raises(
            TaskError, match=r"problem\(theta\): expected lower = \[-inf -inf\] at every stage"
        ):
            check_task(task)

    def test_a_robot_beside_a_pinocchio_that_does_not_fit_is_warned_of(self):
        import crocoddyl
        import pinocchio as pin

        from sobolev_diffusion.tasks.crocoddyl_pinocchio import ADVICE, go_together, misfit

        state = crocoddyl.StateMultibody(pin.buildSampleModelManipulator())
        costs = crocoddyl.CostModelSum(state)
        arm = crocoddyl.DifferentialActionModelFreeFwdDynamics(
            state, crocoddyl.ActuationModelFull(state), costs
        )
        model = crocoddyl.IntegratedActionModelEuler(arm, 0.01)
        assert misfit(model) == ("" if go_together() else ADVICE.format(version=pin.__version__))
        assert misfit(crocoddyl.ActionModelUnicycle()) == ""
        arm.armature = np.zeros(state.nv)  # by the mass matrix: right in any case
        x, u, data = 0.1 + state.zero(), np.ones(state.nv), arm.createData()
        arm.calc(data, x, u)
        q, v = np.split(x, 2)
        np.testing.assert_allclose(data.xout, pin.aba(state.pinocchio, state.pinocchio.createData(), q, v, u))
