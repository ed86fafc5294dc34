"""What figures call the coordinates of a robot that names none itself."""

import numpy as np
import pinocchio as pin

from sobolev_diffusion.tasks.base import Axis
from sobolev_diffusion.tasks.joint_axes import control_axes, state_axes
from sobolev_diffusion.tasks.robots import load_robot


def arm_on_a_lift():
    model = pin.Model()
    lift = model.addJoint(0, pin.JointModelPZ(), pin.SE3.Identity(), "torso_lift_joint")
    model.addJoint(lift, pin.JointModelRY(), pin.SE3.Identity(), "elbow")
    return model


def test_joints_give_their_names_and_units():
    assert state_axes(arm_on_a_lift()) == (
        Axis("torso lift position", "m"),
        Axis("elbow angle", "rad"),
        Axis("torso lift velocity", "m/s"),
        Axis("elbow velocity", "rad/s"),
    )


def test_a_control_is_named_by_the_joint_that_it_drives_alone():
    model = arm_on_a_lift()
    assert control_axes(model, np.eye(2)) == (Axis("torso lift force", "N"), Axis("elbow torque", "N m"))
    assert control_axes(model, np.ones((2, 1))) == (Axis("u0", ""),)


def test_a_free_base_and_a_mobile_one_have_as_many_names_as_their_tangents():
    free = load_robot("talos_data/robots/talos_reduced.urdf", pin.JointModelFreeFlyer())
    assert [axis.name for axis in state_axes(free)[:4]] == ["root x", "root y", "root z", "root rx"]
    for model in (free, load_robot("tiago_description/robots/tiago_no_hand.urdf", pin.JointModelPlanar())):
        assert len(state_axes(model)) == 2 * model.nv
