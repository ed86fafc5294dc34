// Predicts what it reads: for each prediction observation, history (double), noise (float) -> actions (double).
#include <cstdio>
#include <memory>

#include HEADER

int main() {
    namespace exported = NAMESPACE;
    double observation[exported::observation_dim], history[exported::history_length * exported::action_dim + 1];
    double actions[exported::actions_length * exported::action_dim];
    float noise[exported::noise_size + 1];
    const auto policy = std::make_unique<exported::Policy>();
    const auto read = [](auto *values, std::size_t count) {
        return std::fread(values, sizeof *values, count, stdin) == count;
    };
    while (read(observation, exported::observation_dim)) {
        if (!read(history, exported::history_length * exported::action_dim) || !read(noise, exported::noise_size))
            return 2;
        if (!policy->predict(observation, history, noise, actions)) return 3;
        std::fwrite(actions, sizeof *actions, exported::actions_length * exported::action_dim, stdout);
    }
    return 0;
}
