"""Arguments of the native objects, small and valid, made with NumPy alone."""

from itertools import pairwise

import numpy as np

ACTION_DIM, OBSERVATION_DIM, HORIZON, STEPS, HISTORY, TANGENT_DIM = 2, 3, 8, 5, 1, 4
HIDDEN_DIMS, EMBEDDING, KERNEL, GROUPS = [8, 16], 8, 3, 4
PERCEPTRON_DIMS = [5, 6]


def parameters(shapes: dict[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(0)
    return {name: 0.3 * generator.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}


def unet_shapes(
    action_dim: int = ACTION_DIM,
    observation_dim: int = OBSERVATION_DIM,
    hidden_dims: list[int] = HIDDEN_DIMS,
    embedding: int = EMBEDDING,
    kernel: int = KERNEL,
) -> dict[str, tuple[int, ...]]:
    """PyTorch's shapes of the U-Net's parameters."""
    shapes: dict[str, tuple[int, ...]] = {}

    def layer(name: str, *shape: int, bias: int | None = None) -> None:
        shapes[f"{name}.weight"] = shape
        shapes[f"{name}.bias"] = (shape[0] if bias is None else bias,)

    def conv_block(name: str, channels_in: int, channels_out: int) -> None:
        layer(f"{name}.0", channels_out, channels_in, kernel)
        layer(f"{name}.1", channels_out)

    def residual_block(name: str, channels_in: int, channels_out: int) -> None:
        conv_block(f"{name}.first", channels_in, channels_out)
        layer(f"{name}.film.1", 2 * channels_out, embedding + observation_dim)
        conv_block(f"{name}.second", channels_out, channels_out)
        if channels_in != channels_out:
            layer(f"{name}.shortcut", channels_out, channels_in, 1)

    layer("step_embedding.1", 4 * embedding, embedding)
    layer("step_embedding.3", embedding, 4 * embedding)
    levels = len(hidden_dims)
    for j, (before, dim) in enumerate(zip([action_dim, *hidden_dims], hidden_dims)):
        residual_block(f"down.{j}.0", before, dim)
        residual_block(f"down.{j}.1", dim, dim)
        if j + 1 < levels:
            layer(f"down.{j}.2", dim, dim, 3)
    for i in range(2):
        residual_block(f"middle.{i}", hidden_dims[-1], hidden_dims[-1])
    for i, j in enumerate(range(levels - 1, 0, -1)):
        out = hidden_dims[j - 1]
        residual_block(f"up.{i}.0", 2 * hidden_dims[j], out)
        residual_block(f"up.{i}.1", out, out)
        layer(f"up.{i}.2", out, out, 4)
    conv_block("head.0", hidden_dims[0], hidden_dims[0])
    layer("head.1", action_dim, hidden_dims[0], 1)
    return shapes


def mlp_shapes() -> dict[str, tuple[int, ...]]:
    dims = [OBSERVATION_DIM, *PERCEPTRON_DIMS, ACTION_DIM]
    shapes: dict[str, tuple[int, ...]] = {}
    for i, (before, dim) in enumerate(pairwise(dims)):
        shapes[f"{2 * i}.weight"] = (dim, before)
        shapes[f"{2 * i}.bias"] = (dim,)
    return shapes


def unet_arguments() -> dict:
    return {
        "parameters": parameters(unet_shapes()),
        "action_dim": ACTION_DIM,
        "observation_dim": OBSERVATION_DIM,
        "horizon": HORIZON,
        "hidden_dims": list(HIDDEN_DIMS),
        "step_embedding_dim": EMBEDDING,
        "kernel_size": KERNEL,
        "groups": GROUPS,
        "alpha_bar": [0.9, 0.7, 0.5, 0.3, 0.1],
        "clean": [1.0, 0.5, 0.4, 0.3, 0.2],
        "noisy": [0.0, 0.5, 0.6, 0.7, 0.8],
        "deviation": [0.0, 0.1, 0.1, 0.2, 0.2],
        "predicts_noise": False,
        "history": HISTORY,
        "instruction_set": "",
    }


def mlp_arguments() -> dict:
    return {
        "parameters": parameters(mlp_shapes()),
        "action_dim": ACTION_DIM,
        "observation_dim": OBSERVATION_DIM,
        "hidden_dims": list(PERCEPTRON_DIMS),
        "instruction_set": "",
    }


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).standard_normal(shape).astype(np.float32)


def sample_arguments(batch: int = 3) -> dict:
    return {
        "observation": normal(batch, OBSERVATION_DIM),
        "history": normal(batch, HISTORY, ACTION_DIM),
        "noise": normal(batch, STEPS, HORIZON, ACTION_DIM),
    }


def predict_arguments(batch: int = 3) -> dict:
    return {"observation": normal(batch, OBSERVATION_DIM)}


def step_arguments(kind: str, estimator: str = "output", batch: int = 3) -> dict:
    """kind: unet or mlp."""
    horizon = HORIZON if kind == "unet" else 1
    projections = {
        "none": None,
        "output": normal(2, batch, horizon, ACTION_DIM),
        "state": normal(2, batch, TANGENT_DIM),
    }
    return {
        "observation": normal(batch, OBSERVATION_DIM),
        "observation_jacobian": normal(batch, OBSERVATION_DIM, TANGENT_DIM),
        "chunk": normal(batch, horizon, ACTION_DIM),
        "chunk_jacobian": normal(batch, horizon, ACTION_DIM, TANGENT_DIM),
        "sobolev_weight": np.ones(batch, np.float32),
        "steps": np.arange(batch) % STEPS if kind == "unet" else None,
        "noise": normal(batch, horizon, ACTION_DIM) if kind == "unet" else None,
        "projections": projections[estimator],
        "estimator": estimator,
        "weight": 0.1,
        "rate": 1e-3,
    }


CONSTRUCTOR_ARGUMENTS = {
    "Sampler": unet_arguments,
    "Trainer.unet": unet_arguments,
    "MlpPredictor": mlp_arguments,
    "Trainer.mlp": mlp_arguments,
}
SHAPES = {
    "Sampler": unet_shapes,
    "Trainer.unet": unet_shapes,
    "MlpPredictor": mlp_shapes,
    "Trainer.mlp": mlp_shapes,
}


def constructor(native, name: str):
    """What builds the object; `native`: the compiled module."""
    return {
        "Sampler": native.Sampler,
        "MlpPredictor": native.MlpPredictor,
        "Trainer.unet": native.Trainer.unet,
        "Trainer.mlp": native.Trainer.mlp,
    }[name]
