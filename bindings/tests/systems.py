"""Small mechanical systems that the tests share."""

import numpy as np
import pinocchio as pin


def arm(joints: int = 2) -> pin.Model:
    """A chain of revolute joints with uniform rods of 1 kg and 1 m; frame `tip` at its end."""
    model = pin.Model()
    parent, placement = 0, pin.SE3.Identity()
    for k in range(joints):
        axis = (pin.JointModelRX, pin.JointModelRY)[k % 2]
        parent = model.addJoint(parent, axis(), placement, f"joint{k}")
        inertia = pin.Inertia(1.0, np.array([0, 0, 0.5]), np.diag([1 / 12, 1 / 12, 1e-3]))
        model.appendBodyToJoint(parent, inertia, pin.SE3.Identity())
        placement = pin.SE3(np.eye(3), np.array([0, 0, 1.0]))
    model.addFrame(pin.Frame("tip", parent, 0, placement, pin.FrameType.OP_FRAME))
    model.lowerPositionLimit[:] = -np.pi
    model.upperPositionLimit[:] = np.pi
    return model


def floating_body() -> pin.Model:
    """A free rigid body with one arm joint, so that nq differs from nv; frames `foot` and `hand`."""
    model = pin.Model()
    root = model.addJoint(0, pin.JointModelFreeFlyer(), pin.SE3.Identity(), "root")
    model.appendBodyToJoint(root, pin.Inertia(2.0, np.zeros(3), np.diag([0.1, 0.2, 0.3])), pin.SE3.Identity())
    joint = model.addJoint(root, pin.JointModelRY(), pin.SE3(np.eye(3), np.array([0.2, 0.1, 0.0])), "shoulder")
    model.appendBodyToJoint(
        joint, pin.Inertia(1.0, np.array([0, 0, 0.3]), np.diag([0.02, 0.02, 0.01])), pin.SE3.Identity()
    )
    model.addFrame(pin.Frame("foot", root, 0, pin.SE3(np.eye(3), np.array([0, 0, -0.5])), pin.FrameType.OP_FRAME))
    model.addFrame(pin.Frame("hand", joint, 0, pin.SE3(np.eye(3), np.array([0, 0, 0.6])), pin.FrameType.OP_FRAME))
    model.lowerPositionLimit[:] = -1.0
    model.upperPositionLimit[:] = 1.0
    return model


def random_state(space, rng) -> np.ndarray:
    """A point of the space near its neutral element, the same for the same generator."""
    return space.integrate(space.neutral(), 0.4 * rng.standard_normal(space.ndx))
