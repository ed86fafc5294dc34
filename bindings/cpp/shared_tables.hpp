/// What another extension (croc) adds its classes to. Each extension has its own copy of what headers define, so the
/// tables of this one cross as a capsule, `_shared_tables`.
#pragma once

#include "checks.hpp"
#include "keep_the_lock.hpp"
#include "polymorphic.hpp"

namespace aligator::python {

template <class Base> using CloneTable = std::unordered_map<std::type_index, Clone<Base>>;

struct SharedTables {
  CloneTable<StageModel> *stages;
  CloneTable<Manifold> *spaces;
  CloneTable<CostAbstract> *costs;
  std::unordered_map<std::type_index, std::function<void(const StageModel &, const StageData &)>> *stage_data_checks;
  std::unordered_set<std::type_index> *keep_the_lock;
};

constexpr const char *SHARED_TABLES = "_shared_tables";

/// Give the module that capsule.
void share_tables(nb::module_ &m);

} // namespace aligator::python
