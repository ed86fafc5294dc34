"""A task of your own: balance a pole on a cart by pushing the cart, from a pole that hangs down.

Everything here is Pinocchio and Aligator; diffusion does not appear. Named in the configuration as

    tasks: {cart_pole: {module: examples/cart_pole.py}}
"""

import aligator
import numpy as np
import pinocchio as pin

from sobolev_diffusion import Axis, MultibodyTask


def cart_pole_model() -> pin.Model:
    """A cart of 1 kg on a rail along y, a pole of 0.2 kg and 1 m hinged to it; q = 0 is upright."""
    model = pin.Model()
    cart = model.addJoint(0, pin.JointModelPY(), pin.SE3.Identity(), "cart")
    model.appendBodyToJoint(cart, pin.Inertia(1.0, np.zeros(3), 1e-3 * np.eye(3)), pin.SE3.Identity())
    pole = model.addJoint(cart, pin.JointModelRX(), pin.SE3.Identity(), "pole")
    rod = pin.Inertia(0.2, np.array([0.0, 0.0, 0.5]), np.diag([0.2 / 12, 0.2 / 12, 1e-4]))
    model.appendBodyToJoint(pole, rod, pin.SE3.Identity())
    return model


class CartPole(MultibodyTask):
    """theta = x_0 = (position, angle, velocities 0); the cart is pushed with at most `force` newtons."""

    name = "cart_pole"
    horizon = 100
    dt = 0.02

    def __init__(self, control="torque", force=20.0):
        limit = np.array([force])
        super().__init__(cart_pole_model(), np.array([[1.0], [0.0]]), -limit, limit, control)

    def sample(self, rng):
        return np.array([rng.uniform(-0.5, 0.5), np.pi + rng.uniform(-0.3, 0.3), 0.0, 0.0])

    def problem(self, theta):
        goal = self.goal_state(theta)

        def state_cost(weights):
            return aligator.QuadraticStateCost(self.space, self.nu, goal, np.diag(weights))

        running = aligator.CostStack(self.space, self.nu)
        running.addCost("state", state_cost([0.02, 0.02, 0.002, 0.002]))
        running.addCost("force", aligator.QuadraticControlCost(self.space, self.nu, 2e-4 * np.eye(1)))
        terminal = aligator.CostStack(self.space, self.nu)
        terminal.addCost("goal", state_cost([100.0, 100.0, 10.0, 10.0]))
        stages = [self.stage(running)] * self.horizon
        return aligator.TrajOptProblem(self.initial_state(theta), stages, terminal)

    @property
    def state_axes(self):
        positions = (Axis("cart position", "m"), Axis("pole angle", "rad"))
        return (*positions, Axis("cart velocity", "m/s"), Axis("pole velocity", "rad/s"))

    @property
    def control_axes(self):
        return (Axis("force", "N"),)
