"""How far a robot is outside upright columns, as one residual for all of them."""

from __future__ import annotations

import aligator
import pinocchio as pin

from sobolev_diffusion.tasks.base import Array


class ColumnClearance(aligator.StageFunction):
    """R_i^2 - |p - c_i|^2 for each column i: negative where the point is clear of it.

    p is the position of a frame in the horizontal plane, c_i the column's axis, R_i the sum of both radii.
    With J_p the frame's Jacobian along the world's axes, the derivative by dq is -2 (p - c_i)^T J_p.

    Args:
        ndx, nu: dimensions of the stage.
        model: the robot.
        frame: index of the frame.
        centres: c_i, (n, 2), m.
        radii: R_i, (n,), m.
    """

    def __init__(self, ndx: int, nu: int, model: pin.Model, frame: int, centres: Array, radii: Array) -> None:
        super().__init__(ndx, nu, len(centres))
        self.model, self.frame = model, frame
        self.centres, self.radii = centres, radii
        self.data = model.createData()

    # the solver's own declaration takes whatever can become an array, and always passes arrays
    def evaluate(self, x: Array, _: Array, data: aligator.StageFunctionData) -> None:  # type: ignore[override]
        away = self._away(x)
        data.value[:] = self.radii**2 - (away**2).sum(axis=1)

    def computeJacobians(self, x: Array, _: Array, data: aligator.StageFunctionData) -> None:  # type: ignore[override]
        q = x[: self.model.nq]
        along_world = pin.LOCAL_WORLD_ALIGNED
        jacobian = pin.computeFrameJacobian(self.model, self.data, q, self.frame, along_world)
        data.Jx[:] = 0.0
        data.Jx[:, : self.model.nv] = -2 * self._away(x) @ jacobian[:2]

    def _away(self, x: Array) -> Array:
        pin.framesForwardKinematics(self.model, self.data, x[: self.model.nq])
        return self.data.oMf[self.frame].translation[:2] - self.centres


def column_clearance(
    ndx: int, nu: int, model: pin.Model, frame: int, centres: Array, radii: Array
) -> aligator.StageFunction:
    """`ColumnClearance`, in C++ where the installed aligator has it; the official module has not."""
    extras = getattr(aligator, "extras", None)
    kind = ColumnClearance if extras is None else extras.ColumnClearanceResidual
    return kind(ndx, nu, model, frame, centres, radii)
