/// Solvers read a problem's structure without the interpreter lock, and call Python on the way. Meanwhile nothing may be
/// added to the problem or taken from it: not by a callback, not by another thread.
#pragma once

#include "common.hpp"

namespace aligator::python {

/// Marks a problem as being solved, and the solver's results and workspace as in use, as long as this lives. Made and
/// destroyed with the GIL.
class BeingSolved {
public:
  BeingSolved(const TrajOptProblem &problem, std::vector<const void *> parts);
  ~BeingSolved();
  BeingSolved(const BeingSolved &) = delete;
  BeingSolved &operator=(const BeingSolved &) = delete;

private:
  const TrajOptProblem &problem_;
  std::vector<const void *> parts_;
};

/// Raise RuntimeError if these are the results or the workspace of a solver that is at work.
void check_not_in_use(const void *part);

/// Raise RuntimeError if this is, or is a part of, a problem that is being solved.
void check_not_being_solved(const TrajOptProblem &problem);
void check_not_being_solved(const StageModel &stage);
void check_not_being_solved(const context::ConstraintStack &constraints);
void check_not_being_solved(const CostAbstract &cost);
void check_not_being_solved(const ExplicitDynamics &dynamics);
void check_not_being_solved(const StageFunction &function);

} // namespace aligator::python
