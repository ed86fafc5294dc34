#include "minibatch.h"

#include <climits>
#include <stdexcept>

namespace sobolev {

namespace {

Estimator estimator(nb::handle value) {
    const std::string name = text("estimator", value);
    if (name == "none") return Estimator::none;
    if (name == "output") return Estimator::output;
    if (name == "state") return Estimator::state;
    throw std::invalid_argument("estimator: expected none, output or state, got " + shown(value));
}

void check_none(const char *name, nb::handle value, const char *when) {
    if (!value.is_none())
        throw std::invalid_argument(std::string(name) + ": expected None " + when + ", got " + shown(value));
}

// An extent that the array decides, 1 at least.
long extent(const char *name, const Input &array, std::size_t dim, const char *what) {
    const std::size_t size = array.shape(dim);
    if (size < 1 || size > INT_MAX)
        throw std::invalid_argument(std::string(name) + ": expected 1 .. " + std::to_string(INT_MAX) + " " + what +
                                    ", got " + std::to_string(size));
    return static_cast<long>(size);
}

} // namespace

PythonMinibatch::PythonMinibatch(const PolicyDims &dims, const Call &call) {
    batch_.estimator = estimator(call["estimator"]);
    batch_.lambda = positive_or_zero("weight", call["weight"]);
    const Input observation = checked("observation", call["observation"], {ANY, dims.observation_dim});
    batch_.size = extent("observation", observation, 0, "samples");
    batch_.observation = keep(observation);
    batch_.chunk = keep(checked("chunk", call["chunk"], {batch_.size, dims.horizon, dims.action_dim}));
    read_diffusion(dims, call);
    read_first_order(dims, call);
}

const float *PythonMinibatch::keep(Input array) {
    arrays_.push_back(std::move(array));
    return values(arrays_.back());
}

void PythonMinibatch::read_diffusion(const PolicyDims &dims, const Call &call) {
    if (!dims.diffusion_steps) {
        check_none("steps", call["steps"], "for a perceptron");
        check_none("noise", call["noise"], "for a perceptron");
        return;
    }
    const Input array = whole_numbers("steps", call["steps"]);
    check_shape("steps", shape_of(array), {batch_.size});
    const auto *given = static_cast<const std::int64_t *>(array.data());
    steps_.assign(given, given + batch_.size);
    for (const long step : steps_)
        if (step < 0 || step >= dims.diffusion_steps)
            throw std::invalid_argument("steps: expected 0 .. N_diff - 1 = " +
                                        std::to_string(dims.diffusion_steps - 1) + ", got " + std::to_string(step));
    batch_.step = steps_.data();
    batch_.noise = keep(checked("noise", call["noise"], {batch_.size, dims.horizon, dims.action_dim}));
}

void PythonMinibatch::read_first_order(const PolicyDims &dims, const Call &call) {
    if (batch_.estimator == Estimator::none) {
        check_none("projections", call["projections"], "with the estimator none");
        return;
    }
    const long size = batch_.size;
    const Input jacobian =
        checked("observation_jacobian", call["observation_jacobian"], {size, dims.observation_dim, ANY});
    const long ndx = extent("observation_jacobian", jacobian, 2, "directions");
    batch_.tangent_dim = static_cast<int>(ndx);
    batch_.observation_jacobian = keep(jacobian);
    batch_.chunk_jacobian =
        keep(checked("chunk_jacobian", call["chunk_jacobian"], {size, dims.horizon, dims.action_dim, ndx}));
    const Input weights = checked("sobolev_weight", call["sobolev_weight"], {size});
    for (long i = 0; i < size; i++)
        if (values(weights)[i] < 0)
            throw std::invalid_argument("sobolev_weight: expected numbers that are not negative, got " +
                                        std::to_string(values(weights)[i]));
    batch_.sobolev_weight = keep(weights);
    const bool output = batch_.estimator == Estimator::output;
    const std::vector<long> along_output{ANY, size, dims.horizon, dims.action_dim}, along_state{ANY, size, ndx};
    const Input projections = checked("projections", call["projections"], output ? along_output : along_state);
    batch_.projection_count = static_cast<int>(extent("projections", projections, 0, "projections"));
    batch_.projections = keep(projections);
}

} // namespace sobolev
