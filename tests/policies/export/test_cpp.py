"""The exported C++ source: compiled, linked as CMake targets, compared with PyTorch, without allocations."""

import functools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from native_cases import double, make_policy, random_policy

from sobolev_diffusion.cli import main
from sobolev_diffusion.files import BadArtefact
from sobolev_diffusion.policies import ChunkPolicy, Policy
from sobolev_diffusion.policies.export.cpp import export_cpp

CACHE = Path(__file__).parents[3] / "results/cache/policies"
DRIVER = Path(__file__).with_name("driver.cpp")
TOOLS = Path(sys.executable).parent  # where pip puts cmake and ninja
OBSERVATIONS = 1000


def frozen(kind: str) -> ChunkPolicy:
    """The first trained policy of a kind in the cache."""
    paths = sorted(CACHE.glob("*.safetensors"))
    return next(policy for policy in map(Policy.load, paths) if policy.kind == kind)


def with_scales(policy: ChunkPolicy) -> ChunkPolicy:
    """Normalisers and an affine part that matter."""
    rng = np.random.default_rng(5)
    for normaliser in (policy.normalise_action, policy.normalise_observation):
        normaliser.fit(rng.normal(rng.normal(size=len(normaliser.mean)), 3.0, (50, len(normaliser.mean))))
    if policy.affine is not None:
        for buffer in policy.affine.buffers():
            buffer.copy_(torch.from_numpy(rng.normal(size=buffer.shape)))
    return policy.eval()


POLICIES = {
    "trained_diffusion": lambda: frozen("diffusion"),
    "trained_direct": lambda: frozen("direct"),
    "affine_noise": lambda: with_scales(
        random_policy(
            13,
            30,
            {
                "prediction_horizon": 32,
                "history": 3,
                "affine": True,
                "predict": "noise",
                "diffusion_steps": 4,
                "unet": {"hidden_dims": (8, 16, 24), "kernel_size": 7},
            },
        )
    ),
    "one_level": lambda: with_scales(make_policy("one-level")),
    "four_levels": lambda: with_scales(make_policy("four-levels")),
    "affine_direct": lambda: with_scales(
        random_policy(5, 33, {"kind": "direct", "affine": True, "mlp": {"hidden_dims": (20, 50)}})
    ),
}


# architecture -> policies; what every processor runs is compiled for two of them
BUILDS = {"native": list(POLICIES), "": ["affine_noise", "affine_direct"]}
EACH = pytest.mark.parametrize(
    ("architecture", "name"), [(key, name) for key, names in BUILDS.items() for name in names]
)


@pytest.fixture(scope="module")
def build(tmp_path_factory) -> Callable[[str], Path]:
    """All policies of an architecture in one project, each a subdirectory with a target of its own."""

    @functools.cache
    def built(architecture: str) -> Path:
        folder = tmp_path_factory.mktemp("exported")
        lines = ["cmake_minimum_required(VERSION 3.16)", "project(exported LANGUAGES CXX)"]
        for name in BUILDS[architecture]:
            export_cpp(POLICIES[name](), folder / name, name)
            lines += [
                f"add_subdirectory({name})",
                f"add_executable({name}_driver {DRIVER})",
                f'target_compile_definitions({name}_driver PRIVATE HEADER="{name}.h" NAMESPACE={name})',
                f"target_link_libraries({name}_driver PRIVATE {name})",
            ]
        (folder / "CMakeLists.txt").write_text("\n".join(lines))
        warnings = "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror"
        compile_project(folder, f"-DSOBOLEV_ARCHITECTURE={architecture}", warnings)
        return folder / "build"

    return built


def compile_project(folder: Path, *flags: str) -> None:
    ninja = f"-DCMAKE_MAKE_PROGRAM={TOOLS / 'ninja'}"
    run(TOOLS / "cmake", "-S", folder, "-B", folder / "build", "-G", "Ninja", ninja, *flags)
    run(TOOLS / "cmake", "--build", folder / "build")


def run(*command: object) -> str:
    finished = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@EACH
def test_agrees_with_pytorch(architecture, name, build):
    policy = POLICIES[name]()
    policy.engine = "torch"
    inputs = make_predictions(policy)
    expected = policy.predict(*inputs)
    given = b"".join(part.tobytes() for each in zip(*inputs, strict=True) for part in each)
    finished = subprocess.run([build(architecture) / f"{name}_driver"], input=given, capture_output=True)
    assert finished.returncode == 0
    actions = np.frombuffer(finished.stdout).reshape(expected.shape)
    assert np.linalg.norm(actions - expected) < 1e-5 * np.linalg.norm(expected)
    # the worst number of all is as far from the truth as PyTorch's worst: what is left is float32's rounding
    truth = in_double(policy, *inputs)
    assert np.abs(actions - truth).max() < 4 * np.abs(expected - truth).max()


def make_predictions(policy: ChunkPolicy) -> tuple[np.ndarray, ...]:
    """Observations, histories and noise around what the policy was trained on."""
    rng = np.random.default_rng(1)

    def around(normaliser, *shape: int) -> np.ndarray:
        mean, scale = normaliser.mean.numpy(), normaliser.scale.numpy()
        return mean + scale * rng.normal(size=(OBSERVATIONS, *shape, len(mean)))

    observation = around(policy.normalise_observation)
    history = around(policy.normalise_action, policy.history)
    return observation, history, rng.standard_normal((OBSERVATIONS, *policy.noise_shape), dtype=np.float32)


def in_double(
    policy: ChunkPolicy, observation: np.ndarray, history: np.ndarray, noise: np.ndarray
) -> np.ndarray:
    """`Policy.predict` with the network in float64, on the same float32 inputs of it."""
    normalised = policy.normalise_observation.forward(observation)
    shape = (len(observation), policy.prediction_horizon, policy.action_dim)
    affine = np.zeros(shape) if policy.affine is None else policy.affine.forward(normalised)
    known = policy.normalise_action.forward(history - affine[:, : policy.history])
    inputs = (torch.from_numpy(each.astype(np.float32)).double() for each in (normalised, known, noise))
    with torch.inference_mode():
        chunk = double(policy).predict_normalised(*inputs).numpy()
    return (policy.normalise_action.inverse(chunk) + affine)[:, policy.history :]


@EACH
def test_allocates_nothing(architecture, name, build):
    """Neither new nor malloc is among what the library takes from outside."""
    wanted = run(
        "nm", "--undefined-only", "--portability", build(architecture) / name / f"lib{name}.a"
    ).split()
    assert any(name in symbol and "network" in symbol for symbol in wanted)  # its weights: nm has read it
    allocations = ("malloc", "calloc", "realloc", "aligned_alloc", "posix_memalign", "_Zn", "_Zd")
    assert not [symbol for symbol in wanted if symbol.startswith(allocations)]


def test_the_example_predicts(tmp_path):
    files = export_cpp(frozen("direct"), tmp_path)
    compile_project(tmp_path)
    said = run(tmp_path / "build/sobolev_policy_example").splitlines()
    assert len(said) == 2
    assert np.isfinite(float(said[0]))
    assert said[1].endswith("ms a prediction")
    assert {path.name for path in files} > {"sobolev_policy.h", "main.cpp", "CMakeLists.txt", "README.md"}


def test_not_finite_is_said_and_not_predicted(build):
    policy = frozen("diffusion")
    observation, history, noise = (each[0] for each in make_predictions(policy))
    observation[0] = np.nan
    given = observation.tobytes() + history.tobytes() + noise.tobytes()
    finished = subprocess.run(
        [build("native") / "trained_diffusion_driver"], input=given, capture_output=True
    )
    assert (finished.returncode, finished.stdout) == (3, b"")


def test_command(tmp_path, capsys):
    path = tmp_path / "policy.safetensors"
    frozen("direct").save(path)
    assert main(["export", str(path), "--to", "cpp", str(tmp_path / "arm"), "--name", "arm"]) == 0
    assert "arm.h" in capsys.readouterr().out
    first = {each.name: each.read_bytes() for each in (tmp_path / "arm").glob("*.*")}
    assert b"policy.safetensors" in first["arm.h"]
    assert main(["export", str(path), "--to", "cpp", str(tmp_path / "arm"), "--name", "arm"]) == 0  # replaced
    assert {each.name: each.read_bytes() for each in (tmp_path / "arm").glob("*.*")} == first


def test_refusals_are_one_line(tmp_path, capsys):
    path, other = tmp_path / "policy.safetensors", tmp_path / "mine"
    frozen("direct").save(path)
    nearest = next(p for p in sorted(CACHE.glob("*.safetensors")) if Policy.load(p).kind == "nearest")
    other.mkdir()
    (other / "main.cpp").write_text("mine")
    long = random_policy(1, 3, {"prediction_horizon": 24, "unet": {"hidden_dims": (8, 8)}})
    long.save(tmp_path / "long.safetensors")
    for arguments, said in {
        (path, other): "mine: is not empty and holds no earlier export of sobolev_policy; name a new folder",
        (path, path): "policy.safetensors: is a file; name a folder",
        (tmp_path / "none", tmp_path / "out"): "none: is not a policy file",
        (path, tmp_path / "out", "--name", "No"): "name: expected lower-case letters, digits and _, got 'No'",
        (nearest, tmp_path / "out"): "is a policy of the kind nearest",
        (tmp_path / "long.safetensors", tmp_path / "out"): "knows chunks of a power of 2 up to 32 actions",
    }.items():
        policy, folder, *options = map(str, arguments)
        error = refusal(capsys, "export", policy, "--to", "cpp", folder, *options)
        assert said in error
        assert "\n" not in error
    assert (other / "main.cpp").read_text() == "mine"
    assert not (tmp_path / "out").exists()


def refusal(capsys, *command: str) -> str:
    """What is said by a command that ends in status 1."""
    try:
        assert main(list(command)) == 1
    except SystemExit as ended:
        return str(ended.code)
    return capsys.readouterr().err.removesuffix("\n")


def test_too_many_weights_for_source(tmp_path):
    wide = random_policy(1, 3, {"kind": "direct", "mlp": {"hidden_dims": (2400, 2400)}})
    with pytest.raises(ValueError, match=r"\d+ weights are too many for C\+\+ source.*onnx"):
        export_cpp(wide, tmp_path)


def test_a_folder_that_is_another_s(tmp_path):
    export_cpp(frozen("direct"), tmp_path, "one")
    with pytest.raises(BadArtefact, match="holds no earlier export of two"):
        export_cpp(frozen("direct"), tmp_path, "two")
