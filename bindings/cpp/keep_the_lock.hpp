#pragma once

#include <typeindex>
#include <unordered_set>

namespace aligator::python {

/// Classes of stages that call Python without taking the interpreter lock.
std::unordered_set<std::type_index> &keep_the_lock();

} // namespace aligator::python
