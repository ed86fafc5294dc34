#include "checks.hpp"
#include "module.hpp"
#include "polymorphic.hpp"

#include <aligator/modelling/linear-function.hpp>
#include <aligator/modelling/state-error.hpp>

namespace aligator::python {

void bind_residuals(nb::module_ &m) {
  using PolyManifold = xyz::polymorphic<Manifold>;

  using StateError = StateErrorResidualTpl<Scalar>;
  nb::class_<StateError, UnaryFunction> state(m, "StateErrorResidual",
                                              "x (-) target: the tangent vector from the target to x; nr = ndx.");
  state
      .def("__init__",
           [](StateError *self, const PolyManifold &space, int nu, const VectorArg &target) {
             new (self) StateError(space, nu, target.as("target", space->nx()));
           },
           "space"_a, "nu"_a, "target"_a)
      .def_ro("space", &StateError::space_, "The state space.");
  def_array<StateError>(state, "target", [](StateError &f) -> VectorXs & { return f.target_; }, "Target state, (nx,).");
  register_model<StateError, StageFunction, UnaryFunction>();

  using ControlError = ControlErrorResidualTpl<Scalar>;
  nb::class_<ControlError, StageFunction> control(m, "ControlErrorResidual", "u (-) target; nr = nu.");
  control
      .def(nb::init<int, int>(), "ndx"_a, "nu"_a, "With the target zero.")
      .def("__init__",
           [](ControlError *self, int ndx, const PolyManifold &uspace, const VectorArg &target) {
             new (self) ControlError(ndx, uspace, target.as("target", uspace->nx()));
           },
           "ndx"_a, "uspace"_a, "target"_a)
      .def("__init__",
           [](ControlError *self, int ndx, const VectorArg &target) { new (self) ControlError(ndx, target.as("target")); },
           "ndx"_a, "target"_a)
      .def_ro("space", &ControlError::space_, "The control space.");
  def_array<ControlError>(control, "target", [](ControlError &f) -> VectorXs & { return f.target_; },
                          "Target control, (nu,).");
  register_model<ControlError, StageFunction>();

  using Linear = LinearFunctionTpl<Scalar>;
  nb::class_<Linear, StageFunction> linear(m, "LinearFunction", "A x + B u + d. A: (nr, nx), B: (nr, nu), d: (nr,).");
  linear.def(nb::init<int, int, int>(), "ndx"_a, "nu"_a, "nr"_a, "With all coefficients zero.")
      .def("__init__",
           [](Linear *self, const MatrixArg &A, const MatrixArg &B, const VectorArg &d) {
             const MatrixXs Am = A.as("A");
             new (self) Linear(Am, B.as("B", Am.rows()), d.as("d", Am.rows()));
           },
           "A"_a, "B"_a, "d"_a);
  def_array<Linear>(linear, "A", [](Linear &f) -> MatrixXs & { return f.A_; }, "State coefficients, (nr, nx).");
  def_array<Linear>(linear, "B", [](Linear &f) -> MatrixXs & { return f.B_; }, "Control coefficients, (nr, nu).");
  def_array<Linear>(linear, "d", [](Linear &f) -> VectorXs & { return f.d_; }, "Constant term, (nr,).");
  register_model<Linear, StageFunction>();
}

} // namespace aligator::python
