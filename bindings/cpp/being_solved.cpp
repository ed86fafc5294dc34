#include "being_solved.hpp"

#include <aligator/core/stage-model.hpp>
#include <aligator/modelling/costs/cost-direct-sum.hpp>
#include <aligator/modelling/costs/sum-of-costs.hpp>
#include <aligator/modelling/explicit-dynamics-direct-sum.hpp>
#include <algorithm>

namespace aligator::python {

namespace {

std::vector<const TrajOptProblem *> &problems() {
  static std::vector<const TrajOptProblem *> being_solved;
  return being_solved;
}

std::vector<const void *> &parts_in_use() {
  static std::vector<const void *> parts;
  return parts;
}

template <class Predicate> void check_none(Predicate has_it) {
  const bool found = std::any_of(problems().begin(), problems().end(), [&](const auto *p) { return has_it(*p); });
  if (found)
    throw std::runtime_error("the problem is being solved: it can be changed when run() has returned");
}

/// Whether `part` is `cost` or one of the costs in it.
bool contains(const CostAbstract &cost, const CostAbstract &part) {
  if (&cost == &part)
    return true;
  if (const auto *stack = dynamic_cast<const CostStackTpl<Scalar> *>(&cost))
    return std::any_of(stack->components_.begin(), stack->components_.end(),
                       [&](const auto &item) { return contains(*item.second.first, part); });
  if (const auto *sum = dynamic_cast<const DirectSumCostTpl<Scalar> *>(&cost))
    return contains(*sum->c1_, part) || contains(*sum->c2_, part);
  return false;
}

bool contains(const ExplicitDynamics &dynamics, const ExplicitDynamics &part) {
  if (const auto *sum = dynamic_cast<const DirectSumExplicitDynamicsTpl<Scalar> *>(&dynamics))
    return contains(*sum->f_, part) || contains(*sum->g_, part);
  return &dynamics == &part;
}

template <class Predicate> bool any_stage(const TrajOptProblem &problem, Predicate predicate) {
  return std::any_of(problem.stages_.begin(), problem.stages_.end(), [&](const auto &s) { return predicate(*s); });
}

} // namespace

BeingSolved::BeingSolved(const TrajOptProblem &problem, std::vector<const void *> parts)
    : problem_(problem), parts_(std::move(parts)) {
  problems().push_back(&problem);
  parts_in_use().insert(parts_in_use().end(), parts_.begin(), parts_.end());
}

BeingSolved::~BeingSolved() {
  problems().erase(std::find(problems().begin(), problems().end(), &problem_));
  for (const void *part : parts_)
    parts_in_use().erase(std::find(parts_in_use().begin(), parts_in_use().end(), part));
}

void check_not_in_use(const void *part) {
  if (std::find(parts_in_use().begin(), parts_in_use().end(), part) != parts_in_use().end())
    throw std::runtime_error("the solver is at work: its results and workspace can be changed when run() has returned");
}

void check_not_being_solved(const TrajOptProblem &problem) {
  check_none([&](const TrajOptProblem &p) { return &p == &problem; });
}

void check_not_being_solved(const StageModel &stage) {
  check_none([&](const TrajOptProblem &p) { return any_stage(p, [&](const StageModel &s) { return &s == &stage; }); });
}

void check_not_being_solved(const context::ConstraintStack &constraints) {
  check_none([&](const TrajOptProblem &p) {
    return &p.term_cstrs_ == &constraints ||
           any_stage(p, [&](const StageModel &s) { return &s.constraints_ == &constraints; });
  });
}

void check_not_being_solved(const CostAbstract &cost) {
  check_none([&](const TrajOptProblem &p) {
    return contains(*p.term_cost_, cost) || any_stage(p, [&](const StageModel &s) { return contains(s.cost(), cost); });
  });
}

void check_not_being_solved(const ExplicitDynamics &dynamics) {
  check_none([&](const TrajOptProblem &p) {
    return any_stage(p, [&](const StageModel &s) { return contains(*s.dynamics_, dynamics); });
  });
}

void check_not_being_solved(const StageFunction &function) {
  const auto is_it = [&](const auto &f) { return &*f == &function; };
  const auto has_it = [&](const context::ConstraintStack &c) {
    return std::any_of(c.funcs.begin(), c.funcs.end(), is_it);
  };
  check_none([&](const TrajOptProblem &p) {
    return has_it(p.term_cstrs_) || any_stage(p, [&](const StageModel &s) { return has_it(s.constraints_); });
  });
}

} // namespace aligator::python
