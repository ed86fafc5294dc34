/// Unordered maps of the library, as the class CostMap of aligator._cost_map, which reaches what is in a map through
/// `MapEntries`.
#pragma once

#include "common.hpp"

namespace aligator::python {

/// What is in one map. Keys are strings or numbers.
class MapEntries {
public:
  explicit MapEntries(nb::handle owner) : owner_(nb::borrow(owner)) {}
  virtual ~MapEntries() = default;
  virtual size_t size() const = 0;
  virtual nb::list keys() const = 0;
  virtual bool contains(nb::handle key) const = 0;
  virtual nb::object get(nb::handle key) = 0;
  virtual void set(nb::handle key, nb::handle value) = 0;
  virtual void erase(nb::handle key) = 0;

protected:
  nb::object owner_; // of the map
};

void bind_map_entries(nb::module_ &m);

struct CostMap : nb::object {
  NB_OBJECT_DEFAULT(CostMap, nb::object, "aligator._cost_map.CostMap", is_any)
  static bool is_any(nb::handle) { return true; }
};

CostMap cost_map(std::unique_ptr<MapEntries> entries);

} // namespace aligator::python
