"""The sequences that the module has where the C++ library has a std::vector.

A sequence that belongs to an object (`problem.stages`, `results.xs`, ...) acts on the container of that object: what is
assigned, appended or removed is so in C++, or an exception says why it cannot be. One that Python makes (a slice, a
copy, `StdVec_Vector()`) has a list of its own. Slices and copies of arrays are copies, as in the official module; those
of models and data objects refer to the same objects.
"""

from collections.abc import Iterable, Iterator, MutableSequence
from copy import deepcopy

import numpy as np

__all__ = [
    "StdVec_ConstraintObject",
    "StdVec_CostAbstract",
    "StdVec_CostData",
    "StdVec_Dynamics",
    "StdVec_ExplicitDynamics",
    "StdVec_Manifold",
    "StdVec_MatRef",
    "StdVec_Matrix",
    "StdVec_QParams",
    "StdVec_Scalar",
    "StdVec_StageData",
    "StdVec_StageFunction",
    "StdVec_StageFunctionData",
    "StdVec_StageModel",
    "StdVec_StdPair_double",
    "StdVec_StringView",
    "StdVec_VParams",
    "StdVec_VecBool",
    "StdVec_VecRef",
    "StdVec_Vector",
    "StdVec_bool",
    "StdVec_int",
    "StdVec_long",
]


class _StdVec(MutableSequence):
    """Common to all: a mutable sequence, with the methods of the official module's containers."""

    __hash__ = None

    def __init__(self, items: Iterable = ()):
        self._elements = [self._own(x) for x in items]

    @classmethod
    def _of(cls, elements):
        """The sequence of these elements: a list, or the elements of a C++ container."""
        self = cls.__new__(cls)
        self._elements = elements
        return self

    @staticmethod
    def _own(item):
        """The item as a sequence made in Python keeps it."""
        return item

    def _kept(self, item):
        """The item as it is given to the elements: those of C++ look at it themselves."""
        return self._own(item) if isinstance(self._elements, list) else item

    @staticmethod
    def _same(a, b) -> bool:
        return bool(a is b or a == b)

    def __len__(self) -> int:
        return len(self._elements)

    def __iter__(self) -> Iterator:
        i = 0
        while i < len(self._elements):
            yield self._elements[i]
            i += 1

    def _position(self, index) -> int:
        n = len(self._elements)
        position = index.__index__() if hasattr(index, "__index__") else _refuse_index(index)
        if not -n <= position < n:
            raise IndexError(f"index {position} of a sequence of {n} elements")
        return position % n

    def __getitem__(self, index):
        if isinstance(index, slice):
            return type(self)(self._elements[i] for i in range(*index.indices(len(self))))
        return self._elements[self._position(index)]

    def __setitem__(self, index, value) -> None:
        if not isinstance(index, slice):
            self._elements[self._position(index)] = self._kept(value)
            return
        positions = range(*index.indices(len(self)))
        items = [self._kept(x) for x in value]
        if len(items) == len(positions):
            for i, item in zip(positions, items):
                self._elements[i] = item
            return
        if positions.step != 1:
            raise ValueError(f"expected {len(positions)} elements for this slice, got {len(items)}")
        for i in reversed(positions):
            del self._elements[i]
        for i, item in enumerate(items):
            self._elements.insert(positions.start + i, item)

    def __delitem__(self, index) -> None:
        if isinstance(index, slice):
            for i in sorted(range(*index.indices(len(self))), reverse=True):
                del self._elements[i]
        else:
            del self._elements[self._position(index)]

    def insert(self, index: int, value) -> None:
        n = len(self)
        self._elements.insert(min(max(index + n if index < 0 else index, 0), n), self._kept(value))

    def __eq__(self, other):
        if not isinstance(other, (_StdVec, list, tuple)):
            return NotImplemented
        return len(self) == len(other) and all(self._same(a, b) for a, b in zip(self, other))

    def __add__(self, other):
        return type(self)([*self, *other])

    def __radd__(self, other):
        return type(self)([*other, *self])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self)!r})"

    def tolist(self, deep_copy: bool = False) -> list:
        """The elements as a list; copies of them if `deep_copy`."""
        return [deepcopy(x) for x in self] if deep_copy else list(self)

    def copy(self):
        return type(self)(self)

    __copy__ = copy

    def __deepcopy__(self, memo):
        return type(self)(deepcopy(x, memo) for x in self)

    def __reduce__(self):
        return type(self), (list(self),)

    def reserve(self, new_cap: int) -> None:
        """Does nothing: memory is not Python's to plan."""

    def id(self) -> int:
        """A number that no other living container has."""
        return id(self._elements) if isinstance(self._elements, list) else self._elements.address()


def _refuse_index(index):
    raise TypeError(f"index: expected an int or a slice, got {type(index).__name__}")


class _Arrays(_StdVec):
    """A sequence of arrays, which it copies when it is made of them."""

    _dtype: type = float

    @classmethod
    def _own(cls, item):
        return np.array(item, dtype=cls._dtype)

    @staticmethod
    def _same(a, b) -> bool:
        return np.array_equal(a, b)


class StdVec_Vector(_Arrays):
    """Sequence of 1-D arrays."""


class StdVec_Matrix(_Arrays):
    """Sequence of 2-D arrays."""


class StdVec_VecBool(_Arrays):
    """Sequence of 1-D arrays of bool."""

    _dtype = bool


class StdVec_VecRef(StdVec_Vector):
    """Sequence of 1-D arrays that are parts of a larger one."""

    _own = staticmethod(np.asarray)


class StdVec_MatRef(StdVec_Matrix):
    """Sequence of 2-D arrays that are parts of a larger one."""

    _own = staticmethod(np.asarray)


class StdVec_Scalar(_StdVec):
    """Sequence of floats."""


class StdVec_bool(_StdVec):
    """Sequence of bool."""


class StdVec_int(_StdVec):
    """Sequence of int."""


class StdVec_long(_StdVec):
    """Sequence of int."""


class StdVec_StringView(_StdVec):
    """Sequence of str."""


class StdVec_StdPair_double(_StdVec):
    """Sequence of pairs of floats."""


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


class StdVec_Dynamics(_StdVec):
    """Sequence of DynamicsModel."""


class StdVec_ExplicitDynamics(_StdVec):
    """Sequence of ExplicitDynamicsModel."""


class StdVec_QParams(_StdVec):
    """Sequence of QParams."""


class StdVec_VParams(_StdVec):
    """Sequence of VParams."""
