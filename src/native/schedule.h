// Coefficients of equations (3) to (5) for the diffusion steps i = 0 .. N_diff - 1 (policies/schedule.py).
#pragma once

#include <vector>

namespace sobolev {

struct Schedule {
    std::vector<float> signal;    // sqrt(abar_i): weight of tau_0 in (3)
    std::vector<float> noise;     // sqrt(1 - abar_i): weight of eps in (3)
    std::vector<float> clean;     // weight of tau_0 in (5)
    std::vector<float> noisy;     // weight of tau_i in (5)
    std::vector<float> deviation; // standard deviation of (4)
    bool predicts_noise;          // the network's output is eps, not tau_0
};

} // namespace sobolev
