#include "shared_tables.hpp"

namespace aligator::python {

std::unordered_set<std::type_index> &keep_the_lock() {
  static std::unordered_set<std::type_index> classes;
  return classes;
}

void share_tables(nb::module_ &m) {
  static SharedTables tables{&clone_table<StageModel>(), &clone_table<Manifold>(), &clone_table<CostAbstract>(),
                             &inner_checks<StageModel, StageData>(), &keep_the_lock()};
  m.attr(SHARED_TABLES) = nb::capsule(&tables, SHARED_TABLES);
}

} // namespace aligator::python
