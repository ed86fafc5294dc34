#include "being_solved.hpp"
#include "checks.hpp"
#include "copying.hpp"
#include "module.hpp"
#include "polymorphic.hpp"

#include <aligator/modelling/costs/sum-of-costs.hpp>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

namespace aligator::python {

namespace {

using Stack = CostStackTpl<Scalar>;
using Key = Stack::CostKey;
using PolyCost = xyz::polymorphic<CostAbstract>;
using PolyManifold = xyz::polymorphic<Manifold>;

/// The component of this name. The library itself inserts an empty one, or reads past the end, where there is none.
Stack::CostItem &item(Stack &stack, const Key &key) {
  const auto found = stack.components_.find(key);
  if (found == stack.components_.end())
    throw nb::key_error(std::visit([](const auto &k) { return fmt::format("{}", k); }, key).c_str());
  return found->second;
}

void add(Stack &stack, const Key &key, const PolyCost &cost, Scalar weight) {
  check_not_being_solved(stack);
  check_equal(cost->nx(), stack.nx(), "cost.nx");
  check_equal(cost->ndx(), stack.ndx(), "cost.ndx");
  check_equal(cost->nu, stack.nu, "cost.nu");
  stack.addCost(key, cost, weight);
}

/// An item as the tuple (cost, weight) that the official module shows.
nb::object to_tuple(Stack::CostItem &item, nb::handle owner) {
  return nb::make_tuple(nb::cast(item.first, nb::rv_policy::reference_internal, owner), item.second);
}

} // namespace

void bind_cost_stack(nb::module_ &m) {
  nb::class_<Stack, CostAbstract> cls(m, "CostStack", "Weighted sum of costs, each under a name or a number.");
  cls.def("__init__",
          [](Stack *self, const PolyManifold &space, int nu, const std::vector<PolyCost> &components,
             const std::vector<Scalar> &weights) { new (self) Stack(space, nu, components, weights); },
          "space"_a, "nu"_a, "components"_a = nb::list(), "weights"_a = nb::list(),
          "With components numbered from 0, and one weight each.")
      .def("__init__",
           [](Stack *self, const PolyManifold &space, int nu, nb::dict components) {
             new (self) Stack(space, nu);
             for (auto [key, value] : components) {
               nb::tuple pair = nb::cast<nb::tuple>(value);
               if (nb::len(pair) != 2)
                 raise_value_error("components: expected pairs (cost, weight) as values");
               add(*self, nb::cast<Key>(key), nb::cast<PolyCost>(pair[0]), nb::cast<Scalar>(pair[1]));
             }
           },
           "space"_a, "nu"_a, "components"_a, "With a dictionary from names to pairs (cost, weight).")
      .def("__init__", [](Stack *self, const PolyCost &cost) { new (self) Stack(cost); }, "cost"_a,
           "With this component only, of weight 1.")
      .def_prop_ro(
          "components",
          [](nb::pointer_and_handle<Stack> self) {
            nb::dict out;
            for (auto &[key, value] : self.p->components_)
              out[nb::cast(key)] = to_tuple(value, self.h);
            return out;
          },
          "Dictionary from names to pairs (cost, weight). It is new at every call; its costs are the stack's own.")
      .def(
          "getComponent",
          [](nb::pointer_and_handle<Stack> self, const Key &key) {
            return nb::cast(item(*self.p, key).first, nb::rv_policy::reference_internal, self.h);
          },
          "key"_a, "The cost of this name. KeyError if there is none.")
      .def(
          "getWeight", [](Stack &self, const Key &key) { return item(self, key).second; }, "key"_a,
          "The weight of this cost. KeyError if there is none.")
      .def(
          "setWeight",
          [](Stack &self, const Key &key, Scalar weight) { item(self, key).second = weight; }, "key"_a, "weight"_a,
          "Set the weight of this cost. KeyError if there is none.")
      .def(
          "addCost",
          [](nb::pointer_and_handle<Stack> self, const PolyCost &cost, Scalar weight) {
            const Key key = self.p->size();
            add(*self.p, key, cost, weight);
            return to_tuple(item(*self.p, key), self.h);
          },
          "cost"_a, "weight"_a = 1., "Add a cost under the next number; return (cost, weight).")
      .def(
          "addCost",
          [](nb::pointer_and_handle<Stack> self, const Key &key, const PolyCost &cost, Scalar weight) {
            add(*self.p, key, cost, weight);
            return to_tuple(item(*self.p, key), self.h);
          },
          "key"_a, "cost"_a, "weight"_a = 1., "Add a cost under a name, unless the name is taken; return (cost, weight).")
      .def("size", &Stack::size, "Number of components.")
      .def("__len__", &Stack::size)
      .def("__getitem__",
           [](nb::pointer_and_handle<Stack> self, const Key &key) { return to_tuple(item(*self.p, key), self.h); },
           "key"_a);
  def_copy<Stack>(cls);
  register_model<Stack, CostAbstract>();

  using Data = CostStackDataTpl<Scalar>;
  nb::class_<Data, CostData>(m, "CostStackData", "Data of CostStack.")
      .def_prop_ro(
          "sub_cost_data",
          [](const Data &d) {
            nb::dict out;
            for (const auto &[key, value] : d.sub_cost_data)
              out[nb::cast(key)] = nb::cast(value);
            return out;
          },
          "Data of the components, by name.");
}

} // namespace aligator::python
