// Shapes in error messages.
#pragma once

#include <string>
#include <vector>

namespace sobolev {

constexpr long ANY = -1; // an extent that is not prescribed

inline std::string shape_text(const std::vector<long> &shape) {
    std::string text = "(";
    for (std::size_t i = 0; i < shape.size(); i++)
        text += (i ? ", " : "") + (shape[i] == ANY ? "any" : std::to_string(shape[i]));
    return text + ")";
}

} // namespace sobolev
