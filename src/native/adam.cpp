// Adam on one flat vector, as torch.optim.Adam has it with its default betas (0.9, 0.999) and epsilon 1e-8.
#include "kernels.h"
#include "simd.h"

namespace sobolev::SOBOLEV_ISA {

namespace {

void adam(float *weights, const float *gradient, float *mean, float *square, long count, float rate, float correction1,
          float correction2) {
    const float step = rate / correction1;
    const float root = __builtin_sqrtf(correction2);
    for (long i = 0; i < count; i++) {
        const float g = gradient[i];
        const float m = mean[i] + (g - mean[i]) * 0.1f;
        const float v = square[i] * 0.999f + g * g * 0.001f;
        mean[i] = m;
        square[i] = v;
        weights[i] -= step * m / (__builtin_sqrtf(v) / root + 1e-8f);
    }
}

float largest(const float *values, long count) {
    IntVec most{}; // magnitudes are ordered as their bits
    for (long i = 0; i < count; i += LANES) {
        const IntVec magnitude = (IntVec)load(values + i) & 0x7fffffff;
        most = magnitude > most ? magnitude : most;
    }
    int result = 0;
    for (int j = 0; j < LANES; j++) result = most[j] > result ? most[j] : result;
    float magnitude;
    __builtin_memcpy(&magnitude, &result, sizeof magnitude);
    return magnitude;
}

} // namespace

void fill_adam(Kernels &table) {
    table.adam = adam;
    table.largest = largest;
}

} // namespace sobolev::SOBOLEV_ISA
