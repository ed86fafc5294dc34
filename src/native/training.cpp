#include "training.h"

#include "glibc_2_28.h"

#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace sobolev {

namespace {

std::string text(float value) {
    char characters[32];
    std::snprintf(characters, sizeof characters, "%g", static_cast<double>(value));
    return characters;
}

} // namespace

// Bounds within which all numbers of a step stay finite: Adam moves a weight by at most 0.1 / sqrt(0.001) rates.
void Trainable::check_step(float rate) const {
    constexpr float MOST_GRADIENT = 1e18f; // its square is finite
    constexpr float MOST_RATE = 1e19f;     // 10 of them times a gradient are finite
    constexpr float MOST_WEIGHT = 1e38f;
    const float gradients = kernels_.largest(gradient.data(), gradient.size());
    if (!(gradients <= MOST_GRADIENT))
        throw std::invalid_argument("gradient: expected entries up to 1e18, got " + text(gradients) +
                                    "; no step is taken, the losses are finite");
    const float before = kernels_.largest(weights.data(), weights.size());
    if (!(before <= MOST_WEIGHT))
        throw std::invalid_argument("parameters: expected entries up to 1e38 to take a step from, got " + text(before));
    if (!(rate <= MOST_RATE)) throw std::invalid_argument("rate: expected up to 1e19, got " + text(rate));
}

void Trainable::adam(float rate) {
    check_step(rate);
    steps_++;
    const double t = static_cast<double>(steps_);
    kernels_.adam(weights.data(), gradient.data(), mean_.data(), square_.data(), weights.size(), rate,
                  static_cast<float>(1 - std::pow(0.9, t)), static_cast<float>(1 - std::pow(0.999, t)));
    prepare();
}

} // namespace sobolev
