/// The caller's BLAS and LAPACK: what NumPy computes with the same ones, in the same calls, has the same bits.
#pragma once

#include "checks.hpp"

#include <string_view>

namespace aligator::python {

/// Functions by Fortran's conventions, from capsules as in __pyx_capi__ of scipy.linalg.cython_blas and cython_lapack.
struct Blas {
  using Gemm = void (*)(char *, char *, int *, int *, int *, double *, double *, int *, double *, int *, double *,
                        double *, int *);
  using Syrk = void (*)(char *, char *, int *, int *, double *, double *, int *, double *, double *, int *);
  using Gemv = void (*)(char *, int *, int *, double *, double *, int *, double *, int *, double *, double *, int *);
  using Dot = double (*)(int *, double *, int *, double *, int *);
  using Gesv = void (*)(int *, int *, double *, int *, int *, double *, int *, int *);
  Gemm gemm;
  Syrk syrk;
  Gemv gemv;
  Dot dot;
  Gesv gesv;

  explicit Blas(const nb::dict &capsules)
      : gemm(reinterpret_cast<Gemm>(pointer(capsules, "dgemm", "void (char *, char *, int *, int *, int *, "))),
        syrk(reinterpret_cast<Syrk>(pointer(capsules, "dsyrk", "void (char *, char *, int *, int *, "))),
        gemv(reinterpret_cast<Gemv>(pointer(capsules, "dgemv", "void (char *, int *, int *, "))),
        dot(reinterpret_cast<Dot>(pointer(capsules, "ddot", "__pyx_t_5scipy_6linalg_11cython_blas_d (int *, "))),
        gesv(reinterpret_cast<Gesv>(pointer(capsules, "dgesv", "void (int *, int *, "))) {}

private:
  /// Cython names a capsule by the function's signature.
  static void *pointer(const nb::dict &capsules, const char *name, std::string_view signature) {
    if (!capsules.contains(name) || !PyCapsule_CheckExact(nb::object(capsules[name]).ptr()))
      raise_value_error("blas: expected a capsule {}, as in __pyx_capi__ of scipy.linalg.cython_blas", name);
    const nb::object capsule = capsules[name];
    const char *given = PyCapsule_GetName(capsule.ptr());
    if (!given || std::string_view(given).substr(0, signature.size()) != signature)
      raise_value_error("blas: {}: expected {}...), got {}", name, signature, given ? given : "no signature");
    return PyCapsule_GetPointer(capsule.ptr(), given);
  }
};

} // namespace aligator::python
