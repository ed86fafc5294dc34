// Vectors of SOBOLEV_LANES floats and the functions of them, in GCC's and Clang's vector extensions: the same source
// for every instruction set. Included only by the files that are compiled once per instruction set.
#pragma once

#include <cstdint>

#include "conventions.h"

#define SOBOLEV_INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define SOBOLEV_UNROLL _Pragma("clang loop unroll(full)")
#else
#define SOBOLEV_UNROLL _Pragma("GCC unroll 128")
#endif

namespace sobolev::SOBOLEV_ISA {

constexpr int LANES = SOBOLEV_LANES;
constexpr int VECTORS = BLOCK / LANES; // vectors in a block of channels

typedef float Vec __attribute__((vector_size(4 * LANES)));
typedef float UnalignedVec __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t IntVec __attribute__((vector_size(4 * LANES)));

SOBOLEV_INLINE Vec load(const float *p) { return *reinterpret_cast<const UnalignedVec *>(p); }
SOBOLEV_INLINE void store(float *p, Vec v) { *reinterpret_cast<UnalignedVec *>(p) = v; }
SOBOLEV_INLINE Vec splat(float value) { return Vec{} + value; }
SOBOLEV_INLINE Vec load_or_zero(const float *p) { return p ? load(p) : Vec{}; }
SOBOLEV_INLINE void accumulate(float *p, Vec v) { store(p, load(p) + v); }

// e^x to 2 units in the last place for -80 <= x <= 80, after Cephes' expf.
SOBOLEV_INLINE Vec exponential(Vec x) {
    x = x < splat(-80.f) ? splat(-80.f) : x;
    const Vec magic = splat(12582912.f); // 1.5 * 2^23: adding it rounds to an integer
    const Vec shifted = x * 1.44269504088896341f + magic;
    const Vec whole = shifted - magic;
    const IntVec n = (IntVec)shifted - (IntVec)magic;
    const Vec r = (x - whole * 0.693359375f) + whole * 2.12194440e-4f;
    Vec p = splat(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.f;
    return (Vec)((IntVec)p + (n << 23));
}

// mish(y) = y tanh(log(1 + e^y)) = y n / (n + 2), n = e^y (e^y + 2).
SOBOLEV_INLINE Vec mish(Vec y) {
    const Vec e = exponential(y > splat(20.f) ? splat(20.f) : y);
    const Vec n = e * (e + 2.f);
    return y * (n / (n + 2.f));
}

struct Mish {
    Vec value, first, second; // mish(y) and its derivatives
};

// With t = tanh(softplus(y)) and s = sigmoid(y): mish' = t + y s (1 - t^2), and
// mish'' = s (1 - t^2) (2 + y (1 - s - 2 t s)).
SOBOLEV_INLINE Mish mish_derivatives(Vec y) {
    const Vec e = exponential(y > splat(20.f) ? splat(20.f) : y);
    const Vec n = e * (e + 2.f);
    const Vec r = 1.f / ((n + 2.f) * (e + 1.f)); // one division for both quotients
    const Vec inverse = r * (e + 1.f);           // 1 / (n + 2)
    const Vec t = n * inverse;
    const Vec s = e * (r * (n + 2.f));
    const Vec q = s * (2.f * inverse * (1.f + t)); // s (1 - t^2), 1 - t = 2 / (n + 2)
    return {y * t, t + y * q, q * (2.f + y * ((1.f - s) - 2.f * t * s))};
}

// The sum over each aligned run of 2^k lanes, in every lane of the run.
SOBOLEV_INLINE Vec swap_lanes(Vec v, int distance) {
    Vec swapped;
    SOBOLEV_UNROLL
    for (int i = 0; i < LANES; i++) swapped[i] = v[i ^ distance];
    return swapped;
}
SOBOLEV_INLINE Vec run_sum(Vec v, int run) {
    IntVec lane;
    SOBOLEV_UNROLL
    for (int i = 0; i < LANES; i++) lane[i] = i;
#if defined(__clang__)
    SOBOLEV_UNROLL
    for (int d = 1; d < LANES; d *= 2)
        if (d < run) v += swap_lanes(v, d);
#else
    SOBOLEV_UNROLL
    for (int d = 1; d < LANES; d *= 2)
        if (d < run) v += __builtin_shuffle(v, lane ^ d);
#endif
    return v;
}

} // namespace sobolev::SOBOLEV_ISA
