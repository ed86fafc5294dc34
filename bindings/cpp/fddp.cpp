#include "fddp.hpp"

#include "module.hpp"

#include <aligator/core/stage-data.hpp>

namespace aligator::python {

namespace {

using Solver = SolverFDDP;
using Workspace = context::SolverFDDP::Workspace;
using Results = context::SolverFDDP::Results;

bool run(nb::pointer_and_handle<Solver> self, const TrajOptProblem &problem, const VectorsArg &xs_init, const VectorsArg &us_init) {
  Solver &solver = *self.p;
  check_problem(problem);
  const Vectors xs = guess_arg(xs_init, "xs_init", state_sizes(problem));
  const Vectors us = guess_arg(us_init, "us_init", control_sizes(problem));
  const Busy busy(solver.busy);
  check_set_up(problem, solver.workspace_.isInitialized(), solver.workspace_.problem_data);
  const nb::object parts = wrap_parts(self);
  nb::gil_scoped_release release;
  return solver.run(problem, xs, us);
}

} // namespace

void bind_fddp(nb::module_ &m) {
  nb::class_<Workspace, WorkspaceBaseTpl<Scalar>>(m, "WorkspaceFDDP", "Workspace of SolverFDDP. Arrays are copies.")
      .def_prop_ro("dxs", [](const Workspace &w) { return to_python(w.dxs); }, "Step in x.")
      .def_prop_ro("dus", [](const Workspace &w) { return to_python(w.dus); }, "Step in u.")
      .def_ro("d1", &Workspace::d1_, "Expected improvement, first order.")
      .def_ro("d2", &Workspace::d2_, "Expected improvement, second order.");
  nb::class_<Results, ResultsBaseTpl<Scalar>>(m, "ResultsFDDP", "Results of SolverFDDP.")
      .def("__init__",
           [](Results *self, const TrajOptProblem &problem) {
             check_problem(problem);
             new (self) Results(problem);
           },
           "problem"_a);

  nb::class_<Solver> cls(m, "SolverFDDP", "Feasibility-driven DDP: for problems without constraints.");
  cls.def("__init__",
          [](Solver *self, Scalar tol, VerboseLevel verbose, Scalar reg_init, size_t max_iters) {
            if (!(tol > 0))
              raise_value_error("tol: expected a number > 0, got {}", tol);
            new (self) Solver(tol, verbose, reg_init, max_iters);
          },
          "tol"_a, "verbose"_a = VerboseLevel::QUIET, "reg_init"_a = 1e-9, "max_iters"_a = 1000);
  def_solver<Solver>(cls);
  cls.def_rw("reg_min", &Solver::reg_min_, "Smallest regularisation.")
      .def_rw("reg_max", &Solver::reg_max_, "Largest regularisation.")
      .def("run", &run, "problem"_a, "xs_init"_a = nb::list(), "us_init"_a = nb::list(),
           "Solve; return whether it converged. xs_init: N + 1 arrays (nx,), us_init: N arrays (nu,), or empty. Other "
           "Python threads go on meanwhile.");
}

} // namespace aligator::python
