#include "training.h"

#include <cmath>

namespace sobolev {

void Trainable::adam(float rate) {
    steps_++;
    const double t = static_cast<double>(steps_);
    kernels_.adam(weights.data(), gradient.data(), mean_.data(), square_.data(), weights.size(), rate,
                  static_cast<float>(1 - std::pow(0.9, t)), static_cast<float>(1 - std::pow(0.999, t)));
    prepare();
}

} // namespace sobolev
