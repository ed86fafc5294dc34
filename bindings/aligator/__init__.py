"""Aligator: constrained trajectory optimisation and optimal control, with models from Pinocchio.

A problem (`TrajOptProblem`) is a list of stages (`StageModel`: cost, dynamics, constraints) and a terminal cost;
`SolverProxDDP` or `SolverFDDP` solves it. Everything is in double precision. States live on manifolds (see
`aligator.manifolds`) of representation dimension nx and tangent dimension ndx; u has dimension nu.
"""

import sys

# Before the extension: it registers the converters of Pinocchio's objects.
import pinocchio

from . import _aligator, _std_vec, utils
from ._aligator import *
from ._aligator import __version__, constraints, dynamics, extras, manifolds
from ._cost_map import CostMap, map_indexing_suite_CostMap_entry
from ._eigenpy import boost_type_index, seed, sharedMemory, std_type_index
from ._std_vec import *

# Where the official module has these as well.
manifolds.StdVec_Manifold = StdVec_Manifold
constraints.StdVec_ConstraintObject = StdVec_ConstraintObject
dynamics.StdVec_Dynamics, dynamics.StdVec_ExplicitDynamics = StdVec_Dynamics, StdVec_ExplicitDynamics
CostStackData.CostMap, CostStackData.map_indexing_suite_CostMap_entry = CostMap, map_indexing_suite_CostMap_entry

ALIGATOR_PINOCCHIO_V4 = pinocchio.PINOCCHIO_MAJOR_VERSION >= 4

for _submodule in (constraints, dynamics, extras, manifolds):
    # So that `import aligator.manifolds` works although these are parts of one extension.
    sys.modules[_submodule.__name__.replace("._aligator", "")] = _submodule
del _submodule, sys, pinocchio


def __getattr__(name: str):
    """`aligator.croc` loads Crocoddyl when it is asked for."""
    if name == "croc":
        from importlib import import_module

        try:
            return import_module("aligator.croc")
        except ImportError as error:
            raise AttributeError(str(error)) from error
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
