// Times an exported policy: for each number read from stdin, that many predictions; prints processor seconds.
#include <cstdio>
#include <ctime>
#include <memory>
#include <random>

#include "exported.h"

int main() {
    double observation[exported::observation_dim], history[exported::history_length * exported::action_dim + 1];
    double actions[exported::actions_length * exported::action_dim];
    float noise[exported::noise_size + 1];
    std::mt19937 generator(0);
    std::normal_distribution<float> normal;
    for (double &number : observation) number = normal(generator);
    for (double &number : history) number = normal(generator);
    for (float &number : noise) number = normal(generator);
    const auto policy = std::make_unique<exported::Policy>();
    for (int count; std::scanf("%d", &count) == 1;) {
        const std::clock_t start = std::clock();
        for (int i = 0; i < count; i++)
            if (!policy->predict(observation, history, noise, actions)) return 1;
        std::printf("%.9g\n", static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
        std::fflush(stdout);
    }
    return 0;
}
