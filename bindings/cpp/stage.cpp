#include "being_solved.hpp"
#include "checks.hpp"
#include "copying.hpp"
#include "module.hpp"
#include "polymorphic.hpp"
#include "sequences.hpp"

#include <aligator/core/stage-data.hpp>
#include <aligator/core/stage-model.hpp>
#include <sstream>

namespace aligator::python {

namespace {

void bind_data(nb::module_ &m) {
  using Data = StageData;
  nb::class_<Data>(m, "StageData", "Data of a stage: of its cost, its dynamics and its constraints.")
      .def(nb::init<const StageModel &>(), "stage_model"_a)
      .def_ro("cost_data", &Data::cost_data, "Data of the cost.")
      .def_rw("dynamics_data", &Data::dynamics_data, "Data of the dynamics.")
      .def_prop_rw(
          "constraint_data",
          [](nb::pointer_and_handle<Data> d) {
            return shared_data<StdVec_StageFunctionData>(d.h, d.p->constraint_data);
          },
          [](Data &d, nb::handle data) { assign_shared_data(d.constraint_data, data, "constraint_data"); },
          "Data of the constraint functions, in the order in which they were added.");
}

} // namespace

void bind_stage(nb::module_ &m) {
  using PolyCost = xyz::polymorphic<CostAbstract>;
  using PolyDynamics = xyz::polymorphic<ExplicitDynamics>;
  using PolyFunction = xyz::polymorphic<StageFunction>;
  using PolySet = xyz::polymorphic<ConstraintSet>;

  bind_data(m);
  nb::class_<StageModel> cls(m, "StageModel", "A stage of a problem: its cost l(x, u), its dynamics and its constraints.");
  cls.def("__init__",
          [](StageModel *self, const PolyCost &cost, const PolyDynamics &dynamics) {
            check_equal(cost->nu, dynamics->nu, "cost.nu (expected dynamics.nu)");
            check_equal(cost->nx(), dynamics->nx1(), "cost.nx (expected dynamics.nx1)");
            check_equal(cost->ndx(), dynamics->ndx1(), "cost.ndx (expected dynamics.ndx1)");
            new (self) StageModel(cost, dynamics);
          },
          "cost"_a, "dynamics"_a)
      .def(
          "addConstraint",
          [](StageModel &stage, const PolyFunction &func, const PolySet &cstr_set) {
            check_not_being_solved(stage);
            check_function_input(*func, stage.xspace(), stage.nu(), "func");
            check_set(*cstr_set, func->nr, "cstr_set");
            stage.addConstraint(func, cstr_set);
          },
          "func"_a, "cstr_set"_a, "Require that func(x, u) lies in the set.")
      .def_prop_ro("constraints", [](StageModel &s) -> context::ConstraintStack & { return s.constraints_; },
                   nb::rv_policy::reference_internal, "The constraints.")
      .def_ro("dynamics", &StageModel::dynamics_, "The dynamics.")
      .def_ro("xspace", &StageModel::xspace_, "The state space.")
      .def_ro("xspace_next", &StageModel::xspace_next_, "The space of the next state.")
      .def_ro("uspace", &StageModel::uspace_, "The control space.")
      .def_ro("cost", &StageModel::cost_, "The cost.")
      .def(
          "evaluate",
          [](const StageModel &s, const VectorArg &x, const VectorArg &u, StageData &data) {
            const VectorXs xv = state_arg(x, s.xspace()), uv = u.as("u", s.nu());
            check_data(s, data);
            s.evaluate(xv, uv, data);
          },
          "x"_a, "u"_a, "data"_a, "Evaluate the cost, the dynamics and the constraints. x: (nx,), u: (nu,).")
      .def(
          "computeFirstOrderDerivatives",
          [](const StageModel &s, const VectorArg &x, const VectorArg &u, StageData &data) {
            const VectorXs xv = state_arg(x, s.xspace()), uv = u.as("u", s.nu());
            check_data(s, data);
            s.computeFirstOrderDerivatives(xv, uv, data);
          },
          "x"_a, "u"_a, "data"_a, "Gradient of the cost, Jacobians of dynamics and constraints. Call evaluate() first.")
      .def(
          "computeSecondOrderDerivatives",
          [](const StageModel &s, const VectorArg &x, const VectorArg &u, StageData &data) {
            const VectorXs xv = state_arg(x, s.xspace()), uv = u.as("u", s.nu());
            check_data(s, data);
            s.computeSecondOrderDerivatives(xv, uv, data);
          },
          "x"_a, "u"_a, "data"_a, "Hessian of the cost. Call computeFirstOrderDerivatives() first.")
      .def("createData", &StageModel::createData, "A data object for this stage.")
      .def_prop_ro("ndx1", &StageModel::ndx1, "Tangent dimension of the state space.")
      .def_prop_ro("ndx2", &StageModel::ndx2, "Tangent dimension of the space of the next state.")
      .def_prop_ro("nu", &StageModel::nu, "Control dimension.")
      .def_prop_ro("nc", &StageModel::nc, "Number of rows of the constraints.")
      .def_prop_ro("num_dual", &StageModel::numDual, "Number of multipliers: ndx2 + nc.")
      .def("__repr__", [](const StageModel &s) { return (std::ostringstream() << s).str(); });
  def_copy<StageModel>(cls);
  register_model<StageModel, StageModel>();
}

} // namespace aligator::python
