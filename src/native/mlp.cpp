#include "mlp.h"

#include "first_order.h"

#include <algorithm>
#include <cstring>

namespace sobolev {

Mlp::Mlp(const MlpShape &shape, Layout &layout, int capacity, bool keep) {
    std::vector<int> dims{shape.observation_dim};
    dims.insert(dims.end(), shape.hidden_dims.begin(), shape.hidden_dims.end());
    dims.push_back(shape.action_dim);
    for (int dim : dims) sizes_.push_back(padded(dim));
    const long rows = keep ? 2L * capacity : capacity;
    for (std::size_t l = 0; l + 1 < dims.size(); l++) {
        const std::string name = std::to_string(2 * l); // linear layers alternate with Mish
        Layer layer{};
        layer.weight = layout.dense(name + ".weight", dims[l + 1], dims[l]);
        layer.bias = layout.vector(name + ".bias", dims[l + 1]);
        layer.transposed = layout.transposed(layer.weight, sizes_[l], sizes_[l + 1], 1, true);
        layers_.push_back(layer);
        after_.emplace_back(rows * sizes_[l]);
        before_.emplace_back(rows * sizes_[l + 1]);
        if (!keep) continue;
        first_.emplace_back(capacity * static_cast<long>(sizes_[l + 1]));
        second_.emplace_back(capacity * static_cast<long>(sizes_[l + 1]));
        d_before_.emplace_back(rows * sizes_[l + 1]);
    }
    if (keep) d_input_ = Storage(rows * sizes_[0]);
}

void Mlp::forward(const Kernels &k, const float *weights, int rows) {
    for (int l = 0; l < layers(); l++) {
        const std::size_t i = static_cast<std::size_t>(l);
        const int in = sizes_[i], out = sizes_[i + 1];
        k.dense(after_[i].data(), in, in, weights + layers_[i].weight, weights + layers_[i].bias, before_[i].data(),
                out, out, rows, false);
        if (l + 1 == layers()) break;
        const bool keep = !first_.empty();
        k.mish(before_[i].data(), after_[i + 1].data(), keep ? first_[i].data() : nullptr,
               keep ? second_[i].data() : nullptr, static_cast<long>(rows) * out);
    }
}

void Mlp::tangent(const Kernels &k, const float *weights, int rows) {
    for (int l = 0; l < layers(); l++) {
        const std::size_t i = static_cast<std::size_t>(l);
        const int in = sizes_[i], out = sizes_[i + 1];
        const long size = static_cast<long>(rows) * out;
        float *before_d = before_[i].data() + size;
        k.dense(after_[i].data() + static_cast<long>(rows) * in, in, in, weights + layers_[i].weight, nullptr, before_d,
                out, out, rows, false);
        if (l + 1 == layers()) break;
        float *after_d = after_[i + 1].data() + size;
        for (long e = 0; e < size; e++) after_d[e] = first_[i][e] * before_d[e];
    }
}

void Mlp::backward(const Kernels &k, const float *transposed, float *gradient, int rows, bool dual, bool to_input) {
    const int all = dual ? 2 * rows : rows;
    for (int l = layers() - 1; l >= 0; l--) {
        const std::size_t i = static_cast<std::size_t>(l);
        const int in = sizes_[i], out = sizes_[i + 1];
        const float *dy = d_before_[i].data();
        if (gradient) {
            k.dense_weight(after_[i].data(), in, in, dy, out, out, gradient + layers_[i].weight, all);
            k.sum_rows({d_before_[i].data(), 0, out}, rows, out, 1, gradient + layers_[i].bias);
        }
        if (l == 0) {
            if (to_input)
                k.dense(dy, out, out, transposed + layers_[i].transposed, nullptr, d_input_.data(), in, in, rows,
                        false);
            break;
        }
        float *d = d_before_[i - 1].data();
        k.dense(dy, out, out, transposed + layers_[i].transposed, nullptr, d, in, in, all, false);
        // z = mish(y), z_d = mish'(y) y_d
        const long size = static_cast<long>(rows) * in;
        const float *first = first_[i - 1].data(), *second = second_[i - 1].data();
        if (dual) {
            const float *y_d = before_[i - 1].data() + size;
            float *dd = d + size;
            for (long e = 0; e < size; e++) {
                d[e] = d[e] * first[e] + dd[e] * second[e] * y_d[e];
                dd[e] *= first[e];
            }
        } else {
            for (long e = 0; e < size; e++) d[e] *= first[e];
        }
    }
}

namespace {

void copy_rows(const float *from, int columns, float *to, int leading, int rows) {
    for (int r = 0; r < rows; r++)
        std::memcpy(to + static_cast<long>(r) * leading, from + static_cast<long>(r) * columns,
                    sizeof(float) * static_cast<std::size_t>(columns));
}

} // namespace

MlpPredictor::MlpPredictor(const Kernels &kernels, const MlpShape &shape, Layout layout)
    : kernels_(kernels), shape_(shape), layout_(std::move(layout)), mlp_(shape, layout_, CAPACITY, false),
      weights_(layout_.size()) {}

void MlpPredictor::predict(const float *observation, float *action, long batch) {
    const int no = shape_.observation_dim, na = shape_.action_dim;
    for (long b = 0; b < batch; b += CAPACITY) {
        const int rows = static_cast<int>(std::min<long>(CAPACITY, batch - b));
        copy_rows(observation + b * no, no, mlp_.input(), mlp_.input_size(), rows);
        mlp_.forward(kernels_, weights_.data(), rows);
        for (int r = 0; r < rows; r++)
            std::memcpy(action + (b + r) * na, mlp_.output() + static_cast<long>(r) * mlp_.output_size(),
                        sizeof(float) * static_cast<std::size_t>(na));
    }
}

MlpTrainer::MlpTrainer(const Kernels &kernels, const MlpShape &shape, Layout layout)
    : kernels_(kernels), shape_(shape), layout_(std::move(layout)), mlp_(shape, layout_, CAPACITY, true),
      trainable_(kernels, layout_), plain_(static_cast<long>(CAPACITY) * padded(shape.action_dim)) {}

Losses MlpTrainer::gradient(const Minibatch &batch) {
    Losses losses;
    trainable_.gradient.zero();
    for (long b = 0; b < batch.size; b += CAPACITY)
        few(batch, b, static_cast<int>(std::min<long>(CAPACITY, batch.size - b)), losses);
    losses.plain /= static_cast<double>(batch.size) * shape_.action_dim;
    if (batch.estimator != Estimator::none) losses.sobolev /= static_cast<double>(batch.size) * batch.projection_count;
    return losses;
}

void MlpTrainer::few(const Minibatch &batch, long first, int rows, Losses &losses) {
    const float *weights = trainable_.weights.data(), *transposed = trainable_.transposed.data();
    float *gradient = trainable_.gradient.data();
    const int no = shape_.observation_dim, na = shape_.action_dim, ndx = batch.tangent_dim;
    const int in = mlp_.input_size(), out = mlp_.output_size();
    const long values = static_cast<long>(rows) * out;
    copy_rows(batch.observation + first * no, no, mlp_.input(), in, rows);
    mlp_.forward(kernels_, weights, rows);
    const double factor = 2.0 / (static_cast<double>(batch.size) * na);
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < na; c++) {
            const float error = mlp_.output()[r * out + c] - batch.chunk[(first + r) * na + c];
            losses.plain += static_cast<double>(error) * error;
            plain_[r * out + c] = static_cast<float>(factor) * error;
        }
    const auto set_values = [&](bool wanted) {
        if (wanted) std::memcpy(mlp_.d_output(), plain_.data(), sizeof(float) * static_cast<std::size_t>(values));
        else std::memset(mlp_.d_output(), 0, sizeof(float) * static_cast<std::size_t>(values));
    };
    if (batch.estimator == Estimator::none) {
        set_values(true);
        mlp_.backward(kernels_, transposed, gradient, rows, false, false);
        return;
    }
    const double share = 2.0 * batch.lambda / (static_cast<double>(batch.size) * batch.projection_count);
    std::vector<float> scratch(static_cast<std::size_t>(ndx));
    for (int p = 0; p < batch.projection_count; p++) {
        const float *vectors = batch.projections + p * batch.size * (batch.estimator == Estimator::output ? na : ndx);
        float *direction = mlp_.input() + static_cast<long>(rows) * in;
        const auto clear_direction = [&] {
            std::memset(direction, 0, sizeof(float) * static_cast<std::size_t>(rows) * static_cast<std::size_t>(in));
        };
        if (batch.estimator == Estimator::output) {
            for (int r = 0; r < rows; r++)
                for (int c = 0; c < na; c++) mlp_.d_output()[r * out + c] = vectors[(first + r) * na + c];
            mlp_.backward(kernels_, transposed, nullptr, rows, false, true);
            clear_direction();
            for (int r = 0; r < rows; r++) {
                const long b = first + r;
                losses.sobolev +=
                    residual_direction(batch.observation_jacobian + b * no * ndx, no, ndx, mlp_.d_input() + r * in,
                                       batch.chunk_jacobian + b * na * ndx, vectors + b * na, na,
                                       batch.sobolev_weight[b], scratch.data(), direction + r * in);
            }
        } else {
            clear_direction();
            for (int r = 0; r < rows; r++)
                push_forward(batch.observation_jacobian + (first + r) * no * ndx, no, ndx, vectors + (first + r) * ndx,
                             direction + r * in);
        }
        mlp_.tangent(kernels_, weights, rows);
        set_values(p == 0);
        const float *out_d = mlp_.output() + values;
        float *d_out_d = mlp_.d_output() + values;
        for (int r = 0; r < rows; r++) {
            const long b = first + r;
            if (batch.estimator == Estimator::output) {
                for (int c = 0; c < na; c++) d_out_d[r * out + c] = static_cast<float>(share) * vectors[b * na + c];
                continue;
            }
            const double ratio = static_cast<double>(ndx) / na;
            const float w = batch.sobolev_weight[b];
            double squared = 0;
            for (int c = 0; c < na; c++) {
                const float error =
                    out_d[r * out + c] - along(batch.chunk_jacobian + b * na * ndx, c, ndx, vectors + b * ndx);
                squared += static_cast<double>(error) * error;
                d_out_d[r * out + c] = static_cast<float>(share * ratio) * w * error;
            }
            losses.sobolev += w * ratio * squared;
        }
        mlp_.backward(kernels_, transposed, gradient, rows, true, false);
    }
}

} // namespace sobolev
