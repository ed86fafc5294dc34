#include "checked_riccati.hpp"

#include <aligator/gar/dense-riccati.hpp>
#include <aligator/gar/proximal-riccati.hpp>
#include <fmt/format.h>

namespace aligator::python {

namespace {

using Problem = gar::LqrProblemTpl<Scalar>;
using Knot = gar::LqrKnotTpl<Scalar>;

constexpr Scalar LARGEST = 1e150; // products of two such numbers are finite

/// Raise if a bound on the numbers to be factorised is not below the largest: NaN is not.
void check(Scalar bound, size_t stage) {
  if (!(bound < LARGEST))
    throw std::runtime_error(fmt::format(
        "Encountered NaN or numbers too large in the linear-quadratic subproblem, at stage {}: the trajectory or its "
        "derivatives have diverged",
        stage));
}

/// Bound on R + B' V B and D, for the value function's Hessian V of the next stage.
template <class Hessian> void check_stage(const Knot &knot, const Hessian &V, size_t stage) {
  check(knot.R.norm() + knot.D.norm() + knot.B.squaredNorm() * V.norm(), stage);
}

class ProximalSolver final : public gar::ProximalRiccatiSolver<Scalar> {
public:
  using ProximalRiccatiSolver::ProximalRiccatiSolver;

  bool backward(const Scalar mueq) override {
    const auto &stages = problem_->stages;
    const size_t N = size_t(problem_->horizon());
    check(stages[N].R.norm() + stages[N].D.norm(), N);
    Kernel::terminalSolve(stages[N], mueq, datas[N]);
    for (size_t t = N; t-- > 0;) {
      check_stage(stages[t], datas[t + 1].vm.Vxx, t);
      Kernel::stageKernelSolve(stages[t], datas[t], datas[t + 1].vm, mueq);
    }
    const CostToGo &initial = datas[0].vm;
    check(initial.Vxx.norm() + problem_->G0.norm(), 0);
    kkt0.mat(0, 0) = initial.Vxx;
    kkt0.mat(1, 0) = problem_->G0;
    kkt0.mat(0, 1) = problem_->G0.transpose();
    kkt0.mat(1, 1).setZero();
    kkt0.chol.compute(kkt0.mat.matrix());
    kkt0.ff.blockSegment(0) = -initial.vx;
    kkt0.ff.blockSegment(1) = -problem_->g0;
    kkt0.chol.solveInPlace(kkt0.ff.matrix());
    return true;
  }
};

class DenseSolver final : public gar::RiccatiSolverDense<Scalar> {
public:
  using RiccatiSolverDense::RiccatiSolverDense;

  bool backward(const Scalar mueq) override {
    const auto &stages = problem_->stages;
    const size_t N = size_t(problem_->horizon());
    check(stages[N].R.norm() + stages[N].D.norm(), N);
    Kernel::terminalSolve(stages[N], stage_factors[N], value(N), mueq);
    for (size_t t = N; t-- > 0;) {
      check_stage(stages[t], Pxx[t + 1], t);
      Kernel::value next = value(t + 1);
      Kernel::stageKernelSolve(stages[t], stage_factors[t], value(t), &next, mueq);
    }
    check(Pxx[0].norm() + problem_->G0.norm(), 0);
    kkt0.mat.setZero();
    kkt0.mat(0, 0) = Pxx[0];
    kkt0.mat(0, 1) = problem_->G0.transpose();
    kkt0.mat(1, 0) = problem_->G0;
    kkt0.ldl.compute(kkt0.mat.matrix());
    kkt0.ff[0] = -px[0];
    kkt0.ff[1] = -problem_->g0;
    kkt0.ldl.solveInPlace(kkt0.ff.matrix());
    return true;
  }

private:
  Kernel::value value(size_t t) { return {Pxx[t], Pxt[t], Ptt[t], px[t], pt[t]}; }
};

} // namespace

std::unique_ptr<gar::RiccatiSolverBase<Scalar>> make_checked_riccati(LQSolverChoice choice, const Problem &problem) {
  switch (choice) {
  case LQSolverChoice::SERIAL:
    return std::make_unique<ProximalSolver>(problem);
  case LQSolverChoice::STAGEDENSE:
    return std::make_unique<DenseSolver>(problem);
  default:
    return nullptr;
  }
}

} // namespace aligator::python
