// Whether floats are finite: by their bits, so that the compiler takes several at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sobolev {

inline bool finite(const float *values, std::size_t count) {
    std::uint32_t carry = 0; // the exponent of NaN and of infinities, and of nothing else, carries into the sign
    for (std::size_t i = 0; i < count; i++) {
        std::uint32_t bits;
        std::memcpy(&bits, values + i, sizeof bits);
        carry |= (bits & 0x7f800000u) + 0x00800000u;
    }
    return !(carry >> 31);
}

} // namespace sobolev
