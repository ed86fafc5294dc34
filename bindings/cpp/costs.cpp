#include "checks.hpp"
#include "copying.hpp"
#include "module.hpp"
#include "trampolines.hpp"

#include <aligator/modelling/costs/constant-cost.hpp>
#include <aligator/modelling/costs/quad-costs.hpp>

namespace aligator::python {

namespace {

using PolyManifold = xyz::polymorphic<Manifold>;

struct PyCost : CostAbstract, PythonInstance {
  // nanobind's macro inherits constructors, of which the templated one of CostAbstract is of no use here.
  using NBBase = CostAbstract;
  nb::detail::trampoline nb_trampoline{this};
  PyCost(const PolyManifold &space, int nu) : CostAbstract(space, nu) {}

  void evaluate(const ConstVectorRef &x, const ConstVectorRef &u, CostData &data) const override {
    call_override(nb_trampoline, "evaluate", true, x, u, data);
  }
  void computeGradients(const ConstVectorRef &x, const ConstVectorRef &u, CostData &data) const override {
    call_override(nb_trampoline, "computeGradients", true, x, u, data);
  }
  void computeHessians(const ConstVectorRef &x, const ConstVectorRef &u, CostData &data) const override {
    call_override(nb_trampoline, "computeHessians", true, x, u, data);
  }
  std::shared_ptr<CostData> createData() const override {
    auto data = create_data_override<CostData>(nb_trampoline);
    return data ? data : CostAbstract::createData();
  }
};

struct CostProxy final : CostAbstract, PythonProxy {
  const CostAbstract &target;
  CostProxy(const CostAbstract &target, nb::handle object)
      : CostAbstract(target.space, target.nu), PythonProxy(object), target(target) {}

  void evaluate(const ConstVectorRef &x, const ConstVectorRef &u, CostData &data) const override {
    target.evaluate(x, u, data);
  }
  void computeGradients(const ConstVectorRef &x, const ConstVectorRef &u, CostData &data) const override {
    target.computeGradients(x, u, data);
  }
  void computeHessians(const ConstVectorRef &x, const ConstVectorRef &u, CostData &data) const override {
    target.computeHessians(x, u, data);
  }
  std::shared_ptr<CostData> createData() const override { return with_python_wrapper(target.createData()); }
};

/// Bind one of the three evaluation methods under its name.
template <class Class>
void def_evaluation(Class &cls, const char *name, void (CostAbstract::*method)(const ConstVectorRef &,
                                                                              const ConstVectorRef &, CostData &) const,
                    const char *doc) {
  cls.def(
      name,
      [method, name](const CostAbstract &cost, const VectorArg &x, const VectorArg &u, CostData &data) {
        if (defined_in_python(cost))
          raise_not_implemented(name);
        const VectorXs xv = state_arg(x, *cost.space), uv = u.as("u", cost.nu);
        check_data(cost, data);
        (cost.*method)(xv, uv, data);
      },
      "x"_a, "u"_a, "data"_a, doc);
}

void bind_data(nb::module_ &m) {
  using Data = CostData;
  nb::class_<Data> cls(m, "CostData",
                       "Value and derivatives of a cost l(x, u). The arrays are views of the data: write into them to "
                       "fill it.");
  cls.def(nb::init<int, int>(), "ndx"_a, "nu"_a)
      .def(nb::init<const CostAbstract &>(), "cost"_a)
      .def_rw("value", &Data::value_, "The cost.");
  def_array<Data>(cls, "grad", [](Data &d) -> VectorXs & { return d.grad_; }, "Gradient (Lx, Lu), shape (ndx + nu,).");
  def_array<Data>(cls, "hess", [](Data &d) -> MatrixXs & { return d.hess_; }, "Hessian, shape (ndx + nu, ndx + nu).");
  def_array<Data>(cls, "Lx", [](Data &d) -> VectorRef & { return d.Lx_; }, "Gradient in x (tangent), shape (ndx,).");
  def_array<Data>(cls, "Lu", [](Data &d) -> VectorRef & { return d.Lu_; }, "Gradient in u, shape (nu,).");
  def_array<Data>(cls, "Lxx", [](Data &d) -> MatrixRef & { return d.Lxx_; }, "Hessian block, shape (ndx, ndx).");
  def_array<Data>(cls, "Lxu", [](Data &d) -> MatrixRef & { return d.Lxu_; }, "Hessian block, shape (ndx, nu).");
  def_array<Data>(cls, "Lux", [](Data &d) -> MatrixRef & { return d.Lux_; }, "Hessian block, shape (nu, ndx).");
  def_array<Data>(cls, "Luu", [](Data &d) -> MatrixRef & { return d.Luu_; }, "Hessian block, shape (nu, nu).");
}

void bind_quadratic_cost(nb::module_ &m) {
  using Cost = QuadraticCostTpl<Scalar>;
  nb::class_<Cost, CostAbstract> cls(
      m, "QuadraticCost",
      "1/2 x' w_x x + 1/2 u' w_u u + x' w_cross u + interp_x' x + interp_u' u, on Euclidean spaces. "
      "w_x: (nx, nx), w_u: (nu, nu), w_cross: (nx, nu).");
  const auto square = [](const MatrixArg &w, const char *name) {
    const MatrixXs out = w.as(name);
    check_equal(out.cols(), out.rows(), name);
    return out;
  };
  cls.def("__init__",
          [square](Cost *self, const MatrixArg &w_x, const MatrixArg &w_u) {
            new (self) Cost(square(w_x, "w_x"), square(w_u, "w_u"));
          },
          "w_x"_a, "w_u"_a)
      .def("__init__",
           [square](Cost *self, const MatrixArg &w_x, const MatrixArg &w_u, const MatrixArg &w_cross) {
             const MatrixXs wx = square(w_x, "w_x"), wu = square(w_u, "w_u");
             new (self) Cost(wx, wu, w_cross.as("w_cross", wx.rows(), wu.rows()));
           },
           "w_x"_a, "w_u"_a, "w_cross"_a)
      .def("__init__",
           [square](Cost *self, const MatrixArg &w_x, const MatrixArg &w_u, const VectorArg &interp_x,
                    const VectorArg &interp_u) {
             const MatrixXs wx = square(w_x, "w_x"), wu = square(w_u, "w_u");
             new (self) Cost(wx, wu, interp_x.as("interp_x", wx.rows()), interp_u.as("interp_u", wu.rows()));
           },
           "w_x"_a, "w_u"_a, "interp_x"_a, "interp_u"_a)
      .def("__init__",
           [square](Cost *self, const MatrixArg &w_x, const MatrixArg &w_u, const MatrixArg &w_cross,
                    const VectorArg &interp_x, const VectorArg &interp_u) {
             const MatrixXs wx = square(w_x, "w_x"), wu = square(w_u, "w_u");
             new (self) Cost(wx, wu, w_cross.as("w_cross", wx.rows(), wu.rows()), interp_x.as("interp_x", wx.rows()),
                             interp_u.as("interp_u", wu.rows()));
           },
           "w_x"_a, "w_u"_a, "w_cross"_a, "interp_x"_a, "interp_u"_a);
  def_array<Cost>(cls, "w_x", [](Cost &c) -> MatrixXs & { return c.Wxx_; }, "State weights, (nx, nx).");
  def_array<Cost>(cls, "w_u", [](Cost &c) -> MatrixXs & { return c.Wuu_; }, "Control weights, (nu, nu).");
  def_array<Cost>(cls, "interp_x", [](Cost &c) -> VectorXs & { return c.interp_x; }, "Linear term in x, (nx,).");
  def_array<Cost>(cls, "interp_u", [](Cost &c) -> VectorXs & { return c.interp_u; }, "Linear term in u, (nu,).");
  cls.def_prop_ro("has_cross_term", &Cost::hasCrossTerm, "Whether there is a cross term.")
      .def_prop_rw(
          "weights_cross",
          // Read-only: they count only if they were set.
          [](nb::pointer_and_handle<Cost> c) { return readonly_view(c.p->getCrossWeights(), c.h); },
          [](Cost &c, const MatrixArg &w) { c.setCrossWeight(w.as("weights_cross", c.ndx(), c.nu)); },
          "Cross weights, (nx, nu), as an array that can be assigned but not written into.");
  def_copy<Cost>(cls);
  register_model<Cost, CostAbstract>();
  nb::class_<Cost::Data, CostData>(m, "QuadraticCostData", "Data of QuadraticCost.");
}

} // namespace

void bind_costs(nb::module_ &m) {
  nb::class_<CostAbstract, PyCost> cls(
      m, "CostAbstract",
      "A cost l(x, u). A subclass in Python defines evaluate(x, u, data), computeGradients(x, u, data) and "
      "computeHessians(x, u, data), which write into data.value, data.Lx, data.Lu, data.Lxx, data.Lxu, data.Lux and "
      "data.Luu.");
  bind_data(m);
  def_getinitargs(cls);
  cls.def(nb::init<const PolyManifold &, int>(), "space"_a, "nu"_a);
  def_evaluation(cls, "evaluate", &CostAbstract::evaluate, "Write the cost into data.value. x: (nx,), u: (nu,).");
  def_evaluation(cls, "computeGradients", &CostAbstract::computeGradients,
                 "Write the gradients into data.Lx and data.Lu. Call evaluate() first.");
  def_evaluation(cls, "computeHessians", &CostAbstract::computeHessians,
                 "Write the Hessians into data.Lxx, data.Lxu, data.Lux and data.Luu. Call computeGradients() first.");
  cls.def(
         "createData",
         [](const CostAbstract &c) { return defined_in_python(c) ? c.CostAbstract::createData() : c.createData(); },
         "A data object for this cost.")
      .def_ro("space", &CostAbstract::space, "The state space.")
      .def_prop_ro("nx", &CostAbstract::nx, "Dimension of the representation of states.")
      .def_prop_ro("ndx", &CostAbstract::ndx, "Tangent dimension of the state space.")
      .def_ro("nu", &CostAbstract::nu, "Control dimension.");
  register_python_model<PyCost, CostProxy, CostAbstract>();

  using Constant = ConstantCostTpl<Scalar>;
  nb::class_<Constant, CostAbstract> constant(m, "ConstantCost", "A constant.");
  constant.def(nb::init<PolyManifold, int, Scalar>(), "space"_a, "nu"_a, "value"_a)
      .def_rw("value", &Constant::value_, "The constant.");
  def_copy<Constant>(constant);
  register_model<Constant, CostAbstract>();

  bind_quadratic_cost(m);
}

} // namespace aligator::python
