#include "checks.hpp"
#include "module.hpp"
#include "polymorphic.hpp"

#include <aligator/modelling/autodiff/cost-finite-difference.hpp>
#include <aligator/modelling/autodiff/finite-difference.hpp>

namespace aligator::python {

namespace {

using PolyManifold = xyz::polymorphic<Manifold>;
using PolyFunction = xyz::polymorphic<StageFunction>;
using PolyCost = xyz::polymorphic<CostAbstract>;
using PolyDynamics = xyz::polymorphic<ExplicitDynamics>;

/// Jacobians of a function by forward differences. The library's own class (0.19.1) makes its data with a control
/// dimension that it has not initialised.
struct FiniteDifferenceHelper : StageFunction {
  struct Data : StageFunctionData {
    std::shared_ptr<StageFunctionData> data_0, data_1;
    explicit Data(const FiniteDifferenceHelper &model)
        : StageFunctionData(model), data_0(model.func->createData()), data_1(model.func->createData()) {}
  };
  PolyManifold space;
  PolyFunction func;
  Scalar eps;

  FiniteDifferenceHelper(PolyManifold space, PolyFunction func, Scalar eps)
      : StageFunction(func->ndx1, func->nu, func->nr), space(std::move(space)), func(std::move(func)), eps(eps) {}

  void evaluate(const ConstVectorRef &x, const ConstVectorRef &u, StageFunctionData &data) const override {
    auto &d = static_cast<Data &>(data);
    func->evaluate(x, u, *d.data_0);
    d.value_ = d.data_0->value_;
  }
  void computeJacobians(const ConstVectorRef &x, const ConstVectorRef &u, StageFunctionData &data) const override {
    auto &d = static_cast<Data &>(data);
    for (int i = 0; i < ndx1; ++i) {
      const VectorXs moved = space->integrate(x, eps * VectorXs::Unit(ndx1, i));
      func->evaluate(moved, u, *d.data_1);
      d.Jx_.col(i) = (d.data_1->value_ - d.value_) / eps;
    }
    VectorXs moved = u;
    for (int i = 0; i < nu; ++i) {
      moved[i] += eps;
      func->evaluate(x, moved, *d.data_1);
      d.Ju_.col(i) = (d.data_1->value_ - d.value_) / eps;
      moved[i] = u[i];
    }
  }
  std::shared_ptr<StageFunctionData> createData() const override { return std::make_shared<Data>(*this); }
};

/// The library's class, which does not show the model.
struct DynamicsHelper : autodiff::DynamicsFiniteDifferenceHelper<Scalar> {
  PolyDynamics func;
  DynamicsHelper(const PolyManifold &space, const PolyDynamics &func, Scalar eps)
      : DynamicsFiniteDifferenceHelper(space, func, eps), func(func) {}
};

void check_step(Scalar eps) {
  if (!(eps > 0) || !std::isfinite(eps))
    raise_value_error("eps: expected a positive number, got {}", eps);
}

} // namespace

void bind_finite_differences(nb::module_ &m) {
  nb::class_<FiniteDifferenceHelper, StageFunction> function(
      m, "FiniteDifferenceHelper", "A function with its Jacobians computed by finite differences of step eps.");
  function.def("__init__",
               [](FiniteDifferenceHelper *self, const PolyManifold &space, const PolyFunction &func, Scalar eps) {
                 check_function_input(*func, *space, -1, "func");
                 check_step(eps);
                 new (self) FiniteDifferenceHelper(space, func, eps);
               },
               "space"_a, "func"_a, "eps"_a);
  nb::class_<FiniteDifferenceHelper::Data, StageFunctionData>(function, "Data", "Data of the function.");
  register_model<FiniteDifferenceHelper, StageFunction>();
  register_inner_check<StageFunction, StageFunctionData, FiniteDifferenceHelper>(
      [](const FiniteDifferenceHelper &f, const StageFunctionData &data) {
        check_data(*f.func, *static_cast<const FiniteDifferenceHelper::Data &>(data).data_0);
      });

  using Dynamics = DynamicsHelper;
  nb::class_<Dynamics, ExplicitDynamics> dynamics(
      m, "DynamicsFiniteDifferenceHelper", "Dynamics with their Jacobians computed by finite differences of step eps.");
  dynamics.def("__init__",
               [](Dynamics *self, const PolyManifold &space, const PolyDynamics &dyn, Scalar eps) {
                 check_equal(space->nx(), dyn->nx1(), "space.nx");
                 check_equal(space->ndx(), dyn->ndx1(), "space.ndx");
                 check_step(eps);
                 new (self) Dynamics(space, dyn, eps);
               },
               "space"_a, "dyn"_a, "eps"_a);
  nb::class_<Dynamics::Data, ExplicitDynamicsData>(dynamics, "Data", "Data of the dynamics.");
  register_model<Dynamics, ExplicitDynamics>();
  register_inner_check<ExplicitDynamics, ExplicitDynamicsData, Dynamics>(
      [](const Dynamics &f, const ExplicitDynamicsData &data) {
        check_data(*f.func, *static_cast<const Dynamics::Data &>(data).data_0);
      });

  using Cost = autodiff::CostFiniteDifferenceHelper<Scalar>;
  nb::class_<Cost, CostAbstract> cost(m, "CostFiniteDifference",
                                      "A cost with its gradient computed by finite differences of step fd_eps. Its Hessian "
                                      "is left at zero.");
  cost.def("__init__",
           [](Cost *self, const PolyCost &cost, Scalar fd_eps) {
             check_step(fd_eps);
             new (self) Cost(cost, fd_eps);
           },
           "cost"_a, "fd_eps"_a);
  nb::class_<Cost::Data, CostData>(cost, "Data", "Data of the cost.")
      .def_ro("c1", &Cost::Data::c1, "Data at the point.")
      .def_ro("c2", &Cost::Data::c2, "Data at the moved point.");
  register_model<Cost, CostAbstract>();
  register_inner_check<CostAbstract, CostData, Cost>([](const Cost &c, const CostData &data) {
    check_data(*c.cost_, *static_cast<const Cost::Data &>(data).c1);
  });
}

} // namespace aligator::python
