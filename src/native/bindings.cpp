// The Python module sobolev_diffusion._native. Shapes and finiteness are checked here; the GIL is released in the work.
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

#include "instruction_sets.h"
#include "mlp.h"
#include "sampler.h"
#include "unet_trainer.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace sobolev;

namespace {

using Array = nb::ndarray<const float, nb::c_contig, nb::device::cpu>;
using Steps = nb::ndarray<const std::int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Result = nb::ndarray<nb::numpy, float>;

static_assert(sizeof(long) == sizeof(std::int64_t), "diffusion steps are 64-bit integers");

std::string shape_text(const std::vector<long> &shape) {
    std::string text = "(";
    for (std::size_t i = 0; i < shape.size(); i++) text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + ")";
}

void check_shape(const char *name, const Array &array, const std::vector<long> &expected) {
    std::vector<long> shape;
    for (std::size_t i = 0; i < array.ndim(); i++) shape.push_back(static_cast<long>(array.shape(i)));
    if (shape != expected)
        throw std::invalid_argument(std::string(name) + ": expected shape " + shape_text(expected) + ", got " +
                                    shape_text(shape));
}

bool finite(const float *values, std::size_t count) {
    float sum = 0; // 0 * x is NaN for NaN and infinities
    for (std::size_t i = 0; i < count; i++) sum += 0.f * values[i];
    return sum == 0;
}

void check(const char *name, const Array &array, const std::vector<long> &expected) {
    check_shape(name, array, expected);
    if (!finite(array.data(), array.size()))
        throw std::invalid_argument(std::string(name) + ": holds NaN or infinite values");
}

Result new_result(std::vector<std::size_t> shape) {
    std::size_t size = 1;
    for (std::size_t n : shape) size *= n;
    float *data = new float[size ? size : 1];
    nb::capsule owner(data, [](void *p) noexcept { delete[] static_cast<float *>(p); });
    return Result(data, shape.size(), shape.data(), owner);
}

// weights: PyTorch's parameters by name, float32
void pack(const Layout &layout, nb::dict parameters, float *weights) {
    for (const Piece &piece : layout.pieces()) {
        nb::str key(piece.name.c_str());
        if (!parameters.contains(key)) throw std::invalid_argument("parameter " + piece.name + " is missing");
        const Array array = nb::cast<Array>(parameters[key]);
        const long last = piece.torch_index(piece.out - 1, piece.in - 1, piece.width - 1);
        if (last >= static_cast<long>(array.size()))
            throw std::invalid_argument("parameter " + piece.name + " is smaller than its layer");
        for (int o = 0; o < piece.out; o++)
            for (int i = 0; i < piece.in; i++)
                for (int k = 0; k < piece.width; k++)
                    weights[piece.packed_index(o, i, k)] = array.data()[piece.torch_index(o, i, k)];
    }
}

void unpack(const Layout &layout, const float *weights, nb::dict parameters) {
    for (const Piece &piece : layout.pieces()) {
        auto array = nb::cast<nb::ndarray<float, nb::c_contig, nb::device::cpu>>(parameters[piece.name.c_str()]);
        for (int o = 0; o < piece.out; o++)
            for (int i = 0; i < piece.in; i++)
                for (int k = 0; k < piece.width; k++)
                    array.data()[piece.torch_index(o, i, k)] = weights[piece.packed_index(o, i, k)];
    }
}

UnetShape unet_shape(int action_dim, int observation_dim, int horizon, std::vector<int> hidden_dims,
                     int step_embedding_dim, int kernel_size, int groups, int diffusion_steps) {
    UnetShape shape{action_dim,         observation_dim, horizon, std::move(hidden_dims),
                    step_embedding_dim, kernel_size,     groups,  diffusion_steps};
    const bool power_of_two = horizon > 0 && (horizon & (horizon - 1)) == 0;
    if (!power_of_two || horizon > 1 << (LENGTHS - 1))
        throw std::invalid_argument("horizon: the native kernels know powers of two up to 32");
    if (kernel_size != 3 && kernel_size != 5 && kernel_size != 7)
        throw std::invalid_argument("kernel_size: the native kernels know 3, 5 and 7");
    if (shape.hidden_dims.empty() || horizon >> (shape.hidden_dims.size() - 1) < 1)
        throw std::invalid_argument("hidden_dims: too many or no levels");
    for (int dim : shape.hidden_dims)
        if (dim <= 0 || dim % groups || padded(dim) > MAX_CHANNELS)
            throw std::invalid_argument("hidden_dims: expected multiples of groups up to 1024");
    if (action_dim <= 0 || observation_dim <= 0 || diffusion_steps <= 0 || step_embedding_dim < 4)
        throw std::invalid_argument("the policy's dimensions must be positive");
    return shape;
}

Schedule schedule_of(const std::vector<double> &alpha_bar, const std::vector<double> &clean,
                     const std::vector<double> &noisy, const std::vector<double> &deviation, bool predicts_noise) {
    Schedule schedule;
    for (std::size_t i = 0; i < alpha_bar.size(); i++) {
        schedule.signal.push_back(static_cast<float>(std::sqrt(alpha_bar[i])));
        schedule.noise.push_back(static_cast<float>(std::sqrt(1 - alpha_bar[i])));
        schedule.clean.push_back(static_cast<float>(clean.at(i)));
        schedule.noisy.push_back(static_cast<float>(noisy.at(i)));
        schedule.deviation.push_back(static_cast<float>(deviation.at(i)));
    }
    schedule.predicts_noise = predicts_noise;
    return schedule;
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
    int observation_dim, horizon, action_dim, diffusion_steps; // no steps: a direct policy
};

std::pair<double, double> step(PyTrainer &self, Array observation, Array observation_jacobian, Array chunk,
                               Array chunk_jacobian, Array sobolev_weight, nb::object steps, nb::object noise,
                               nb::object projections, const std::string &estimator, double weight, double rate) {
    Minibatch batch{};
    const long size = observation.ndim() ? static_cast<long>(observation.shape(0)) : 0;
    const int ndx =
        observation_jacobian.ndim() == 3 ? static_cast<int>(observation_jacobian.shape(2)) : 0;
    const std::vector<long> chunk_shape{size, self.horizon, self.action_dim};
    check("observation", observation, {size, self.observation_dim});
    check("chunk", chunk, chunk_shape);
    if (size == 0) throw std::invalid_argument("observation: the minibatch is empty");
    batch.size = size;
    batch.tangent_dim = ndx;
    batch.observation = observation.data();
    batch.chunk = chunk.data();
    batch.lambda = static_cast<float>(weight);
    Array noise_array, projection_array;
    Steps step_array;
    if (self.diffusion_steps) {
        step_array = nb::cast<Steps>(steps);
        noise_array = nb::cast<Array>(noise);
        check("noise", noise_array, chunk_shape);
        if (static_cast<long>(step_array.size()) != size)
            throw std::invalid_argument("step: expected one diffusion step per sample");
        for (std::size_t i = 0; i < step_array.size(); i++)
            if (step_array.data()[i] < 0 || step_array.data()[i] >= self.diffusion_steps)
                throw std::invalid_argument("step: outside 0 .. N_diff - 1");
        batch.step = reinterpret_cast<const long *>(step_array.data());
        batch.noise = noise_array.data();
    }
    if (estimator != "none") {
        check("observation_jacobian", observation_jacobian, {size, self.observation_dim, ndx});
        check("chunk_jacobian", chunk_jacobian, {size, self.horizon, self.action_dim, ndx});
        check("sobolev_weight", sobolev_weight, {size});
        projection_array = nb::cast<Array>(projections);
        const long count = projection_array.ndim() ? static_cast<long>(projection_array.shape(0)) : 0;
        if (estimator == "output") check("projections", projection_array, {count, size, self.horizon, self.action_dim});
        else check("projections", projection_array, {count, size, ndx});
        if (count == 0) throw std::invalid_argument("projections: none given");
        batch.observation_jacobian = observation_jacobian.data();
        batch.chunk_jacobian = chunk_jacobian.data();
        batch.sobolev_weight = sobolev_weight.data();
        batch.projections = projection_array.data();
        batch.projection_count = static_cast<int>(count);
        batch.estimator = estimator == "output" ? Estimator::output : Estimator::state;
    }
    Losses losses;
    {
        nb::gil_scoped_release release;
        losses = self.trainer->gradient(batch);
        if (std::isfinite(losses.plain) && std::isfinite(losses.sobolev) && rate > 0)
            self.trainer->trainable().adam(static_cast<float>(rate));
    }
    return {losses.plain, losses.sobolev};
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
        .def(
            "__init__",
            [](PySampler *self, nb::dict parameters, int action_dim, int observation_dim, int horizon,
               std::vector<int> hidden_dims, int step_embedding_dim, int kernel_size, int groups,
               std::vector<double> alpha_bar, std::vector<double> clean, std::vector<double> noisy,
               std::vector<double> deviation, bool predicts_noise, int history, const std::string &instruction_set) {
                const Kernels &kernels = kernels_for(instruction_set);
                const UnetShape shape =
                    unet_shape(action_dim, observation_dim, horizon, std::move(hidden_dims), step_embedding_dim,
                               kernel_size, groups, static_cast<int>(alpha_bar.size()));
                auto sampler = std::make_unique<Sampler>(
                    kernels, shape, schedule_of(alpha_bar, clean, noisy, deviation, predicts_noise), history);
                pack(sampler->layout(), parameters, sampler->weights());
                sampler->prepare();
                new (self) PySampler{std::move(sampler), {}};
            },
            "parameters"_a, "action_dim"_a, "observation_dim"_a, "horizon"_a, "hidden_dims"_a, "step_embedding_dim"_a,
            "kernel_size"_a, "groups"_a, "alpha_bar"_a, "clean"_a, "noisy"_a, "deviation"_a, "predicts_noise"_a,
            "history"_a, "instruction_set"_a)
        .def(
            "sample",
            [](PySampler &self, Array observation, Array known, Array noise) {
                const UnetShape &s = self.sampler->shape();
                const long batch = observation.ndim() ? static_cast<long>(observation.shape(0)) : 0;
                check("observation", observation, {batch, s.observation_dim});
                check("history", known, {batch, self.sampler->history(), s.action_dim});
                check("noise", noise, {batch, s.diffusion_steps, s.horizon, s.action_dim});
                Result chunk = new_result({static_cast<std::size_t>(batch), static_cast<std::size_t>(s.horizon),
                                           static_cast<std::size_t>(s.action_dim)});
                {
                    nb::gil_scoped_release release;
                    std::lock_guard<std::mutex> lock(self.mutex);
                    self.sampler->sample(observation.data(), known.data(), noise.data(), chunk.data(), batch);
                }
                return chunk;
            },
            "observation"_a, "history"_a, "noise"_a,
            "(B, no), (B, T_h, na), (B, N_diff, T_p, na), normalised -> chunk (B, T_p, na).");

    nb::class_<PyPredictor>(m, "MlpPredictor")
        .def(
            "__init__",
            [](PyPredictor *self, nb::dict parameters, int action_dim, int observation_dim,
               std::vector<int> hidden_dims, const std::string &instruction_set) {
                auto predictor = std::make_unique<MlpPredictor>(
                    kernels_for(instruction_set), MlpShape{observation_dim, std::move(hidden_dims), action_dim});
                pack(predictor->layout(), parameters, predictor->weights());
                new (self) PyPredictor{std::move(predictor), {}};
            },
            "parameters"_a, "action_dim"_a, "observation_dim"_a, "hidden_dims"_a, "instruction_set"_a)
        .def(
            "predict",
            [](PyPredictor &self, Array observation) {
                const MlpShape &s = self.predictor->shape();
                const long batch = observation.ndim() ? static_cast<long>(observation.shape(0)) : 0;
                check("observation", observation, {batch, s.observation_dim});
                Result action = new_result({static_cast<std::size_t>(batch), static_cast<std::size_t>(s.action_dim)});
                {
                    nb::gil_scoped_release release;
                    std::lock_guard<std::mutex> lock(self.mutex);
                    self.predictor->predict(observation.data(), action.data(), batch);
                }
                return action;
            },
            "observation"_a, "(B, no), normalised -> action (B, na).");

    nb::class_<PyTrainer>(m, "Trainer")
        .def_static(
            "unet",
            [](nb::dict parameters, int action_dim, int observation_dim, int horizon, std::vector<int> hidden_dims,
               int step_embedding_dim, int kernel_size, int groups, std::vector<double> alpha_bar,
               std::vector<double> clean, std::vector<double> noisy, std::vector<double> deviation,
               bool predicts_noise, int history, const std::string &instruction_set) {
                const UnetShape shape =
                    unet_shape(action_dim, observation_dim, horizon, std::move(hidden_dims), step_embedding_dim,
                               kernel_size, groups, static_cast<int>(alpha_bar.size()));
                auto trainer = std::make_unique<UnetTrainer>(
                    kernels_for(instruction_set), shape,
                    schedule_of(alpha_bar, clean, noisy, deviation, predicts_noise), history);
                pack(trainer->layout(), parameters, trainer->trainable().weights.data());
                trainer->trainable().prepare();
                return std::make_unique<PyTrainer>(PyTrainer{std::move(trainer), observation_dim, horizon, action_dim,
                                                             static_cast<int>(alpha_bar.size())});
            },
            "parameters"_a, "action_dim"_a, "observation_dim"_a, "horizon"_a, "hidden_dims"_a, "step_embedding_dim"_a,
            "kernel_size"_a, "groups"_a, "alpha_bar"_a, "clean"_a, "noisy"_a, "deviation"_a, "predicts_noise"_a,
            "history"_a, "instruction_set"_a)
        .def_static(
            "mlp",
            [](nb::dict parameters, int action_dim, int observation_dim, std::vector<int> hidden_dims,
               const std::string &instruction_set) {
                auto trainer = std::make_unique<MlpTrainer>(
                    kernels_for(instruction_set), MlpShape{observation_dim, std::move(hidden_dims), action_dim});
                pack(trainer->layout(), parameters, trainer->trainable().weights.data());
                trainer->trainable().prepare();
                return std::make_unique<PyTrainer>(PyTrainer{std::move(trainer), observation_dim, 1, action_dim, 0});
            },
            "parameters"_a, "action_dim"_a, "observation_dim"_a, "hidden_dims"_a, "instruction_set"_a)
        .def("step", &step, "observation"_a, "observation_jacobian"_a, "chunk"_a, "chunk_jacobian"_a,
             "sobolev_weight"_a, "steps"_a.none(), "noise"_a.none(), "projections"_a.none(), "estimator"_a,
             "weight"_a, "rate"_a, 
             "Gradient, then one step of Adam if rate > 0 and the losses are finite. Returns the plain loss and the term.")
        .def(
            "weights", [](PyTrainer &self, nb::dict parameters) {
                unpack(self.trainer->layout(), self.trainer->trainable().weights.data(), parameters);
            },
            "parameters"_a, "Write the weights into the arrays of `parameters`.")
        .def(
            "gradient", [](PyTrainer &self, nb::dict parameters) {
                unpack(self.trainer->layout(), self.trainer->trainable().gradient.data(), parameters);
            },
            "parameters"_a, "Write the last step's gradient into the arrays of `parameters`.");
}
