"""State, dynamics and cost of Crocoddyl's models, called as Aligator's are; Crocoddyl is not loaded."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import crocoddyl

Array = NDArray[np.float64]


def is_crocoddyl(problem: object) -> TypeGuard[crocoddyl.ShootingProblem]:
    """Whether a problem is Crocoddyl's, which is not loaded to find out."""
    crocoddyl = sys.modules.get("crocoddyl")
    return crocoddyl is not None and isinstance(problem, crocoddyl.ShootingProblem)


def limits_of(model: Any) -> tuple[Array, Array]:
    """Of the control of an action model, (nu,) each; infinite where it has none."""
    if model.has_control_limits:
        return np.array(model.u_lb), np.array(model.u_ub)
    unlimited = np.full(int(model.nu), np.inf)
    return -unlimited, unlimited


def matrix_of(array: Any, rows: int, columns: int) -> Array:
    """A matrix, of which Crocoddyl gives one of a single column as a vector."""
    return np.array(array, dtype=np.float64).reshape(rows, columns)


class CrocoddylSpace:
    """A crocoddyl.StateAbstract as a manifold.

    Args:
        state: of an action model.
    """

    def __init__(self, state: Any) -> None:
        self.state = state
        self.nx, self.ndx = int(state.nx), int(state.ndx)

    def neutral(self) -> Array:
        """The state from which coordinates are measured, (nx,)."""
        return np.array(self.state.zero())

    def integrate(self, x: Array, dx: Array) -> Array:
        """x (+) dx, (nx,)."""
        return np.array(self.state.integrate(x, dx))

    def difference(self, x0: Array, x1: Array) -> Array:
        """x1 (-) x0, (ndx,)."""
        return np.array(self.state.diff(x0, x1))

    def Jdifference(self, x0: Array, x1: Array, which: int) -> Array:
        """Derivative of x1 (-) x0 by x0 (which = 0) or x1 (which = 1), (ndx, ndx)."""
        both = self.state.Jdiff(x0, x1)  # lives as long as what is taken from it must
        return np.array(both[which])


class CrocoddylStep:
    """Data of a `CrocoddylDynamics`: next state xnext (nx,), its derivatives Jx (ndx, ndx), Ju (ndx, nu)."""

    def __init__(self, data: Any) -> None:
        self.data = data

    @property
    def xnext(self) -> Array:
        return np.array(self.data.xnext)

    @property
    def Jx(self) -> Array:
        return np.array(self.data.Fx)

    @property
    def Ju(self) -> Array:
        return matrix_of(self.data.Fu, len(self.data.Fx), -1)


class CrocoddylDynamics:
    """The dynamics x_{t+1} = f(x_t, u_t) of a crocoddyl.ActionModelAbstract."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.nu = int(model.nu)

    def createData(self) -> CrocoddylStep:
        """What `forward` and `dForward` write to."""
        return CrocoddylStep(self.model.createData())

    def forward(self, x: Array, u: Array, data: CrocoddylStep) -> None:
        """The next state, into the data."""
        self.model.calc(data.data, x, u)

    def dForward(self, x: Array, u: Array, data: CrocoddylStep) -> None:
        """Its derivatives, after `forward`."""
        self.model.calcDiff(data.data, x, u)


class CrocoddylCostData:
    """Data of a `CrocoddylCost`: value, Lx (ndx,), Lu (nu,)."""

    def __init__(self, data: Any, nu: int) -> None:
        self.data, self._nu = data, nu

    @property
    def value(self) -> float:
        return float(self.data.cost)

    @property
    def Lx(self) -> Array:
        return np.array(self.data.Lx)

    @property
    def Lu(self) -> Array:
        return np.array(self.data.Lu)[: self._nu]


class CrocoddylCost:
    """The cost of a crocoddyl.ActionModelAbstract; as a terminal cost a function of x alone, nu = 0."""

    def __init__(self, model: Any, terminal: bool = False) -> None:
        self.model, self.terminal = model, terminal
        self.nu = 0 if terminal else int(model.nu)

    def createData(self) -> CrocoddylCostData:
        """What `evaluate` and `computeGradients` write to."""
        return CrocoddylCostData(self.model.createData(), self.nu)

    def evaluate(self, x: Array, u: Array, data: CrocoddylCostData) -> None:
        """The value, into the data."""
        self.model.calc(data.data, x, *(() if self.terminal else (u,)))

    def computeGradients(self, x: Array, u: Array, data: CrocoddylCostData) -> None:
        """Its gradients, after `evaluate`."""
        self.model.calcDiff(data.data, x, *(() if self.terminal else (u,)))
