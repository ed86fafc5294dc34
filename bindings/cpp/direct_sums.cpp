#include "checks.hpp"
#include "copying.hpp"
#include "module.hpp"
#include "polymorphic.hpp"

#include <aligator/modelling/costs/cost-direct-sum.hpp>
#include <aligator/modelling/costs/sum-of-costs.hpp>
#include <aligator/modelling/explicit-dynamics-direct-sum.hpp>
#include <aligator/modelling/spaces/cartesian-product.hpp>

namespace aligator::python {

namespace {

using Stack = CostStackTpl<Scalar>;
using PolyCost = xyz::polymorphic<CostAbstract>;
using PolyDynamics = xyz::polymorphic<ExplicitDynamics>;

/// A cost as a stack of its own, so that sums of sums are flat.
Stack as_stack(const PolyCost &cost) {
  if (const auto *stack = dynamic_cast<const Stack *>(&*cost))
    return *stack;
  return Stack(cost);
}

Stack sum(const PolyCost &a, const PolyCost &b) {
  check_equal(b->nx(), a->nx(), "sum of costs: nx of the second");
  check_equal(b->ndx(), a->ndx(), "sum of costs: ndx of the second");
  check_equal(b->nu, a->nu, "sum of costs: nu of the second");
  Stack out(a->space, a->nu);
  size_t next = 0;
  for (const Stack &part : {as_stack(a), as_stack(b)}) {
    for (const auto &[key, item] : part.components_) {
      const bool named = std::holds_alternative<std::string>(key) && !out.components_.count(key);
      out.addCost(named ? key : Stack::CostKey(next++), item.first, item.second);
    }
  }
  return out;
}

Stack scaled(const PolyCost &cost, Scalar factor) {
  Stack out = as_stack(cost);
  for (auto &[key, item] : out.components_)
    item.second *= factor;
  return out;
}

template <class Function> void add_operator(nb::handle cls, const char *name, Function function) {
  nb::setattr(cls, name, nb::cpp_function(function, nb::name(name), nb::scope(cls), nb::is_method(), nb::is_operator()));
}

} // namespace

void bind_direct_sums(nb::module_ &m, nb::module_ &dynamics) {
  using Cost = DirectSumCostTpl<Scalar>;
  nb::class_<Cost, CostAbstract> cost(m, "DirectSumCost", "l(x, u) = cost1(x1, u1) + cost2(x2, u2), on the product space.");
  cost.def(nb::init<PolyCost, PolyCost>(), "cost1"_a, "cost2"_a)
      .def_ro("cost1", &Cost::c1_, "The first cost.")
      .def_ro("cost2", &Cost::c2_, "The second cost.");
  register_model<Cost, CostAbstract>();
  nb::class_<Cost::Data, CostData>(m, "DirectSumCostData", "Data of DirectSumCost.")
      .def_ro("data1", &Cost::Data::data1_, "Data of the first cost.")
      .def_ro("data2", &Cost::Data::data2_, "Data of the second cost.");

  using Dynamics = DirectSumExplicitDynamicsTpl<Scalar>;
  nb::class_<Dynamics, ExplicitDynamics>(m, "DirectSumExplicitDynamics",
                                         "(f(x1, u1), g(x2, u2)): two systems side by side, on the product space.")
      .def(nb::init<PolyDynamics, PolyDynamics>(), "f"_a, "g"_a)
      .def_ro("f", &Dynamics::f_, "The first system.")
      .def_ro("g", &Dynamics::g_, "The second system.");
  register_model<Dynamics, ExplicitDynamics>();
  nb::class_<Dynamics::Data, ExplicitDynamicsData>(m, "DirectSumExplicitDynamicsData", "Data of DirectSumExplicitDynamics.")
      .def_rw("data1", &Dynamics::Data::data1_, "Data of the first system.")
      .def_rw("data2", &Dynamics::Data::data2_, "Data of the second system.");

  m.def("directSum", [](const PolyCost &cost1, const PolyCost &cost2) { return Cost(cost1, cost2); }, "cost1"_a,
        "cost2"_a, "Direct sum of two costs.");
  m.def("directSum", [](const PolyDynamics &f, const PolyDynamics &g) { return Dynamics(f, g); }, "f"_a, "g"_a,
        "Direct sum of two systems.");

  for (const char *name : {"DirectSumExplicitDynamics", "DirectSumExplicitDynamicsData", "directSum"})
    dynamics.attr(name) = m.attr(name); // where the official module has them

  const nb::object base = m.attr("CostAbstract");
  add_operator(base, "__add__", [](const PolyCost &a, const PolyCost &b) { return sum(a, b); });
  add_operator(base, "__mul__", [](const PolyCost &a, Scalar factor) { return scaled(a, factor); });
  add_operator(base, "__rmul__", [](const PolyCost &a, Scalar factor) { return scaled(a, factor); });
}

} // namespace aligator::python
