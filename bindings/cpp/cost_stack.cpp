#include "being_solved.hpp"
#include "checks.hpp"
#include "copying.hpp"
#include "cost_map.hpp"
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
    throw nb::key_error(std::visit([](const auto &k) { return fmt::format("Key {} not found.", k); }, key).c_str());
  return found->second;
}

void check_component(const Stack &stack, const CostAbstract &cost) {
  check_not_being_solved(stack);
  check_equal(cost.nx(), stack.nx(), "cost.nx");
  check_equal(cost.ndx(), stack.ndx(), "cost.ndx");
  check_equal(cost.nu, stack.nu, "cost.nu");
}

/// Add a cost, unless the name is taken; return the cost of that name.
nb::typed<nb::object, CostAbstract> add(nb::pointer_and_handle<Stack> self, const Key &key, const PolyCost &cost, Scalar weight) {
  check_component(*self.p, *cost);
  self.p->addCost(key, cost, weight);
  return nb::cast(item(*self.p, key).first, nb::rv_policy::reference_internal, self.h);
}

Key key_from_python(nb::handle key) {
  Key out;
  if (!nb::try_cast(key, out))
    throw nb::type_error(("key: expected a str or an int >= 0, got " +
                          nb::cast<std::string>(key.type().attr("__name__"))).c_str());
  return out;
}

/// A pair (cost, weight) that Python gave.
Stack::CostItem pair_from_python(nb::handle value) {
  Scalar weight;
  if (!PySequence_Check(value.ptr()) || nb::len(value) != 2 || !nb::try_cast(value[1], weight))
    throw nb::type_error("components: expected pairs (cost, weight) as values");
  return {clone(model_from_python<CostAbstract>(value[0], "cost")), weight};
}

/// What the two kinds of maps have in common.
template <class Map> class Entries : public MapEntries {
public:
  Entries(nb::handle owner, Map &map) : MapEntries(owner), map_(map) {}
  size_t size() const override { return map_.size(); }
  bool contains(nb::handle key) const override {
    Key k;
    return nb::try_cast(key, k) && map_.count(k);
  }
  nb::list keys() const override {
    nb::list out;
    for (const auto &entry : map_)
      out.append(nb::cast(entry.first));
    return out;
  }

protected:
  typename Map::mapped_type &at(nb::handle key) {
    const auto found = map_.find(key_from_python(key));
    if (found == map_.end())
      throw nb::key_error(nb::str(key).c_str());
    return found->second;
  }
  Map &map_;
};

class Components : public Entries<Stack::CostMap> {
public:
  Components(nb::handle owner, Stack &stack) : Entries(owner, stack.components_), stack_(stack) {}
  nb::object get(nb::handle key) override {
    Stack::CostItem &item = at(key);
    return nb::make_tuple(nb::cast(item.first, nb::rv_policy::reference_internal, owner_), item.second);
  }
  void set(nb::handle key, nb::handle value) override {
    const Key name = key_from_python(key);
    Stack::CostItem item = pair_from_python(value);
    check_component(stack_, *item.first);
    const auto found = map_.find(name);
    if (found == map_.end()) {
      map_.emplace(name, std::move(item));
    } else {
      retire(std::exchange(found->second.first, std::move(item.first)));
      found->second.second = item.second;
    }
  }
  void erase(nb::handle key) override {
    check_not_being_solved(stack_);
    retire(std::move(at(key).first));
    map_.erase(key_from_python(key));
  }

private:
  Stack &stack_;
};

class ComponentData : public Entries<CostStackDataTpl<Scalar>::DataMap> {
public:
  using Entries::Entries;
  nb::object get(nb::handle key) override { return nb::cast(at(key)); }
  /// Whether the data fit is checked where they are used.
  void set(nb::handle key, nb::handle value) override {
    std::shared_ptr<CostData> data;
    if (value.is_none() || !nb::try_cast(value, data))
      throw nb::type_error("sub_cost_data: expected CostData");
    at(key) = std::move(data);
  }
  void erase(nb::handle) override { throw nb::type_error("the data of a component cannot be removed, only exchanged"); }
};

} // namespace

void bind_cost_stack(nb::module_ &m) {
  bind_map_entries(m);
  nb::class_<Stack, CostAbstract> cls(m, "CostStack", "Weighted sum of costs, each under a name or a number.");
  cls.def("__init__",
          [](Stack *self, const PolyManifold &space, int nu, const std::vector<PolyCost> &components,
             const std::vector<Scalar> &weights) { new (self) Stack(space, nu, components, weights); },
          "space"_a, "nu"_a, "components"_a = nb::list(), "weights"_a = nb::list(),
          "With components numbered from 0, and one weight each.")
      .def("__init__",
           [](Stack *self, const PolyManifold &space, int nu, nb::typed<nb::object, nb::dict> given) {
             nb::dict components;
             components.update(nb::hasattr(given, "todict") ? nb::object(given.attr("todict")()) : given);
             new (self) Stack(space, nu);
             for (auto [key, value] : components) {
               const Stack::CostItem item = pair_from_python(value);
               check_component(*self, *item.first);
               self->addCost(key_from_python(key), item.first, item.second);
             }
           },
           "space"_a, "nu"_a, "components"_a, "With a dictionary from names to pairs (cost, weight).")
      .def("__init__", [](Stack *self, const PolyCost &cost) { new (self) Stack(cost); }, "cost"_a,
           "With this component only, of weight 1.")
      .def_prop_ro(
          "components",
          [](nb::pointer_and_handle<Stack> self) {
            return cost_map(std::make_unique<Components>(self.h, *self.p));
          },
          "Map from names to pairs (cost, weight), which is the stack's own.")
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
          [](nb::pointer_and_handle<Stack> self, const Key &key, Scalar value) -> nb::typed<nb::object, Stack> {
            item(*self.p, key).second = value;
            return nb::borrow(self.h);
          },
          "key"_a, "value"_a, "Set the weight of this cost; return the stack. KeyError if there is none.")
      .def(
          "addCost",
          [](nb::pointer_and_handle<Stack> self, const PolyCost &cost, Scalar weight) {
            return add(self, Key(self.p->size()), cost, weight);
          },
          "cost"_a, "weight"_a = 1., "Add a cost under the next number; return the stack's own copy of it.")
      .def(
          "addCost",
          [](nb::pointer_and_handle<Stack> self, const Key &key, const PolyCost &cost, Scalar weight) {
            return add(self, key, cost, weight);
          },
          "key"_a, "cost"_a, "weight"_a = 1.,
          "Add a cost under a name, unless the name is taken; return the stack's own cost of that name.")
      .def_prop_ro("size", &Stack::size, "Number of components.")
      .def("__len__", &Stack::size)
      .def("__getitem__",
           [](nb::pointer_and_handle<Stack> self, const Key &key) {
             auto &[cost, weight] = item(*self.p, key);
             return nb::make_tuple(nb::cast(cost, nb::rv_policy::reference_internal, self.h), weight);
           },
           "key"_a, "The pair (cost, weight) of this name. KeyError if there is none.");
  def_copy<Stack>(cls);
  register_model<Stack, CostAbstract>();

  using Data = CostStackDataTpl<Scalar>;
  nb::class_<Data, CostData>(m, "CostStackData", "Data of CostStack.")
      .def_prop_ro(
          "sub_cost_data",
          [](nb::pointer_and_handle<Data> d) {
            return cost_map(std::make_unique<ComponentData>(d.h, d.p->sub_cost_data));
          },
          "Data of the components, by name.");
}

} // namespace aligator::python
