// The direct policy's perceptron: linear layers with Mish between them; its values, derivatives and gradients.
#pragma once

#include <vector>

#include "training.h"

namespace sobolev {

struct MlpShape {
    int observation_dim;
    std::vector<int> hidden_dims;
    int action_dim;
};

class Mlp {
  public:
    // capacity: rows of the largest call; keep: for gradients.
    Mlp(const MlpShape &shape, Layout &layout, int capacity, bool keep);

    // input() rows -> output() rows
    void forward(const Kernels &kernels, const float *weights, int rows);
    // input() rows .. 2 rows - 1 hold directions -> derivatives in output() rows .. 2 rows - 1; after `forward`
    void tangent(const Kernels &kernels, const float *weights, int rows);
    // d_output() -> d_input() (values only, and only if wanted); adds to `gradient` unless null
    void backward(const Kernels &kernels, const float *transposed, float *gradient, int rows, bool dual, bool to_input);

    float *input() { return after_.front().data(); }
    float *output() { return before_.back().data(); }
    float *d_output() { return d_before_.back().data(); }
    float *d_input() { return d_input_.data(); }
    int input_size() const { return sizes_.front(); }
    int output_size() const { return sizes_.back(); }

  private:
    struct Layer {
        long weight, bias, transposed;
    };
    int layers() const { return static_cast<int>(layers_.size()); }

    std::vector<int> sizes_; // padded widths, input first
    std::vector<Layer> layers_;
    // before_[l]: output of linear layer l; after_[l]: its input, mish(before_[l - 1]). Values, then derivatives.
    std::vector<Storage> before_, after_, first_, second_, d_before_;
    Storage d_input_;
};

class MlpPredictor {
  public:
    MlpPredictor(const Kernels &kernels, const MlpShape &shape, Layout layout);

    const Layout &layout() const { return layout_; }
    float *weights() { return weights_.data(); }
    // (batch, no) -> (batch, na)
    void predict(const float *observation, float *action, long batch);
    const MlpShape &shape() const { return shape_; }

  private:
    static constexpr int CAPACITY = 64;
    const Kernels &kernels_;
    MlpShape shape_;
    Layout layout_;
    Mlp mlp_;
    Storage weights_;
};

// Gradients of the squared loss and of (9) without double backward.
class MlpTrainer : public Trainer {
  public:
    MlpTrainer(const Kernels &kernels, const MlpShape &shape, Layout layout);

    const Layout &layout() const override { return layout_; }
    Trainable &trainable() override { return trainable_; }
    Losses gradient(const Minibatch &batch) override;

  private:
    static constexpr int CAPACITY = 64;
    void few(const Minibatch &batch, long first, int rows, Losses &losses);

    const Kernels &kernels_;
    MlpShape shape_;
    Layout layout_;
    Mlp mlp_;
    Trainable trainable_;
    Storage plain_;
};

} // namespace sobolev
