/// NumPy arrays in and out: arguments checked under their name, and views of memory that a Python object owns.
#pragma once

#include "common.hpp"

namespace aligator::python {

/// "(3, 4)" of an array-like object; its type's name if it has no shape.
std::string describe_shape(nb::handle object);

/// A Python argument that must be a 1-D array of floats. Its shape is checked in the function that takes it, which
/// knows the length it needs, so that the error can name the argument with the expected and the given shape.
struct VectorArg {
  nb::object object;
  /// A copy of the values. Raises TypeError or ValueError naming the argument; `size` < 0 allows any length.
  VectorXs as(const char *name, Eigen::Index size = -1) const;
};

/// The same for a 2-D array. Negative numbers of rows or columns allow any.
struct MatrixArg {
  nb::object object;
  MatrixXs as(const char *name, Eigen::Index rows = -1, Eigen::Index cols = -1) const;
};

/// The same for a sequence of 1-D arrays, e.g. a trajectory.
struct VectorsArg {
  nb::object object;
  Vectors as(const char *name) const;
};

VectorXs vector_from_python(nb::handle object, const std::string &name, Eigen::Index size = -1);
MatrixXs matrix_from_python(nb::handle object, const std::string &name, Eigen::Index rows = -1,
                            Eigen::Index cols = -1);

/// Copy `value` into the writable array `out` that the caller passed, in place.
void write_into(nb::handle out, const char *name, const VectorXs &value);
void write_into(nb::handle out, const char *name, const MatrixXs &value);

/// Copy `value`, of the same shape, into the NumPy array `out`.
void write_array(nb::handle out, nb::handle value, const std::string &name);

/// What type stubs call a NumPy array of doubles.
using ArrayView = nb::typed<nb::object, nb::ndarray<nb::numpy, Scalar>>;

/// NumPy view of an Eigen expression with direct access, which keeps `owner` alive.
template <class Dense> ArrayView view(Dense &&dense, nb::handle owner) {
  using Plain = std::decay_t<Dense>;
  using Number = typename Plain::Scalar;
  auto *data = const_cast<Number *>(dense.data());
  if constexpr (Plain::IsVectorAtCompileTime) {
    const size_t shape[1] = {size_t(dense.size())};
    const int64_t strides[1] = {int64_t(dense.innerStride())};
    return nb::cast(nb::ndarray<nb::numpy, Number>(data, 1, shape, owner, strides));
  } else {
    const bool row_major = Plain::IsRowMajor;
    const size_t shape[2] = {size_t(dense.rows()), size_t(dense.cols())};
    const int64_t inner = dense.innerStride(), outer = dense.outerStride();
    const int64_t strides[2] = {row_major ? outer : inner, row_major ? inner : outer};
    return nb::cast(nb::ndarray<nb::numpy, Number>(data, 2, shape, owner, strides));
  }
}

/// The same, which Python cannot write into.
template <class Dense> ArrayView readonly_view(const Dense &dense, nb::handle owner) {
  ArrayView array = view(dense, owner);
  array.attr("flags").attr("writeable") = false;
  return array;
}

/// A copy that Python cannot write into, of what the library may move in memory.
template <class Dense> ArrayView readonly_copy(const Dense &dense) {
  ArrayView array = nb::cast(dense);
  array.attr("flags").attr("writeable") = false;
  return array;
}

/// Define a property that shows an array inside `T` as a view; what is written into it is in `T`.
template <class T, class Class, class Get> void def_view(Class &cls, const char *name, Get get, const char *doc) {
  cls.def_prop_ro(name, [get](nb::pointer_and_handle<T> self) { return view(get(*self.p), self.h); }, doc);
}

/// Define a property that shows an array inside `T` which Python cannot write into.
template <class T, class Class, class Get> void def_constant(Class &cls, const char *name, Get get, const char *doc) {
  cls.def_prop_ro(name, [get](nb::pointer_and_handle<T> self) { return readonly_view(get(*self.p), self.h); }, doc);
}

/// A view, with a copy into it on assignment. Its shape is fixed.
template <class T, class Class, class Get> void def_array(Class &cls, const char *name, Get get, const char *doc) {
  cls.def_prop_rw(
      name, [get](nb::pointer_and_handle<T> self) { return view(get(*self.p), self.h); },
      [get, name](T &self, nb::object value) {
        auto &&target = get(self);
        using Plain = std::decay_t<decltype(target)>;
        // Constants: a temporary would be moved into the target, and views of the target be left without memory.
        if constexpr (Plain::IsVectorAtCompileTime) {
          const VectorXs vector = vector_from_python(value, name, target.size());
          target = vector;
        } else {
          const MatrixXs matrix = matrix_from_python(value, name, target.rows(), target.cols());
          target = matrix;
        }
      },
      doc);
}

} // namespace aligator::python

namespace nanobind::detail {

// None is let through, to be refused by name and shape.
template <> struct has_arg_defaults<aligator::python::VectorArg> : std::true_type {};
template <> struct has_arg_defaults<aligator::python::MatrixArg> : std::true_type {};
template <> struct has_arg_defaults<aligator::python::VectorsArg> : std::true_type {};

template <class Arg> struct untyped_array_caster {
  NB_TYPE_CASTER(Arg, const_name("numpy.typing.ArrayLike"))
  bool from_python(handle src, uint32_t, cleanup_list *) noexcept {
    value.object = borrow(src);
    return true;
  }
};
template <> struct type_caster<aligator::python::VectorArg> : untyped_array_caster<aligator::python::VectorArg> {};
template <> struct type_caster<aligator::python::MatrixArg> : untyped_array_caster<aligator::python::MatrixArg> {};
template <> struct type_caster<aligator::python::VectorsArg> {
  NB_TYPE_CASTER(aligator::python::VectorsArg,
                 const_name("collections.abc.Sequence[numpy.typing.ArrayLike]"))
  bool from_python(handle src, uint32_t, cleanup_list *) noexcept {
    value.object = borrow(src);
    return true;
  }
};

} // namespace nanobind::detail
