/// New three-dimensional arrays of NumPy, a row-major matrix for each stage.
#pragma once

#include "common.hpp"

#include <algorithm>

namespace aligator::python {

using RowMatrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ArrayOut = nb::ndarray<nb::numpy, Scalar, nb::ndim<3>>;

/// A new array of zeros that owns its memory.
inline ArrayOut new_array(size_t first, size_t rows, size_t columns) {
  auto *memory = new Scalar[first * rows * columns]();
  const nb::capsule owner(memory, [](void *p) noexcept { delete[] static_cast<Scalar *>(p); });
  const size_t shape[3] = {first, rows, columns};
  return ArrayOut(memory, 3, shape, owner);
}

/// The matrix of one stage.
inline Eigen::Map<RowMatrix> slice(const ArrayOut &array, size_t t) {
  const auto rows = Eigen::Index(array.shape(1)), columns = Eigen::Index(array.shape(2));
  return {const_cast<Scalar *>(array.data()) + Eigen::Index(t) * rows * columns, rows, columns};
}

} // namespace aligator::python
