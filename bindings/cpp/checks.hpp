/// Checks of arguments that the library itself does not make (it is compiled without its assertions): a wrong size
/// would read or write past the end of an array, a data object of another model would be cast to the wrong type.
#pragma once

#include "arrays.hpp"

#include <fmt/format.h>
#include <functional>
#include <typeindex>
#include <unordered_map>

namespace aligator::python {

template <class... Args> [[noreturn]] void raise_value_error(fmt::format_string<Args...> format, Args &&...args) {
  throw nb::value_error(fmt::format(format, std::forward<Args>(args)...).c_str());
}

[[noreturn]] void raise_not_implemented(const char *what);

/// What a message calls something, put together only if there is one: most checks pass. What it is made from must outlive
/// it, as does an argument of the call that it is passed to.
class Name {
public:
  Name(const char *text) : text_(text) {}
  Name(const std::string &text) : text_(text.c_str()) {}
  Name(const char *text, size_t index) : text_(text), index_(long(index)) {}
  Name(const Name &of, const char *text) : of_(&of), text_(text) {}
  Name(const Name &of, const char *text, size_t index) : of_(&of), text_(text), index_(long(index)) {}
  std::string str() const;

private:
  const Name *of_ = nullptr;
  const char *text_;
  long index_ = -1;
};

/// Raise ValueError unless `given` equals `expected`.
void check_equal(long given, long expected, const Name &what);

/// Raise unless a size is one.
void check_dimension(long size, const char *name);

/// Raise unless it is a time step.
Scalar timestep_arg(Scalar timestep);

/// State, tangent vector and control of the sizes that a model declares.
VectorXs state_arg(const VectorArg &x, const Manifold &space, const char *name = "x");
VectorXs tangent_arg(const VectorArg &v, const Manifold &space, const char *name = "v");

/// Raise unless the data object fits the model, down to the data of its components.
void check_data(const StageFunction &model, const StageFunctionData &data);
void check_data(const CostAbstract &model, const CostData &data);
void check_data(const ContinuousDynamics &model, const ContinuousDynamicsData &data);
void check_data(const ExplicitDynamics &model, const ExplicitDynamicsData &data);
void check_data(const StageModel &model, const StageData &data);
void check_data(const TrajOptProblem &problem, const TrajOptData &data);

/// What check_data() also does where a model of class `T` has models in it, whose data are in its own.
template <class Model, class Data> auto &inner_checks() {
  static std::unordered_map<std::type_index, std::function<void(const Model &, const Data &)>> table;
  return table;
}
template <class Model, class Data, class T, class Check> void register_inner_check(Check check) {
  inner_checks<Model, Data>().emplace(
      typeid(T), [check](const Model &model, const Data &data) { check(static_cast<const T &>(model), data); });
}

/// Raise unless a function can take the place of another.
void check_same_sizes(const StageFunction &function, const StageFunction &old, const Name &name);

/// Raise unless sizes agree everywhere in the problem, which must have stages unless `may_be_empty`.
void check_stage(const StageModel &stage, const Name &name);
void check_problem(const TrajOptProblem &problem, bool may_be_empty = false);

/// Raise unless `function` can be evaluated at states of this space and controls of this dimension.
void check_function_input(const StageFunction &function, const Manifold &space, int nu, const Name &name);

/// Raise unless `function` can be a constraint at the end of a problem with this terminal cost.
void check_terminal_function(const StageFunction &function, const CostAbstract &term_cost, const Name &name);

/// Raise unless every lower bound is at most the upper one; either may be infinite.
void check_bounds(const VectorXs &lower, const VectorXs &upper, const Name &name);

/// Raise unless a set is one of vectors of this size, and not empty.
void check_set(const ConstraintSet &set, int nr, const Name &name);

/// Raise unless xs and us are trajectories of the problem's sizes.
void check_trajectory(const TrajOptProblem &problem, const Vectors &xs, const Vectors &us, const char *xs_name,
                      const char *us_name);

/// Smallest size of x that the function reads.
int smallest_state_size(const StageFunction &function);

} // namespace aligator::python
