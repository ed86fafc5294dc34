/// The problem of benchmarks/bindings.py, built and solved in C++. It reads words from standard input and answers
/// each with the processor time of what it says, in seconds, and the iterations and the cost of the last solve.

// Before any Boost header, as the library was compiled.
#include <pinocchio/fwd.hpp>

#include <aligator/core/traj-opt-problem.hpp>
#include <aligator/core/stage-data.hpp>
#include <aligator/modelling/constraints.hpp>
#include <aligator/modelling/costs/quad-residual-cost.hpp>
#include <aligator/modelling/costs/quad-state-cost.hpp>
#include <aligator/modelling/costs/sum-of-costs.hpp>
#include <aligator/modelling/dynamics/integrator-semi-euler.hpp>
#include <aligator/modelling/dynamics/multibody-free-fwd.hpp>
#include <aligator/modelling/multibody/frame-translation.hpp>
#include <aligator/modelling/spaces/multibody.hpp>
#include <aligator/modelling/state-error.hpp>
#include <aligator/solvers/proxddp/solver-proxddp.hpp>
#include <pinocchio/multibody/sample-models.hpp>

#include <cstdio>
#include <ctime>
#include <iostream>
#include <string>

using namespace aligator;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Space = MultibodyPhaseSpace<double>;
using Problem = TrajOptProblemTpl<double>;
using Vectors = std::vector<VectorXd>;

constexpr int STAGES = 100;
constexpr double TIMESTEP = 0.01, TOLERANCE = 1e-6, PENALTY = 1e-4, LARGEST_TORQUE = 20.0;

Problem reaching(const pinocchio::Model &model) {
  const Space space(model);
  const int nu = model.nv, ndx = space.ndx();
  const VectorXd rest = space.neutral();

  CostStackTpl<double> cost(space, nu);
  cost.addCost("state", QuadraticStateCostTpl<double>(space, nu, rest, 1e-2 * TIMESTEP * MatrixXd::Identity(ndx, ndx)));
  cost.addCost("control", QuadraticControlCostTpl<double>(space, nu, 1e-3 * TIMESTEP * MatrixXd::Identity(nu, nu)));
  const dynamics::MultibodyFreeFwdDynamicsTpl<double> ode(space, MatrixXd::Identity(nu, nu));
  StageModelTpl<double> stage(cost, dynamics::IntegratorSemiImplEulerTpl<double>(ode, TIMESTEP));
  const VectorXd bound = VectorXd::Constant(nu, LARGEST_TORQUE);
  stage.addConstraint(ControlErrorResidualTpl<double>(ndx, VectorXd(VectorXd::Zero(nu))),
                      BoxConstraintTpl<double>(-bound, bound));

  const auto tip = pinocchio::FrameIndex(model.nframes - 1);
  CostStackTpl<double> end(space, nu);
  end.addCost("tip", QuadraticResidualCostTpl<double>(
                         space, FrameTranslationResidualTpl<double>(ndx, nu, model, {0.5, 0.5, 0.5}, tip),
                         100 * MatrixXd::Identity(3, 3)));
  end.addCost("state", QuadraticStateCostTpl<double>(space, nu, rest, 1e-2 * MatrixXd::Identity(ndx, ndx)));
  const std::vector<xyz::polymorphic<StageModelTpl<double>>> stages(STAGES, stage);
  return Problem(space.integrate(rest, VectorXd::Constant(ndx, 0.1)), stages, end);
}

int main() {
  pinocchio::Model model;
  pinocchio::buildModels::manipulator(model);
  const Problem problem = reaching(model);
  const Vectors xs(STAGES + 1, problem.getInitState()), us(STAGES, VectorXd::Zero(model.nv));
  SolverProxDDPTpl<double> solver(TOLERANCE, PENALTY);
  solver.setup(problem);

  for (std::string what; std::cin >> what;) {
    solver.max_iters = what == "iterate" ? 1 : 1000;
    const std::clock_t start = std::clock();
    if (what == "build")
      reaching(model);
    else
      solver.run(problem, xs, us);
    const double seconds = double(std::clock() - start) / CLOCKS_PER_SEC;
    std::printf("%.9g %zu %.17g\n", seconds, solver.results_.num_iters, solver.results_.traj_cost_);
    std::fflush(stdout);
  }
}
