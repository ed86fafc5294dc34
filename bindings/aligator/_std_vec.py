"""The sequences that the module returns where the C++ library has a std::vector.

They are ordinary lists (so everything that takes a sequence takes them, and elements live as long as Python needs
them) with the one method more that scripts written for the official module call on them.
"""


class _StdVec(list):
    def tolist(self, deep_copy: bool = False) -> list:
        """The elements as a plain list; copies of them if `deep_copy`."""
        if deep_copy:
            from copy import deepcopy

            return [deepcopy(x) for x in self]
        return list(self)

    def copy(self):
        return type(self)(self)


class StdVec_Vector(_StdVec):
    """Sequence of 1-D arrays."""


class StdVec_Matrix(_StdVec):
    """Sequence of 2-D arrays."""


class StdVec_Scalar(_StdVec):
    """Sequence of floats."""


class StdVec_StageModel(_StdVec):
    """Sequence of StageModel."""


class StdVec_StageData(_StdVec):
    """Sequence of StageData."""


class StdVec_StageFunction(_StdVec):
    """Sequence of StageFunction."""


class StdVec_StageFunctionData(_StdVec):
    """Sequence of StageFunctionData."""


class StdVec_CostAbstract(_StdVec):
    """Sequence of CostAbstract."""


class StdVec_CostData(_StdVec):
    """Sequence of CostData."""


class StdVec_Manifold(_StdVec):
    """Sequence of ManifoldAbstract."""


class StdVec_ConstraintObject(_StdVec):
    """Sequence of ConstraintSet."""


class StdVec_bool(_StdVec):
    """Sequence of bool."""


class StdVec_int(_StdVec):
    """Sequence of int."""


class StdVec_long(_StdVec):
    """Sequence of int."""


class StdVec_VecBool(_StdVec):
    """Sequence of 1-D arrays of bool."""


class StdVec_StringView(_StdVec):
    """Sequence of str."""
