#include "fddp.hpp"

#include "module.hpp"

#include <aligator/core/stage-data.hpp>
#include <nanobind/stl/vector.h>

namespace aligator::python {

namespace {

using Solver = SolverFDDP;
using Workspace = context::SolverFDDP::Workspace;
using Results = context::SolverFDDP::Results;

constexpr NamedVectors<Workspace> WORKSPACE_VECTORS[] = {
    {"dxs", &Workspace::dxs, "Step in x."},
    {"dus", &Workspace::dus, "Step in u."},
};

bool run(nb::pointer_and_handle<Solver> self, const TrajOptProblem &problem, const VectorsArg &xs_init, const VectorsArg &us_init) {
  Solver &solver = *self.p;
  check_problem(problem);
  const Vectors xs = guess_arg(xs_init, "xs_init", state_sizes(problem));
  const Vectors us = guess_arg(us_init, "us_init", control_sizes(problem));
  const Busy busy(solver.busy);
  check_ready(solver);
  check_set_up(problem, solver.workspace_.problem_data, solver.results_);
  detach_arrays(solver);
  const nb::object parts = wrap_parts(self);
  const BeingSolved mark(problem, {&solver.results_, &solver.workspace_});
  const OtherThreadsGoOn go_on(problem);
  return solver.run(problem, xs, us);
}

void bind_value_functions(nb::module_ &m) {
  using Q = QFunctionTpl<Scalar>;
  nb::class_<Q> q(m, "QParams", "The quadratic model of the cost-to-go of a stage in (x, u) and the next state y.");
  q.def("__init__",
        [](Q *self, int ndx, int nu, int ndy) {
          for (const auto &[size, name] : {std::pair(ndx, "ndx"), std::pair(nu, "nu"), std::pair(ndy, "ndy")})
            if (size < 0)
              raise_value_error("{}: expected a dimension >= 0, got {}", name, size);
          new (self) Q(ndx, nu, ndy);
        },
        "ndx"_a, "nu"_a, "ndy"_a)
      .def_prop_ro("ntot", &Q::ntot, "ndx + nu + ndy.");
  def_view<Q>(q, "grad", [](Q &p) -> VectorXs & { return p.grad_; }, "Gradient, (ndx + nu,).");
  def_view<Q>(q, "hess", [](Q &p) -> MatrixXs & { return p.hess_; }, "Hessian, (ntot, ntot).");
  const auto vector = [&q](const char *name, VectorRef Q::*member, const char *doc) {
    def_view<Q>(q, name, [member](Q &p) -> VectorRef & { return p.*member; }, doc);
  };
  vector("Qx", &Q::Qx, "Gradient in x, (ndx,).");
  vector("Qu", &Q::Qu, "Gradient in u, (nu,).");
  const auto matrix = [&q](const char *name, MatrixRef Q::*member, const char *doc) {
    def_view<Q>(q, name, [member](Q &p) -> MatrixRef & { return p.*member; }, doc);
  };
  matrix("Qxx", &Q::Qxx, "(ndx, ndx) block of the Hessian.");
  matrix("Qxu", &Q::Qxu, "(ndx, nu) block of the Hessian.");
  matrix("Qxy", &Q::Qxy, "(ndx, ndy) block of the Hessian.");
  matrix("Quu", &Q::Quu, "(nu, nu) block of the Hessian.");
  matrix("Quy", &Q::Quy, "(nu, ndy) block of the Hessian.");
  matrix("Qyy", &Q::Qyy, "(ndy, ndy) block of the Hessian.");

  using V = ValueFunctionTpl<Scalar>;
  nb::class_<V> v(m, "VParams", "The quadratic model of the cost-to-go.");
  def_view<V>(v, "Vx", [](V &p) -> VectorXs & { return p.Vx_; }, "Gradient, (ndx,).");
  def_view<V>(v, "Vxx", [](V &p) -> MatrixXs & { return p.Vxx_; }, "Hessian, (ndx, ndx).");
}

} // namespace

void detach_arrays(SolverFDDP &solver) {
  Workspace &workspace = solver.workspace_;
  detach_common(solver.results_);
  detach_common(workspace);
  detach_vectors(workspace, WORKSPACE_VECTORS);
  detach(workspace.value_params);
  detach(workspace.q_params);
}

/// The library's own function destroys the parts before it makes the new ones, which may raise.
void allocate(SolverFDDP &solver, const TrajOptProblem &problem) {
  Results results(problem);
  Workspace workspace(problem);
  solver.results_ = std::move(results);
  solver.workspace_ = std::move(workspace);
  const bool constrained = std::any_of(problem.stages_.begin(), problem.stages_.end(),
                                       [](const auto &stage) { return !stage->constraints_.empty(); });
  if (constrained || !problem.term_cstrs_.empty())
    ALIGATOR_WARNING("SolverFDDP", "the problem has constraints, which this solver does not handle.\n");
}

void bind_fddp(nb::module_ &m) {
  bind_value_functions(m);
  nb::class_<Workspace, WorkspaceBaseTpl<Scalar>> workspace(m, "WorkspaceFDDP", "Workspace of SolverFDDP.");
  def_vectors(workspace, WORKSPACE_VECTORS);
  workspace
      .def_prop_ro(
          "value_params",
          [](nb::pointer_and_handle<Workspace> w) { return references<StdVec_VParams>(w.h, w.p->value_params); },
          "Value functions of the last iteration, N + 1.")
      .def_prop_ro(
          "q_params", [](nb::pointer_and_handle<Workspace> w) { return references<StdVec_QParams>(w.h, w.p->q_params); },
          "Q-functions of the last iteration, N.")
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
            new (self) Solver(positive_arg(tol, "tol"), verbose, nonnegative_arg(reg_init, "reg_init"), max_iters);
          },
          "tol"_a, "verbose"_a = VerboseLevel::QUIET, "reg_init"_a = 1e-9, "max_iters"_a = 1000);
  def_solver<Solver>(cls);
  def_nonnegative(cls, "reg_min", &Solver::reg_min_, "Smallest regularisation.");
  def_nonnegative(cls, "reg_max", &Solver::reg_max_, "Largest regularisation.");
  cls.def("run", &run, "problem"_a, "xs_init"_a = nb::list(), "us_init"_a = nb::list(),
           "Solve; return whether it converged. xs_init: N + 1 arrays (nx,), us_init: N arrays (nu,), or empty. Other "
           "Python threads go on meanwhile.");
}

} // namespace aligator::python
