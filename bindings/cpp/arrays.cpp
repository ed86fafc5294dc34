#include "arrays.hpp"

#include <fmt/format.h>

namespace aligator::python {

namespace {

using Dims = std::vector<Eigen::Index>;

std::string format_dims(const Dims &dims) {
  std::string out = "(";
  for (size_t i = 0; i < dims.size(); ++i)
    out += (i ? ", " : "") + (dims[i] < 0 ? std::string("*") : std::to_string(dims[i]));
  return out + (dims.size() == 1 ? ",)" : ")");
}

[[noreturn]] void raise_shape(const std::string &name, const Dims &expected, nb::handle given) {
  const std::string message = fmt::format("{}: expected an array of shape {}, got {}", name, format_dims(expected),
                                          describe_shape(given));
  if (nb::hasattr(given, "shape"))
    throw nb::value_error(message.c_str());
  throw nb::type_error(message.c_str());
}

/// Any array-like object as a NumPy array of doubles with the wanted number of dimensions.
template <int N> nb::ndarray<const Scalar, nb::ndim<N>, nb::device::cpu> as_array(nb::handle object,
                                                                                  const std::string &name,
                                                                                  const Dims &expected) {
  using Array = nb::ndarray<const Scalar, nb::ndim<N>, nb::device::cpu>;
  Array out;
  if (object.is_none())
    raise_shape(name, expected, object);
  if (nb::try_cast(object, out, false))
    return out;
  nb::object converted;
  try {
    nb::module_ numpy = nb::module_::import_("numpy");
    converted = numpy.attr("asarray")(object, "dtype"_a = numpy.attr("float64"));
  } catch (nb::python_error &) {
    raise_shape(name, expected, object);
  }
  if (!nb::try_cast(converted, out, false))
    raise_shape(name, expected, converted);
  return out;
}

} // namespace

std::string describe_shape(nb::handle object) {
  if (object.is_none())
    return "None";
  if (!nb::hasattr(object, "shape"))
    return nb::cast<std::string>(object.type().attr("__name__"));
  const nb::object shape = object.attr("shape");
  return nb::cast<std::string>(nb::str(nb::handle(shape)));
}

VectorXs vector_from_python(nb::handle object, const std::string &name, Eigen::Index size) {
  const Dims expected{size};
  const auto array = as_array<1>(object, name, expected);
  const auto n = Eigen::Index(array.shape(0));
  if (size >= 0 && n != size)
    raise_shape(name, expected, nb::hasattr(object, "shape") ? object : nb::handle(nb::cast(array)));
  return Eigen::Map<const VectorXs, 0, Eigen::InnerStride<>>(array.data(), n,
                                                              Eigen::InnerStride<>(array.stride(0)));
}

MatrixXs matrix_from_python(nb::handle object, const std::string &name, Eigen::Index rows, Eigen::Index cols) {
  const Dims expected{rows, cols};
  const auto array = as_array<2>(object, name, expected);
  const auto r = Eigen::Index(array.shape(0)), c = Eigen::Index(array.shape(1));
  if ((rows >= 0 && r != rows) || (cols >= 0 && c != cols))
    raise_shape(name, expected, nb::hasattr(object, "shape") ? object : nb::handle(nb::cast(array)));
  using Strides = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
  return Eigen::Map<const MatrixXs, 0, Strides>(array.data(), r, c, Strides(array.stride(1), array.stride(0)));
}

VectorXs VectorArg::as(const char *name, Eigen::Index size) const { return vector_from_python(object, name, size); }

MatrixXs MatrixArg::as(const char *name, Eigen::Index rows, Eigen::Index cols) const {
  return matrix_from_python(object, name, rows, cols);
}

Vectors VectorsArg::as(const char *name) const {
  if (object.is_none() || !PySequence_Check(object.ptr()))
    throw nb::type_error(
        fmt::format("{}: expected a sequence of 1-D arrays, got {}", name, describe_shape(object)).c_str());
  Vectors out;
  using Rows = nb::ndarray<const Scalar, nb::ndim<2>, nb::device::cpu>;
  if (Rows rows; nb::try_cast(object, rows, false)) { // a tenth of the time that an object for each row takes
    using Strided = Eigen::Map<const VectorXs, 0, Eigen::InnerStride<>>;
    out.reserve(rows.shape(0));
    for (size_t i = 0; i < rows.shape(0); ++i)
      out.push_back(Strided(rows.data() + int64_t(i) * rows.stride(0), Eigen::Index(rows.shape(1)),
                            Eigen::InnerStride<>(rows.stride(1))));
    return out;
  }
  out.reserve(nb::len(object));
  for (nb::handle item : object)
    out.push_back(vector_from_python(item, fmt::format("{}[{}]", name, out.size())));
  return out;
}

void write_into(nb::handle out, const char *name, const VectorXs &value) {
  using Array = nb::ndarray<Scalar, nb::ndim<1>, nb::device::cpu>;
  Array array;
  const Dims expected{value.size()};
  if (!nb::try_cast(out, array, false) || Eigen::Index(array.shape(0)) != value.size())
    raise_shape(std::string(name) + " (written in place, float64)", expected, out);
  Eigen::Map<VectorXs, 0, Eigen::InnerStride<>>(array.data(), value.size(), Eigen::InnerStride<>(array.stride(0))) =
      value;
}

void write_into(nb::handle out, const char *name, const MatrixXs &value) {
  using Array = nb::ndarray<Scalar, nb::ndim<2>, nb::device::cpu>;
  using Strides = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
  Array array;
  const Dims expected{value.rows(), value.cols()};
  if (!nb::try_cast(out, array, false) || Eigen::Index(array.shape(0)) != value.rows() ||
      Eigen::Index(array.shape(1)) != value.cols())
    raise_shape(std::string(name) + " (written in place, float64)", expected, out);
  Eigen::Map<MatrixXs, 0, Strides>(array.data(), value.rows(), value.cols(),
                                   Strides(array.stride(1), array.stride(0))) = value;
}

void write_array(nb::handle out, nb::handle value, const std::string &name) {
  const nb::module_ numpy = nb::module_::import_("numpy");
  nb::object given;
  try {
    given = numpy.attr("asarray")(value, "dtype"_a = out.attr("dtype"));
  } catch (nb::python_error &) {
    given = nb::borrow(value);
  }
  if (!nb::hasattr(given, "shape") || !given.attr("shape").equal(out.attr("shape"))) {
    Dims expected;
    for (nb::handle size : out.attr("shape"))
      expected.push_back(nb::cast<Eigen::Index>(size));
    raise_shape(name, expected, given);
  }
  numpy.attr("copyto")(out, given);
}

} // namespace aligator::python
