#include "instruction_sets.h"

#include <stdexcept>

namespace sobolev {

#define SOBOLEV_DECLARE(isa)                                                                                           \
    namespace isa {                                                                                                    \
    void fill_convolution(Kernels &);                                                                                  \
    void fill_normalisation(Kernels &);                                                                                \
    void fill_dense(Kernels &);                                                                                        \
    void fill_adam(Kernels &);                                                                                         \
    }
SOBOLEV_DECLARE(portable)
#ifdef SOBOLEV_WITH_AVX2
SOBOLEV_DECLARE(avx2)
#endif
#ifdef SOBOLEV_WITH_AVX512
SOBOLEV_DECLARE(avx512)
#endif

namespace {

#define SOBOLEV_KERNELS(isa)                                                                                           \
    [] {                                                                                                               \
        static Kernels kernels{};                                                                                      \
        kernels.name = #isa;                                                                                           \
        isa::fill_convolution(kernels);                                                                                \
        isa::fill_normalisation(kernels);                                                                              \
        isa::fill_dense(kernels);                                                                                      \
        isa::fill_adam(kernels);                                                                                       \
        return &kernels;                                                                                               \
    }()

std::vector<const Kernels *> available() {
    std::vector<const Kernels *> sets;
#ifdef SOBOLEV_WITH_AVX512
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma") &&
        __builtin_cpu_supports("bmi2"))
        sets.push_back(SOBOLEV_KERNELS(avx512));
#endif
#ifdef SOBOLEV_WITH_AVX2
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"))
        sets.push_back(SOBOLEV_KERNELS(avx2));
#endif
    sets.push_back(SOBOLEV_KERNELS(portable));
    return sets;
}

} // namespace

const std::vector<const Kernels *> &instruction_sets() {
    static const std::vector<const Kernels *> sets = available();
    return sets;
}

const Kernels &kernels_for(const std::string &name) {
    std::string known;
    for (const Kernels *kernels : instruction_sets()) {
        if (name.empty() || name == kernels->name) return *kernels;
        known += (known.empty() ? "" : ", ") + std::string(kernels->name);
    }
    throw std::invalid_argument("instruction_set: " + name + " is not available here; available: " + known);
}

} // namespace sobolev
