// The Python module sobolev_diffusion._native. Arguments are checked before any work; the GIL is released in the work.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <cmath>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "arguments.h"
#include "instruction_sets.h"
#include "minibatch.h"
#include "mlp.h"
#include "parameters.h"
#include "policy_arguments.h"
#include "sampler.h"
#include "unet_trainer.h"

using namespace sobolev;
using namespace nb::literals;

namespace {

using Result = nb::ndarray<nb::numpy, float>;

static_assert(sizeof(long) == sizeof(std::int64_t), "diffusion steps are 64-bit integers");

#define UNET_ARGUMENTS                                                                                                 \
    "parameters", "action_dim", "observation_dim", "horizon", "hidden_dims", "step_embedding_dim", "kernel_size",      \
        "groups", "alpha_bar", "clean", "noisy", "deviation", "predicts_noise", "history", "instruction_set"
#define MLP_ARGUMENTS "parameters", "action_dim", "observation_dim", "hidden_dims", "instruction_set"

Result new_result(std::vector<std::size_t> shape) {
    std::size_t size = 1;
    for (std::size_t n : shape) size *= n;
    float *data = new float[size ? size : 1];
    nb::capsule owner(data, [](void *p) noexcept { delete[] static_cast<float *>(p); });
    return Result(data, shape.size(), shape.data(), owner);
}

// One call at a time: the activations belong to the object.
struct PySampler {
    std::unique_ptr<Sampler> sampler;
    std::mutex mutex;
};

struct PyPredictor {
    std::unique_ptr<MlpPredictor> predictor;
    std::mutex mutex;
};

struct PyTrainer {
    std::unique_ptr<Trainer> trainer;
    PolicyDims dims;
    std::mutex mutex;
    bool has_gradient = false;
};

void construct_sampler(PySampler *self, nb::args args, nb::kwargs kwargs) {
    const Call call("Sampler", {UNET_ARGUMENTS}, args, kwargs);
    UnetArguments a = unet_arguments(call);
    const Parameters parameters(call["parameters"]);
    auto sampler =
        std::make_unique<Sampler>(a.kernels, a.shape, std::move(a.schedule), a.history, Layout(parameters.shapes()));
    parameters.check_names(sampler->layout());
    parameters.pack(sampler->layout(), sampler->weights());
    sampler->prepare();
    new (self) PySampler{std::move(sampler), {}};
}

Result sample(PySampler &self, nb::args args, nb::kwargs kwargs) {
    const Call call("sample", {"observation", "history", "noise"}, args, kwargs);
    const UnetShape &s = self.sampler->shape();
    const Input observation = checked("observation", call["observation"], {ANY, s.observation_dim});
    const long batch = static_cast<long>(observation.shape(0));
    const Input known = checked("history", call["history"], {batch, self.sampler->history(), s.action_dim});
    const Input noise = checked("noise", call["noise"], {batch, s.diffusion_steps, s.horizon, s.action_dim});
    Result chunk = new_result(
        {static_cast<std::size_t>(batch), static_cast<std::size_t>(s.horizon), static_cast<std::size_t>(s.action_dim)});
    {
        nb::gil_scoped_release release;
        std::lock_guard<std::mutex> lock(self.mutex);
        self.sampler->sample(values(observation), values(known), values(noise), chunk.data(), batch);
    }
    return chunk;
}

void construct_predictor(PyPredictor *self, nb::args args, nb::kwargs kwargs) {
    const Call call("MlpPredictor", {MLP_ARGUMENTS}, args, kwargs);
    const MlpArguments a = mlp_arguments(call);
    const Parameters parameters(call["parameters"]);
    auto predictor = std::make_unique<MlpPredictor>(a.kernels, a.shape, Layout(parameters.shapes()));
    parameters.check_names(predictor->layout());
    parameters.pack(predictor->layout(), predictor->weights());
    new (self) PyPredictor{std::move(predictor), {}};
}

Result predict(PyPredictor &self, nb::handle value) {
    const MlpShape &s = self.predictor->shape();
    const Input observation = checked("observation", value, {ANY, s.observation_dim});
    const long batch = static_cast<long>(observation.shape(0));
    Result action = new_result({static_cast<std::size_t>(batch), static_cast<std::size_t>(s.action_dim)});
    {
        nb::gil_scoped_release release;
        std::lock_guard<std::mutex> lock(self.mutex);
        self.predictor->predict(values(observation), action.data(), batch);
    }
    return action;
}

std::unique_ptr<PyTrainer> new_trainer(std::unique_ptr<Trainer> trainer, const Parameters &parameters,
                                       const PolicyDims &dims) {
    parameters.check_names(trainer->layout());
    parameters.pack(trainer->layout(), trainer->trainable().weights.data());
    trainer->trainable().prepare();
    return std::unique_ptr<PyTrainer>(new PyTrainer{std::move(trainer), dims, {}});
}

std::unique_ptr<PyTrainer> unet_trainer(nb::args args, nb::kwargs kwargs) {
    const Call call("Trainer.unet", {UNET_ARGUMENTS}, args, kwargs);
    UnetArguments a = unet_arguments(call);
    const Parameters parameters(call["parameters"]);
    const PolicyDims dims{a.shape.observation_dim, a.shape.horizon, a.shape.action_dim, a.shape.diffusion_steps};
    return new_trainer(std::make_unique<UnetTrainer>(a.kernels, a.shape, std::move(a.schedule), a.history,
                                                     Layout(parameters.shapes())),
                       parameters, dims);
}

std::unique_ptr<PyTrainer> mlp_trainer(nb::args args, nb::kwargs kwargs) {
    const Call call("Trainer.mlp", {MLP_ARGUMENTS}, args, kwargs);
    const MlpArguments a = mlp_arguments(call);
    const Parameters parameters(call["parameters"]);
    return new_trainer(std::make_unique<MlpTrainer>(a.kernels, a.shape, Layout(parameters.shapes())), parameters,
                       {a.shape.observation_dim, 1, a.shape.action_dim, 0});
}

std::pair<double, double> step(PyTrainer &self, nb::args args, nb::kwargs kwargs) {
    const Call call("step",
                    {"observation", "observation_jacobian", "chunk", "chunk_jacobian", "sobolev_weight", "steps",
                     "noise", "projections", "estimator", "weight", "rate"},
                    args, kwargs);
    const float rate = positive_or_zero("rate", call["rate"]);
    const PythonMinibatch batch(self.dims, call);
    Losses losses;
    {
        nb::gil_scoped_release release;
        std::lock_guard<std::mutex> lock(self.mutex);
        losses = self.trainer->gradient(*batch);
        self.has_gradient = true;
        if (std::isfinite(losses.plain) && std::isfinite(losses.sobolev) && rate > 0)
            self.trainer->trainable().adam(rate);
    }
    return {losses.plain, losses.sobolev};
}

void write_weights(PyTrainer &self, nb::args args, nb::kwargs kwargs) {
    const Call call("weights", {"parameters"}, args, kwargs);
    WrittenParameters parameters(call["parameters"], self.trainer->layout());
    nb::gil_scoped_release release;
    std::lock_guard<std::mutex> lock(self.mutex);
    parameters.unpack(self.trainer->layout(), self.trainer->trainable().weights.data());
}

void write_gradient(PyTrainer &self, nb::args args, nb::kwargs kwargs) {
    const Call call("gradient", {"parameters"}, args, kwargs);
    WrittenParameters parameters(call["parameters"], self.trainer->layout());
    nb::gil_scoped_release release;
    std::lock_guard<std::mutex> lock(self.mutex);
    if (!self.has_gradient) throw std::invalid_argument("gradient: expected a call of step before, got none");
    parameters.unpack(self.trainer->layout(), self.trainer->trainable().gradient.data());
}

} // namespace

NB_MODULE(_native, m) {
    m.doc() = "Native CPU kernels for the policies: inference and training. See policies/native.py for the interface.";

    m.def(
        "instruction_sets",
        [] {
            std::vector<std::string> names;
            for (const Kernels *kernels : instruction_sets()) names.emplace_back(kernels->name);
            return names;
        },
        "Instruction sets that this processor supports and the module was built for, fastest first.");

    nb::class_<PySampler>(m, "Sampler")
        .def("__init__", &construct_sampler)
        .def("sample", &sample,
             "observation, history, noise: (B, no), (B, T_h, na), (B, N_diff, T_p, na), normalised -> chunk "
             "(B, T_p, na).");

    nb::class_<PyPredictor>(m, "MlpPredictor")
        .def("__init__", &construct_predictor)
        .def("predict", &predict, "observation"_a.none(), "(B, no), normalised -> action (B, na).")
        // The one above is for speed; what it does not take is an error here.
        .def("predict", [](PyPredictor &self, nb::args args, nb::kwargs kwargs) {
            return predict(self, Call("predict", {"observation"}, args, kwargs)["observation"]);
        });

    nb::class_<PyTrainer>(m, "Trainer")
        .def_static("unet", &unet_trainer)
        .def_static("mlp", &mlp_trainer)
        .def("step", &step,
             "Gradient, then one step of Adam if rate > 0 and the losses are finite. Returns the plain loss and the "
             "term. Where the gradient or the step would not be finite, a ValueError: the weights stay.")
        .def("weights", &write_weights, "Write the weights into the arrays of `parameters`.")
        .def("gradient", &write_gradient, "Write the last step's gradient into the arrays of `parameters`.");
}
