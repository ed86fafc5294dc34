#include "checks.hpp"
#include "module.hpp"
#include "polymorphic.hpp"
#include "sequences.hpp"

#include <aligator/modelling/spaces/cartesian-product.hpp>
#include <nanobind/stl/vector.h>

namespace aligator::python {

namespace {

using CartesianProduct = CartesianProductTpl<Scalar>;
using PolyManifold = xyz::polymorphic<Manifold>;

int jacobian_argument(int arg) {
  if (arg != 0 && arg != 1)
    raise_value_error("arg: expected 0 or 1 (which argument to differentiate), got {}", arg);
  return arg;
}

MatrixXs jacobian_of_integrate(const Manifold &m, const VectorArg &x, const VectorArg &v, int arg) {
  MatrixXs J = MatrixXs::Zero(m.ndx(), m.ndx());
  m.Jintegrate(state_arg(x, m, "x"), tangent_arg(v, m, "v"), J, jacobian_argument(arg));
  return J;
}

MatrixXs jacobian_of_difference(const Manifold &m, const VectorArg &x0, const VectorArg &x1, int arg) {
  MatrixXs J = MatrixXs::Zero(m.ndx(), m.ndx());
  m.Jdifference(state_arg(x0, m, "x0"), state_arg(x1, m, "x1"), J, jacobian_argument(arg));
  return J;
}

/// By its definition: the library's own version (0.19.1) takes positions for velocities on tangent bundles.
VectorXs interpolate(const Manifold &m, const VectorArg &x0, const VectorArg &x1, Scalar u) {
  const VectorXs start = state_arg(x0, m, "x0");
  const VectorXs step = u * m.difference(start, state_arg(x1, m, "x1"));
  return m.integrate(start, step);
}

void bind_cartesian_product(nb::module_ &manifolds) {
  nb::class_<CartesianProduct, Manifold>(manifolds, "CartesianProduct", "Product of manifolds.")
      .def(nb::init<>())
      .def("__init__",
           [](CartesianProduct *self, const std::vector<PolyManifold> &spaces) {
             new (self) CartesianProduct(spaces);
           },
           "spaces"_a)
      .def(nb::init<const PolyManifold &, const PolyManifold &>(), "left"_a, "right"_a)
      .def(
          "getComponent",
          [](const CartesianProduct &self, size_t i) -> const Manifold & {
            if (i >= self.numComponents())
              throw nb::index_error("i: no such component");
            return self.getComponent(i);
          },
          "i"_a, nb::rv_policy::reference_internal, "The i-th factor.")
      .def(
          "addComponent", [](CartesianProduct &self, const PolyManifold &c) { self.addComponent(c); }, "c"_a,
          "Append a factor.")
      .def_prop_ro("num_components", &CartesianProduct::numComponents, "Number of factors.")
      .def(
          "split",
          [](const CartesianProduct &self, const VectorArg &x) {
            const VectorXs xv = state_arg(x, self);
            Vectors out;
            for (const auto &part : self.split(ConstVectorRef(xv)))
              out.emplace_back(part);
            return to_python(out);
          },
          "x"_a, "The components of a point, one array per factor.")
      .def(
          "split_vector",
          [](const CartesianProduct &self, const VectorArg &v) {
            const VectorXs vv = tangent_arg(v, self);
            Vectors out;
            for (const auto &part : self.split_vector(ConstVectorRef(vv)))
              out.emplace_back(part);
            return to_python(out);
          },
          "v"_a, "The components of a tangent vector, one array per factor.")
      .def(
          "merge",
          [](const CartesianProduct &self, const VectorsArg &xs) {
            const Vectors parts = xs.as("xs");
            check_equal(long(parts.size()), long(self.numComponents()), "xs: number of arrays");
            for (size_t i = 0; i < parts.size(); ++i)
              check_equal(parts[i].size(), self.getComponent(i).nx(), "xs: size of a component");
            return self.merge(parts);
          },
          "xs"_a, "The point with these components.")
      .def(
          "merge_vector",
          [](const CartesianProduct &self, const VectorsArg &vs) {
            const Vectors parts = vs.as("vs");
            check_equal(long(parts.size()), long(self.numComponents()), "vs: number of arrays");
            for (size_t i = 0; i < parts.size(); ++i)
              check_equal(parts[i].size(), self.getComponent(i).ndx(), "vs: size of a component");
            return self.merge_vector(parts);
          },
          "vs"_a, "The tangent vector with these components.")
      .def("__mul__", [](const CartesianProduct &a, const CartesianProduct &b) { return a * b; }, nb::is_operator())
      .def("__mul__", [](const CartesianProduct &a, const PolyManifold &b) { return a * b; }, nb::is_operator());
  register_model<CartesianProduct, Manifold>();
}

} // namespace

template <> bool shown_as_copy(const Manifold &space) { return dynamic_cast<const CartesianProduct *>(&space); }

void bind_spaces(nb::module_ &manifolds) {
  nb::class_<Manifold>(manifolds, "ManifoldAbstract",
                       "A manifold: points are arrays of shape (nx,), tangent vectors of shape (ndx,).")
      .def_prop_ro("nx", &Manifold::nx, "Dimension of the representation of points.")
      .def_prop_ro("ndx", &Manifold::ndx, "Dimension of the tangent space.")
      .def("neutral", [](const Manifold &m) { return m.neutral(); }, "The neutral element (of a Lie group), shape (nx,).")
      .def("rand", [](const Manifold &m) { return m.rand(); }, "A random point, shape (nx,).")
      .def(
          "isNormalized", [](const Manifold &m, const VectorArg &x) { return m.isNormalized(state_arg(x, m)); }, "x"_a,
          "Whether the array is a point of the manifold.")
      .def(
          "integrate",
          [](const Manifold &m, const VectorArg &x, const VectorArg &v) {
            return m.integrate(state_arg(x, m), tangent_arg(v, m));
          },
          "x"_a, "v"_a, "x (+) v: the point reached from x along v.")
      .def(
          "integrate",
          [](const Manifold &m, const VectorArg &x, const VectorArg &v, nb::object out) {
            write_into(out, "out", m.integrate(state_arg(x, m), tangent_arg(v, m)));
          },
          "x"_a, "v"_a, "out"_a, "The same, written into `out`.")
      .def(
          "difference",
          [](const Manifold &m, const VectorArg &x0, const VectorArg &x1) {
            return m.difference(state_arg(x0, m, "x0"), state_arg(x1, m, "x1"));
          },
          "x0"_a, "x1"_a, "x1 (-) x0: the tangent vector at x0 that leads to x1, shape (ndx,).")
      .def(
          "difference",
          [](const Manifold &m, const VectorArg &x0, const VectorArg &x1, nb::object out) {
            write_into(out, "out", m.difference(state_arg(x0, m, "x0"), state_arg(x1, m, "x1")));
          },
          "x0"_a, "x1"_a, "out"_a, "The same, written into `out`.")
      .def("interpolate", &interpolate, "x0"_a, "x1"_a, "u"_a, "The point at fraction u of the way from x0 to x1.")
      .def(
          "interpolate",
          [](const Manifold &m, const VectorArg &x0, const VectorArg &x1, Scalar u, nb::object out) {
            write_into(out, "out", interpolate(m, x0, x1, u));
          },
          "x0"_a, "x1"_a, "u"_a, "out"_a, "The same, written into `out`.")
      .def("Jintegrate", &jacobian_of_integrate, "x"_a, "v"_a, "arg"_a,
           "Jacobian of integrate() with respect to x (arg = 0) or v (arg = 1), shape (ndx, ndx).")
      .def(
          "Jintegrate",
          [](const Manifold &m, const VectorArg &x, const VectorArg &v, nb::object Jout, int arg) {
            write_into(Jout, "Jout", jacobian_of_integrate(m, x, v, arg));
          },
          "x"_a, "v"_a, "Jout"_a, "arg"_a, "The same, written into `Jout`.")
      .def("Jdifference", &jacobian_of_difference, "x0"_a, "x1"_a, "arg"_a,
           "Jacobian of difference() with respect to x0 (arg = 0) or x1 (arg = 1), shape (ndx, ndx).")
      .def(
          "Jdifference",
          [](const Manifold &m, const VectorArg &x0, const VectorArg &x1, nb::object Jout, int arg) {
            write_into(Jout, "Jout", jacobian_of_difference(m, x0, x1, arg));
          },
          "x0"_a, "x1"_a, "Jout"_a, "arg"_a, "The same, written into `Jout`.")
      .def(
          "JintegrateTransport",
          [](const Manifold &m, const VectorArg &x, const VectorArg &v, nb::object J, int arg) {
            MatrixXs transported = matrix_from_python(J, "J", m.ndx());
            m.JintegrateTransport(state_arg(x, m), tangent_arg(v, m), transported, jacobian_argument(arg));
            write_into(J, "J", transported);
          },
          "x"_a, "v"_a, "J"_a, "arg"_a,
          "Transport J (ndx rows), expressed at x (+) v, to x. J is changed in place.")
      .def("tangent_space", &Manifold::tangentSpace, "The tangent space as a vector space.")
      .def("__mul__", [](const PolyManifold &a, const CartesianProduct &b) {
             CartesianProduct out(std::vector<PolyManifold>{a});
             out.addComponent(b);
             return out;
           }, nb::is_operator())
      .def("__mul__", [](const PolyManifold &a, const PolyManifold &b) { return a * b; }, nb::is_operator())
      .def("__rmul__", [](const PolyManifold &a, const CartesianProduct &b) { return b * a; }, nb::is_operator());

  using VectorSpace = context::VectorSpace;
  nb::class_<VectorSpace, Manifold>(manifolds, "VectorSpace", "Euclidean space of any dimension.")
      .def("__init__",
           [](VectorSpace *self, int dim) {
             if (dim < 0)
               raise_value_error("dim: expected a dimension >= 0, got {}", dim);
             new (self) VectorSpace(dim);
           },
           "dim"_a)
      .def("__getstate__", [](const VectorSpace &s) { return nb::make_tuple(s.nx()); })
      .def("__setstate__",
           [](VectorSpace &self, nb::tuple state) { new (&self) VectorSpace(nb::cast<int>(state[0])); });
  register_model<VectorSpace, Manifold>();

  bind_cartesian_product(manifolds);
}

} // namespace aligator::python
