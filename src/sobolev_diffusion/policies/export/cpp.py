"""A trained policy as C++17 source: normalisers, affine part, network and sampler, with its weights."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import jinja2
import numpy as np

from sobolev_diffusion import __version__
from sobolev_diffusion.files import BadArtefact, write_text_atomically
from sobolev_diffusion.policies.chunk_policy import ChunkPolicy
from sobolev_diffusion.policies.diffusion import DiffusionPolicy
from sobolev_diffusion.policies.export.packing import dense, padded, vector
from sobolev_diffusion.policies.export.unet_program import UnetProgram
from sobolev_diffusion.policies.native_kernels import KERNEL_SIZES, LONGEST_CHUNK, WIDEST_LAYER, knows_unet

NAME = "sobolev_policy"
MOST_NUMBERS = 5_000_000
"""Weights beyond this are too many for source that a compiler reads in reasonable time and memory."""

ROW = 8  # numbers to a line

_KERNELS = ("conventions.h", "simd.h", "convolve.h", "normalise.h", "dense.h")
_WRITTEN_BY = "// Written by sobolev-diffusion "
_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("sobolev_diffusion.policies.export"),
    undefined=jinja2.StrictUndefined,
    keep_trailing_newline=True,
)


def export_cpp(
    policy: ChunkPolicy, folder: Path, name: str = NAME, origin: str = "a policy in memory"
) -> list[Path]:
    """Write a CMake project whose target `name` predicts what `policy.predict` does, for one observation.

    Its code is that of this library's own CPU kernels. It needs a C++17 compiler (GCC or Clang) and its
    standard library, and allocates nothing after construction. Same policy, same bytes.

    Args:
        policy: trained.
        folder: new or empty, or what was written before: this is replaced.
        name: of the CMake target, the header and the namespace.
        origin: where the policy comes from, for the reader of the source.

    Returns:
        The files written.

    Raises:
        ValueError: the name is no C++ identifier, or the policy is of no kind or size that the kernels know.
        BadArtefact: the folder holds something else, or the library was not built.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"name: expected lower-case letters, digits and _, got {name!r}")
    _check_folder(folder, name)
    source = _unet(policy) if isinstance(policy, DiffusionPolicy) else _perceptron(policy)
    numbers = sum(array.values.size for array in source.arrays)
    if numbers > MOST_NUMBERS:
        raise ValueError(
            f"policy: {numbers} weights are too many for C++ source, at most {MOST_NUMBERS}; "
            "export it to onnx instead"
        )
    context = {"name": name, "origin": origin, "version": __version__, **source.context}
    texts = {
        f"{name}_weights.cpp": _render("weights.cpp", context, arrays=[a.text() for a in source.arrays]),
        f"{name}_weights.h": _render("weights.h", context, arrays=[a.text() for a in source.arrays]),
        f"{name}.cpp": _render("policy.cpp", context),
        f"{name}.h": _render("policy.h", context),
        "main.cpp": _render("main.cpp", context),
        "CMakeLists.txt": _render("CMakeLists.txt", context),
        "README.md": _render("README.md", context),
    }
    if source.context["unet"]:
        texts["layers.h"] = _resource("templates/layers.h")
    texts |= {f"kernels/{kernel}": _resource(f"kernels/{kernel}") for kernel in source.kernels}
    for path, text in texts.items():
        write_text_atomically(folder / path, text)
    return [folder / path for path in texts]


@dataclass(frozen=True)
class _Array:
    name: str
    values: np.ndarray

    def text(self) -> dict[str, Any]:
        """As C++ has it; every number reads back as the same one."""
        kind, digits = ("float", 9) if self.values.dtype == np.float32 else ("double", 17)
        return {
            "name": self.name,
            "type": kind,
            "size": self.values.size,
            "text": _numbers(self.values.ravel(), digits),
        }


@dataclass(frozen=True)
class _Source:
    """What the templates are filled with.

    Attributes:
        context: of all of them.
        arrays: what was learnt.
        kernels: headers of src/native that are needed.
    """

    context: dict[str, Any]
    arrays: list[_Array]
    kernels: tuple[str, ...]


def _unet(policy: DiffusionPolicy) -> _Source:
    if not knows_unet(policy.config):
        raise ValueError(
            f"policy: the C++ code knows chunks of a power of 2 up to {LONGEST_CHUNK} actions, kernel sizes "
            f"{KERNEL_SIZES} and at most {WIDEST_LAYER} channels; export it to onnx instead"
        )
    horizon, unet = policy.prediction_horizon, policy.config.unet
    program = UnetProgram(policy)
    film_size, observation_packed = program.film_table.shape[1], padded(policy.observation_dim)
    sizes = {
        "between": program.largest,
        "convolved": program.largest,
        "scale": program.widest,
        "film_observation": film_size,
        "film_step": film_size,
        "mish_observation": observation_packed,
    }
    places, memory = {}, program.memory
    for place, size in sizes.items():
        places[place] = memory
        memory += size
    levels = ", ".join(map(str, unet.hidden_dims))
    context = {
        "title": f"A diffusion policy: chunks of {horizon} actions by a U-Net ({levels})",
        "unet": True,
        "steps": policy.denoising_steps,
        "schedule": _schedule(policy),
        "predicts_noise": policy.config.predict == "noise",
        "film_size": film_size,
        "activations": program.activations,
        "places": places,
        "calls": program.calls,
        "memory": memory,
    }
    arrays = [
        _Array("network", program.weights),
        _Array("film_table", program.film_table),
        _Array("film_observation", program.film_observation),
    ]
    return _common(policy, context, arrays, _KERNELS)


def _perceptron(policy: ChunkPolicy) -> _Source:
    linear = list(cast(Iterable[Any], policy.network))[::2]
    weights = [
        part for layer in linear for part in (dense(layer.weight.detach()), vector(layer.bias.detach()))
    ]
    layers = [
        {"inputs": padded(layer.in_features), "outputs": padded(layer.out_features)} for layer in linear
    ]
    widest = max(max(layer.values()) for layer in layers)
    widths = ", ".join(str(layer.out_features) for layer in linear[:-1])
    context = {
        "title": f"A direct policy: one action by a perceptron ({widths})",
        "unet": False,
        "layers": layers,
        "widest": widest,
        "memory": 2 * widest,
    }
    arrays = [_Array("network", np.concatenate(weights))]
    return _common(policy, context, arrays, ("conventions.h", "simd.h", "dense.h"))


def _common(
    policy: ChunkPolicy, context: dict[str, Any], arrays: list[_Array], kernels: tuple[str, ...]
) -> _Source:
    """With what every policy has: sizes, normalisers, affine part."""
    observation, action = (
        {name: buffer.cpu().numpy() for name, buffer in normaliser.named_buffers()}
        for normaliser in (policy.normalise_observation, policy.normalise_action)
    )
    arrays = [
        *arrays,
        *(_Array(f"observation_{name}", values) for name, values in observation.items()),
        *(_Array(f"action_{name}", values) for name, values in action.items()),
    ]
    if policy.affine is not None:
        arrays += [_Array(f"affine_{n}", b.cpu().numpy()) for n, b in policy.affine.named_buffers()]
    context = {
        **context,
        "observation_dim": policy.observation_dim,
        "observation_packed": padded(policy.observation_dim),
        "action_dim": policy.action_dim,
        "action_packed": padded(policy.action_dim),
        "chunk": policy.prediction_horizon,
        "history": policy.history,
        "actions": policy.prediction_horizon - policy.history,
        "noise_size": int(np.prod(policy.noise_shape)),
        "affine": policy.affine is not None,
        "kilobytes": -(-4 * context["memory"] // 1024),
        "observation_mean": _numbers(observation["mean"], 17),
        "history_mean": _numbers(np.tile(action["mean"], policy.history), 17),
    }
    return _Source(context, arrays, kernels)


def _schedule(policy: DiffusionPolicy) -> dict[str, str]:
    coefficients = dict(policy.coefficients)
    alpha_bar = coefficients.pop("alpha_bar")
    coefficients |= {"signal": np.sqrt(alpha_bar), "noise": np.sqrt(1 - alpha_bar)}
    return {name: _numbers(values.astype(np.float32), 9, suffix="f") for name, values in coefficients.items()}


def _numbers(values: np.ndarray, digits: int, suffix: str = "") -> str:
    """C++ constants, some to a line."""
    written = [f"{value:{'#' * bool(suffix)}.{digits}g}{suffix}" for value in values.tolist()]
    lines = (", ".join(written[i : i + ROW]) for i in range(0, len(written), ROW))
    return ",\n".join(lines)


def _render(template: str, context: dict[str, Any], **more: Any) -> str:
    return _TEMPLATES.get_template(f"{template}.jinja").render(**context, **more)


def _resource(path: str) -> str:
    resource = files("sobolev_diffusion.policies.export").joinpath(path)
    try:
        return resource.read_text()
    except FileNotFoundError as error:
        raise BadArtefact(
            Path(str(resource)), "is not there", "install the package; it was not built"
        ) from error


def _check_folder(folder: Path, name: str) -> None:
    if folder.exists() and not folder.is_dir():
        raise BadArtefact(folder, "is a file", "name a folder")
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    header = folder / f"{name}.h"
    if not (header.is_file() and _WRITTEN_BY in header.read_text()):
        raise BadArtefact(folder, f"is not empty and holds no earlier export of {name}", "name a new folder")
