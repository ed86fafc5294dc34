#include "policy_arguments.h"

#include <cmath>
#include <stdexcept>

namespace sobolev {

namespace {

constexpr long WIDEST = 1 << 16;      // far above what is of use; sizes stay far below an int's range
constexpr long MOST_LAYERS = 1 << 10; // of a perceptron
constexpr long MOST_STEPS = 10'000;   // of the diffusion

UnetShape unet_shape(const Call &call, int diffusion_steps) {
    UnetShape shape{};
    shape.action_dim = static_cast<int>(whole("action_dim", call["action_dim"], 1, WIDEST));
    shape.observation_dim = static_cast<int>(whole("observation_dim", call["observation_dim"], 1, WIDEST));
    shape.step_embedding_dim = static_cast<int>(whole("step_embedding_dim", call["step_embedding_dim"], 4, WIDEST));
    if (shape.step_embedding_dim % 2)
        throw std::invalid_argument("step_embedding_dim: expected an even number, got " +
                                    std::to_string(shape.step_embedding_dim));
    shape.diffusion_steps = diffusion_steps;
    shape.horizon = static_cast<int>(whole("horizon", call["horizon"], 1, 1 << (LENGTHS - 1)));
    if (shape.horizon & (shape.horizon - 1))
        throw std::invalid_argument("horizon: the native kernels know powers of two up to 32, got " +
                                    std::to_string(shape.horizon));
    shape.kernel_size = static_cast<int>(whole("kernel_size", call["kernel_size"], 3, 7));
    if (shape.kernel_size % 2 == 0)
        throw std::invalid_argument("kernel_size: the native kernels know 3, 5 and 7, got " +
                                    std::to_string(shape.kernel_size));
    shape.groups = static_cast<int>(whole("groups", call["groups"], 1, MAX_CHANNELS));
    shape.hidden_dims = wholes("hidden_dims", call["hidden_dims"], LENGTHS, 1, MAX_CHANNELS);
    if (shape.hidden_dims.empty() || shape.horizon >> (shape.hidden_dims.size() - 1) < 1)
        throw std::invalid_argument("hidden_dims: expected one level at least and no more than a horizon of " +
                                    std::to_string(shape.horizon) + " can be halved for, got " +
                                    std::to_string(shape.hidden_dims.size()));
    for (int dim : shape.hidden_dims)
        if (dim % shape.groups)
            throw std::invalid_argument("hidden_dims: expected multiples of groups = " + std::to_string(shape.groups) +
                                        ", got " + std::to_string(dim));
    return shape;
}

std::vector<double> as_long_as(const std::vector<double> &alpha_bar, const char *name, nb::handle value) {
    std::vector<double> coefficients = numbers(name, value, MOST_STEPS);
    if (coefficients.size() != alpha_bar.size())
        throw std::invalid_argument(std::string(name) + ": expected " + std::to_string(alpha_bar.size()) +
                                    " entries as alpha_bar has, got " + std::to_string(coefficients.size()));
    return coefficients;
}

std::vector<double> checked_alpha_bar(nb::handle value) {
    std::vector<double> alpha_bar = numbers("alpha_bar", value, MOST_STEPS);
    if (alpha_bar.empty()) throw std::invalid_argument("alpha_bar: expected one entry at least, got 0");
    for (std::size_t i = 0; i < alpha_bar.size(); i++) // its root divides
        if (static_cast<float>(alpha_bar[i]) <= 0 || alpha_bar[i] > 1)
            throw std::invalid_argument("alpha_bar[" + std::to_string(i) +
                                        "]: expected a number above 0 and up to 1, got " +
                                        shown(nb::float_(alpha_bar[i])));
    return alpha_bar;
}

Schedule schedule(const Call &call, const std::vector<double> &alpha_bar) {
    const std::vector<double> clean = as_long_as(alpha_bar, "clean", call["clean"]),
                              noisy = as_long_as(alpha_bar, "noisy", call["noisy"]),
                              deviation = as_long_as(alpha_bar, "deviation", call["deviation"]);
    Schedule schedule;
    for (std::size_t i = 0; i < alpha_bar.size(); i++) {
        if (deviation[i] < 0)
            throw std::invalid_argument("deviation[" + std::to_string(i) +
                                        "]: expected a number that is not negative, got " +
                                        shown(nb::float_(deviation[i])));
        schedule.signal.push_back(static_cast<float>(std::sqrt(alpha_bar[i])));
        schedule.noise.push_back(static_cast<float>(std::sqrt(1 - alpha_bar[i])));
        schedule.clean.push_back(static_cast<float>(clean[i]));
        schedule.noisy.push_back(static_cast<float>(noisy[i]));
        schedule.deviation.push_back(static_cast<float>(deviation[i]));
    }
    schedule.predicts_noise = flag("predicts_noise", call["predicts_noise"]);
    return schedule;
}

const Kernels &kernels(const Call &call) {
    const std::string name = text("instruction_set", call["instruction_set"]);
    for (const char c : name) // a message of one line
        if (c < '!' || c > '~')
            throw std::invalid_argument("instruction_set: expected one of instruction_sets(), got " +
                                        shown(call["instruction_set"]));
    return kernels_for(name);
}

} // namespace

UnetArguments unet_arguments(const Call &call) {
    const std::vector<double> alpha_bar = checked_alpha_bar(call["alpha_bar"]);
    UnetShape shape = unet_shape(call, static_cast<int>(alpha_bar.size()));
    const int history = static_cast<int>(whole("history", call["history"], 0, shape.horizon - 1));
    return {std::move(shape), schedule(call, alpha_bar), history, kernels(call)};
}

MlpArguments mlp_arguments(const Call &call) {
    MlpShape shape{};
    shape.action_dim = static_cast<int>(whole("action_dim", call["action_dim"], 1, WIDEST));
    shape.observation_dim = static_cast<int>(whole("observation_dim", call["observation_dim"], 1, WIDEST));
    shape.hidden_dims = wholes("hidden_dims", call["hidden_dims"], MOST_LAYERS, 1, WIDEST);
    return {std::move(shape), kernels(call)};
}

} // namespace sobolev
