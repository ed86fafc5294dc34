"""Types of the compiled module (src/native/bindings.cpp). Arrays are float32, C-contiguous, on the CPU."""

import numpy as np

Arrays = dict[str, np.ndarray]

def instruction_sets() -> list[str]: ...

class Sampler:
    def __init__(
        self,
        parameters: Arrays,
        action_dim: int,
        observation_dim: int,
        horizon: int,
        hidden_dims: list[int],
        step_embedding_dim: int,
        kernel_size: int,
        groups: int,
        alpha_bar: list[float],
        clean: list[float],
        noisy: list[float],
        deviation: list[float],
        predicts_noise: bool,
        history: int,
        instruction_set: str,
    ) -> None: ...
    def sample(self, observation: np.ndarray, history: np.ndarray, noise: np.ndarray) -> np.ndarray: ...

class MlpPredictor:
    def __init__(
        self,
        parameters: Arrays,
        action_dim: int,
        observation_dim: int,
        hidden_dims: list[int],
        instruction_set: str,
    ) -> None: ...
    def predict(self, observation: np.ndarray) -> np.ndarray: ...

class Trainer:
    @staticmethod
    def unet(
        parameters: Arrays,
        action_dim: int,
        observation_dim: int,
        horizon: int,
        hidden_dims: list[int],
        step_embedding_dim: int,
        kernel_size: int,
        groups: int,
        alpha_bar: list[float],
        clean: list[float],
        noisy: list[float],
        deviation: list[float],
        predicts_noise: bool,
        history: int,
        instruction_set: str,
    ) -> Trainer: ...
    @staticmethod
    def mlp(
        parameters: Arrays,
        action_dim: int,
        observation_dim: int,
        hidden_dims: list[int],
        instruction_set: str,
    ) -> Trainer: ...
    def step(
        self,
        observation: np.ndarray,
        observation_jacobian: np.ndarray,
        chunk: np.ndarray,
        chunk_jacobian: np.ndarray,
        sobolev_weight: np.ndarray,
        steps: np.ndarray | None,
        noise: np.ndarray | None,
        projections: np.ndarray | None,
        estimator: str,
        weight: float,
        rate: float,
    ) -> tuple[float, float]: ...
    def weights(self, parameters: Arrays) -> None: ...
    def gradient(self, parameters: Arrays) -> None: ...
