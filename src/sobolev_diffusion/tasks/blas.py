"""NumPy's linear algebra for C++, in the same calls, by SciPy's BLAS and LAPACK.

Their wheels hold two versions of OpenBLAS; where both have the same kernels for the processor, not a bit is
another.
"""

from __future__ import annotations

from scipy.linalg import cython_blas, cython_lapack

BLAS = {
    name: module.__pyx_capi__[name]
    for module, names in ((cython_blas, ("dgemm", "dsyrk", "dgemv", "ddot")), (cython_lapack, ("dgesv",)))
    for name in names
}
"""Capsules by name."""
