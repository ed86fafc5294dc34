"""What the native code refuses when it is called directly: one line each, never a signal or a silent nothing.

What could end in a signal or in an endless loop runs in a process of its own.
"""

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import numpy as np
import pytest
from native_objects import (
    CONSTRUCTOR_ARGUMENTS,
    SHAPES,
    constructor,
    mlp_arguments,
    mlp_shapes,
    parameters,
    predict_arguments,
    sample_arguments,
    step_arguments,
    unet_arguments,
    unet_shapes,
)

native = pytest.importorskip("sobolev_diffusion._native")

SECONDS = 60
UNETS, PERCEPTRONS = ("Sampler", "Trainer.unet"), ("MlpPredictor", "Trainer.mlp")


def in_a_process(function, *arguments):
    """What the function returns or raises; a signal or an endless loop is a failure."""
    reader, writer = multiprocessing.get_context("fork").Pipe(duplex=False)

    def work():
        try:
            result = function(*arguments)
        except Exception as error:
            result = error
        writer.send(result)

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    writer.close()
    try:
        assert reader.poll(SECONDS), "never returns"
        return reader.recv()
    except EOFError:
        process.join()
        pytest.fail(f"ended by signal {-process.exitcode}")
    finally:
        process.kill()
        process.join()


def refused(function, *arguments, match: str, kind=ValueError):
    error = in_a_process(function, *arguments)
    assert isinstance(error, kind), error
    assert "\n" not in str(error)
    assert match in str(error)


def construct(name, **changes):
    """Without a result: the objects stay in their process."""
    constructor(native, name)(**{**CONSTRUCTOR_ARGUMENTS[name](), **changes})


def sample(**changes):
    return native.Sampler(**unet_arguments()).sample(**{**sample_arguments(), **changes})


def predict(**changes):
    return native.MlpPredictor(**mlp_arguments()).predict(**{**predict_arguments(), **changes})


def trainer(kind):
    return constructor(native, f"Trainer.{kind}")(**CONSTRUCTOR_ARGUMENTS[f"Trainer.{kind}"]())


def step(kind, **changes):
    return trainer(kind).step(**{**step_arguments(kind), **changes})


def zeros(kind):
    shapes = SHAPES[f"Trainer.{kind}"]()
    return {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}


@pytest.mark.parametrize("name", CONSTRUCTOR_ARGUMENTS)
def test_what_the_tests_start_from_is_valid(name):
    assert in_a_process(construct, name) is None


@pytest.mark.parametrize("kind", ["unet", "mlp"])
@pytest.mark.parametrize("estimator", ["none", "output", "state"])
def test_steps_that_the_tests_start_from_are_valid(kind, estimator):
    assert np.isfinite(in_a_process(lambda: step(kind, **step_arguments(kind, estimator)))).all()


UNET_VALUES = [
    ("groups", 0, ValueError, "groups: expected 1 .. 1024, got 0"),
    ("groups", -8, ValueError, "groups: expected 1 .. 1024, got -8"),
    ("groups", 3, ValueError, "hidden_dims: expected multiples of groups = 3, got 8"),
    ("groups", 2.0, TypeError, "groups: expected a whole number, got 2.0"),
    ("history", 1000, ValueError, "history: expected 0 .. 7, got 1000"),
    ("history", 8, ValueError, "history: expected 0 .. 7, got 8"),
    ("history", -1, ValueError, "history: expected 0 .. 7, got -1"),
    ("horizon", 0, ValueError, "horizon: expected 1 .. 32, got 0"),
    ("horizon", 12, ValueError, "horizon: the native kernels know powers of two up to 32, got 12"),
    ("horizon", 64, ValueError, "horizon: expected 1 .. 32, got 64"),
    ("horizon", 2**70, ValueError, "horizon: expected 1 .. 32, got 1180591620717411303424"),
    ("horizon", True, TypeError, "horizon: expected a whole number, got True"),
    ("kernel_size", 4, ValueError, "kernel_size: the native kernels know 3, 5 and 7, got 4"),
    ("kernel_size", 9, ValueError, "kernel_size: expected 3 .. 7, got 9"),
    ("kernel_size", -3, ValueError, "kernel_size: expected 3 .. 7, got -3"),
    ("action_dim", 0, ValueError, "action_dim: expected 1 .. 65536, got 0"),
    ("action_dim", 2**31 - 1, ValueError, "action_dim: expected 1 .. 65536, got 2147483647"),
    ("observation_dim", -3, ValueError, "observation_dim: expected 1 .. 65536, got -3"),
    ("observation_dim", 60_000, ValueError, "film.1.weight': expected shape"),
    ("step_embedding_dim", 2, ValueError, "step_embedding_dim: expected 4 .. 65536, got 2"),
    ("step_embedding_dim", 7, ValueError, "step_embedding_dim: expected an even number, got 7"),
    ("hidden_dims", [], ValueError, "hidden_dims: expected one level at least"),
    ("hidden_dims", [8] * 5, ValueError, "than a horizon of 8 can be halved for, got 5"),
    ("hidden_dims", [8] * 33, ValueError, "hidden_dims: expected up to 6 entries, got 33"),
    ("hidden_dims", [8, 0], ValueError, "hidden_dims[1]: expected 1 .. 1024, got 0"),
    ("hidden_dims", [8, -16], ValueError, "hidden_dims[1]: expected 1 .. 1024, got -16"),
    ("hidden_dims", [8, 2048], ValueError, "hidden_dims[1]: expected 1 .. 1024, got 2048"),
    ("hidden_dims", [8, 16.0], TypeError, "hidden_dims[1]: expected a whole number, got 16.0"),
    ("hidden_dims", "88", TypeError, "hidden_dims: expected a list of whole numbers, got '88'"),
    ("hidden_dims", 8, TypeError, "hidden_dims: expected a list of whole numbers, got 8"),
    ("alpha_bar", [], ValueError, "alpha_bar: expected one entry at least, got 0"),
    ("alpha_bar", [0.9, np.nan, 0.5, 0.3, 0.1], ValueError, "alpha_bar[1]: expected a number that is finite"),
    ("alpha_bar", [1.5, 0.7, 0.5, 0.3, 0.1], ValueError, "above 0 and up to 1, got 1.5"),
    ("alpha_bar", [0.9, 0.7, 0.5, 0.3, 0.0], ValueError, "alpha_bar[4]: expected a number above 0"),
    ("alpha_bar", [0.9, 0.7, 0.5, 0.3, -0.1], ValueError, "above 0 and up to 1, got -0.1"),
    ("alpha_bar", [0.5] * 10_001, ValueError, "alpha_bar: expected up to 10000 entries, got 10001"),
    ("alpha_bar", ["a"] * 5, TypeError, "alpha_bar[0]: expected a number, got 'a'"),
    ("clean", [1.0], ValueError, "clean: expected 5 entries as alpha_bar has, got 1"),
    ("clean", [1.0] * 6, ValueError, "clean: expected 5 entries as alpha_bar has, got 6"),
    ("noisy", [np.inf] * 5, ValueError, "noisy[0]: expected a number that is finite in float32, got inf"),
    ("noisy", [1e300] * 5, ValueError, "noisy[0]: expected a number that is finite in float32, got 1e+300"),
    ("noisy", [10**400] * 5, ValueError, "noisy[0]: expected a finite number, got 1000"),
    ("deviation", [-0.1] * 5, ValueError, "deviation[0]: expected a number that is not negative, got -0.1"),
    ("predicts_noise", 1, TypeError, "predicts_noise: expected True or False, got 1"),
]


@pytest.mark.parametrize("name", UNETS)
@pytest.mark.parametrize(("argument", "value", "kind", "match"), UNET_VALUES)
def test_values_of_the_unet(name, argument, value, kind, match):
    refused(lambda: construct(name, **{argument: value}), match=match, kind=kind)


@pytest.mark.parametrize("name", PERCEPTRONS)
@pytest.mark.parametrize(
    ("argument", "value", "kind", "match"),
    [
        ("action_dim", -2, ValueError, "action_dim: expected 1 .. 65536, got -2"),
        ("action_dim", 3, ValueError, "parameter '4.weight': expected shape (3, 6), got (2, 6)"),
        ("observation_dim", 0, ValueError, "observation_dim: expected 1 .. 65536, got 0"),
        ("observation_dim", None, TypeError, "observation_dim: expected a whole number, got None"),
        ("hidden_dims", [0], ValueError, "hidden_dims[0]: expected 1 .. 65536, got 0"),
        ("hidden_dims", [5, -6], ValueError, "hidden_dims[1]: expected 1 .. 65536, got -6"),
        ("hidden_dims", [65536] * 1024, ValueError, "parameter '0.weight': expected shape (65536, 3)"),
        ("hidden_dims", {5: 6}, TypeError, "hidden_dims: expected a list of whole numbers"),
        ("hidden_dims", iter([5, 6]), TypeError, "hidden_dims: expected a list of whole numbers"),
    ],
)
def test_values_of_the_perceptron(name, argument, value, kind, match):
    refused(lambda: construct(name, **{argument: value}), match=match, kind=kind)


@pytest.mark.parametrize("name", CONSTRUCTOR_ARGUMENTS)
@pytest.mark.parametrize(
    ("value", "kind", "match"),
    [
        ("sse9", ValueError, "instruction_set: sse9 is not available here; available: "),
        ("a\nb", ValueError, r"instruction_set: expected one of instruction_sets(), got 'a\nb'"),
        (None, TypeError, "instruction_set: expected a string, got None"),
        ("\ud800", ValueError, "instruction_set: expected a string of valid characters"),
    ],
)
def test_instruction_sets(name, value, kind, match):
    refused(lambda: construct(name, instruction_set=value), match=match, kind=kind)


def with_weight(name, change):
    """The parameters with one changed; change: array -> array."""
    weights = parameters(SHAPES[name]())
    key = "0.weight" if name in PERCEPTRONS else "down.0.0.first.0.weight"
    weights[key] = change(weights[key])
    return weights


@pytest.mark.parametrize("name", CONSTRUCTOR_ARGUMENTS)
@pytest.mark.parametrize(
    ("change", "kind", "match"),
    [
        (lambda w: np.concatenate([w, w]), ValueError, "weight': expected shape ("),
        (lambda w: w[:-1], ValueError, "weight': expected shape ("),
        (lambda w: w.ravel(), ValueError, "weight': expected shape ("),
        (lambda w: w[None], ValueError, "weight': expected shape ("),
        (lambda w: w[:0], ValueError, "weight': expected shape ("),
        (lambda w: w.astype(np.float64), TypeError, "on the CPU, got an array of float64"),
        (lambda w: w.astype(np.int32), TypeError, "on the CPU, got an array of int32"),
        (lambda w: w.astype(">f4"), TypeError, "on the CPU, got an array of >f4"),
        (lambda w: w.astype(object), TypeError, "on the CPU, got an array of object"),
        (lambda w: np.asfortranarray(w), ValueError, "got one of other strides"),
        (lambda w: w[::-1], ValueError, "got one of other strides"),
        (lambda w: np.broadcast_to(w[:1, :1], w.shape), ValueError, "got one of other strides"),
        (lambda w: unaligned(w), ValueError, "got one that is not aligned"),
        (lambda w: None, TypeError, "on the CPU, got None"),
        (lambda w: w.tolist(), TypeError, "on the CPU, got a value of type list"),
    ],
)
def test_weights_that_do_not_fit_their_layer(name, change, kind, match):
    refused(lambda: construct(name, parameters=with_weight(name, change)), match=match, kind=kind)


def unaligned(array):
    memory = np.zeros(array.nbytes + 1, np.uint8)[1:]
    memory[:] = np.frombuffer(array.tobytes(), np.uint8)
    return memory.view(np.float32).reshape(array.shape)


@pytest.mark.parametrize("name", CONSTRUCTOR_ARGUMENTS)
def test_names_of_parameters(name):
    weights = parameters(SHAPES[name]())
    last, value = weights.popitem()
    refused(lambda: construct(name, parameters=weights), match=f"parameters: expected '{last}' among them")
    more = {**weights, last: value, "other": value}
    refused(lambda: construct(name, parameters=more), match="network's parameters only, got 'other'")
    more = {**weights, last: value, 3: value}
    refused(
        lambda: construct(name, parameters=more), match="a name: expected a string, got 3", kind=TypeError
    )
    more = list(weights.items())
    refused(lambda: construct(name, parameters=more), match="parameters: expected a dict", kind=TypeError)


@pytest.mark.parametrize("name", CONSTRUCTOR_ARGUMENTS)
def test_names_of_arguments(name):
    def without():
        arguments = CONSTRUCTOR_ARGUMENTS[name]()
        del arguments["action_dim"]
        constructor(native, name)(**arguments)

    refused(without, match=f"{name}: argument action_dim is missing", kind=TypeError)
    refused(lambda: construct(name, more=1), match=f"{name}: has no argument 'more'", kind=TypeError)
    refused(lambda: constructor(native, name)(*range(20)), match=f"{name}: expected ", kind=TypeError)


ARRAY_CHANGES = [
    (lambda a: a[:-1], ValueError, "expected shape ("),
    (lambda a: a[..., :-1].copy(), ValueError, "expected shape ("),
    (lambda a: a[None], ValueError, "expected shape ("),
    (lambda a: a.astype(np.float64), TypeError, "expected a C-contiguous "),
    (lambda a: np.repeat(a, 2, axis=-1)[..., ::2], ValueError, "got one of other strides"),
    (lambda a: None, TypeError, "got None"),
    (lambda a: a.tolist(), TypeError, "got a value of type list"),
    (lambda a: np.where(np.arange(len(a)).reshape(-1, *[1] * (a.ndim - 1)) == 1, np.nan, a).astype(a.dtype),
     ValueError, "holds NaN or infinite values"),
]  # fmt: skip


@pytest.mark.parametrize("argument", sample_arguments())
@pytest.mark.parametrize(("change", "kind", "match"), ARRAY_CHANGES)
def test_arrays_of_a_sample(argument, change, kind, match):
    changed = {argument: change(sample_arguments()[argument])}
    if argument == "observation" and match.startswith("expected shape") and len(changed[argument]) == 2:
        argument = "history"  # the observation decides the batch's size
    refused(lambda: sample(**changed), match=f"{argument}: ", kind=kind)


@pytest.mark.parametrize(("change", "kind", "match"), ARRAY_CHANGES[1:])
def test_arrays_of_a_prediction(change, kind, match):
    value = change(predict_arguments()["observation"])
    refused(lambda: predict(observation=value), match=match, kind=kind)


def test_a_prediction_names_its_arguments():
    predictor = native.MlpPredictor(**mlp_arguments())
    refused(predictor.predict, match="predict: argument observation is missing", kind=TypeError)
    refused(predictor.predict, 1, 2, match="predict: expected 1 arguments, got 2", kind=TypeError)


def test_scalars_where_arrays_are_expected():
    scalar = np.float32(1).reshape(())
    refused(lambda: predict(observation=scalar), match="observation: expected shape (any, 3), got ()")
    refused(lambda: sample(observation=scalar), match="observation: expected shape (any, 3), got ()")


def test_read_only_arrays_can_be_read():
    observation = predict_arguments()["observation"]
    expected = predict()
    observation.flags.writeable = False
    assert np.array_equal(predict(observation=observation), expected)


def test_empty_batches():
    assert in_a_process(lambda: sample(**sample_arguments(0))).shape == (0, 8, 2)
    assert in_a_process(lambda: predict(**predict_arguments(0))).shape == (0, 2)
    for kind in ("unet", "mlp"):
        empty = step_arguments(kind, batch=0)
        refused(
            lambda k=kind, e=empty: step(k, **e), match="observation: expected 1 .. 2147483647 samples, got 0"
        )


STEP_ARRAYS = [
    (kind, argument)
    for kind in ("unet", "mlp")
    for argument, value in step_arguments(kind).items()
    if isinstance(value, np.ndarray)
]


@pytest.mark.parametrize(("kind", "argument"), STEP_ARRAYS)
@pytest.mark.parametrize(("change", "error", "match"), ARRAY_CHANGES)
def test_arrays_of_a_step(kind, argument, change, error, match):
    if argument == "steps" and "NaN" in match:
        pytest.skip("whole numbers")
    value = step_arguments(kind)[argument]
    if argument == "projections" and match.startswith("expected shape"):
        value = value[:, :2].copy()  # their number is free
        refused(lambda: step(kind, projections=value), match="projections: expected shape (any, 3, ")
        return
    names = {"observation": "chunk", "observation_jacobian": "chunk_jacobian"}  # who decides an extent
    decides = argument in names and match.startswith("expected shape")
    changed = change(value)
    wrong = decides and changed.ndim == value.ndim
    error_text = str(in_a_process(lambda: step(kind, **{argument: changed})))
    assert error_text.startswith((f"{argument}: ", f"{names[argument]}: ") if wrong else f"{argument}: ")
    refused(lambda: step(kind, **{argument: changed}), match=match[:15] if wrong else match, kind=error)


@pytest.mark.parametrize("kind", ["unet", "mlp"])
@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"estimator": "full"}, ValueError, "estimator: expected none, output or state, got 'full'"),
        ({"estimator": "none\0"}, ValueError, r"estimator: expected none, output or state, got 'none\x00'"),
        ({"estimator": None}, TypeError, "estimator: expected a string, got None"),
        ({"rate": -1e-3}, ValueError, "rate: expected a number that is not negative, got -0.001"),
        ({"rate": np.nan}, ValueError, "rate: expected a number that is finite in float32, got nan"),
        ({"rate": 1e300}, ValueError, "rate: expected a number that is finite in float32, got 1e+300"),
        ({"rate": 1e38}, ValueError, "rate: expected up to 1e19, got 1e+38"),
        ({"rate": "fast"}, TypeError, "rate: expected a number, got 'fast'"),
        ({"weight": -0.1}, ValueError, "weight: expected a number that is not negative, got -0.1"),
        ({"weight": np.inf}, ValueError, "weight: expected a number that is finite in float32, got inf"),
        ({"weight": None}, TypeError, "weight: expected a number, got None"),
        (
            {"sobolev_weight": np.float32([1, -1, 1])},
            ValueError,
            "sobolev_weight: expected numbers that are not negative, got -1",
        ),
        ({"estimator": "none"}, ValueError, "projections: expected None with the estimator none"),
    ],
)
def test_values_of_a_step(kind, changes, error, match):
    refused(lambda: step(kind, **changes), match=match, kind=error)


@pytest.mark.parametrize("kind", ["unet", "mlp"])
def test_a_step_without_directions_or_projections(kind):
    arguments = step_arguments(kind)
    flat = {name: arguments[name][..., :0] for name in ("observation_jacobian", "chunk_jacobian")}
    refused(
        lambda: step(kind, **flat), match="observation_jacobian: expected 1 .. 2147483647 directions, got 0"
    )
    none = arguments["projections"][:0]
    refused(
        lambda: step(kind, projections=none), match="projections: expected 1 .. 2147483647 projections, got 0"
    )


@pytest.mark.parametrize("bad", [-1, 5, 2**40, -(2**63)])
def test_diffusion_steps_outside_the_schedule(bad):
    steps = np.array([0, bad, 1])
    refused(lambda: step("unet", steps=steps), match=f"steps: expected 0 .. N_diff - 1 = 4, got {bad}")


def test_a_perceptron_takes_no_diffusion_step():
    refused(lambda: step("mlp", steps=np.zeros(3, int)), match="steps: expected None for a perceptron")
    refused(lambda: step("mlp", noise=np.zeros((3, 1, 2))), match="noise: expected None for a perceptron")


@pytest.mark.parametrize("kind", ["unet", "mlp"])
@pytest.mark.parametrize("method", ["weights", "gradient"])
def test_what_is_written_into(kind, method):
    def write(change):
        target = zeros(kind)
        key = "2.weight" if kind == "mlp" else "middle.0.first.0.weight"
        target[key] = change(target[key])
        made = trainer(kind)
        made.step(**step_arguments(kind))
        getattr(made, method)(target)

    def read_only(array):
        array.flags.writeable = False
        return array

    for change, error, match in [
        (lambda w: w[:1].copy(), ValueError, "weight': expected shape ("),
        (lambda w: w.ravel(), ValueError, "weight': expected shape ("),
        (lambda w: np.concatenate([w, w]), ValueError, "weight': expected shape ("),
        (lambda w: w.astype(np.float64), TypeError, "on the CPU, got an array of float64"),
        (lambda w: np.asfortranarray(w), ValueError, "got one of other strides"),
        (lambda w: unaligned(w), ValueError, "got one that is not aligned"),
        (read_only, ValueError, "expected an array to write into, got one that is read-only"),
        (lambda w: w.tolist(), TypeError, "got a value of type list"),
    ]:
        refused(write, change, match=match, kind=error)
    assert in_a_process(write, lambda w: w) is None


@pytest.mark.parametrize("method", ["weights", "gradient"])
def test_nothing_is_written_where_one_array_does_not_fit(method):
    made, target = trainer("mlp"), zeros("mlp")
    made.step(**step_arguments("mlp"))
    target["4.bias"] = target["4.bias"].astype(np.float64)
    with pytest.raises(TypeError, match=r"4\.bias"):
        getattr(made, method)(target)
    assert not any(array.any() for array in target.values())


@pytest.mark.parametrize("method", ["weights", "gradient"])
def test_names_of_what_is_written_into(method):
    made, target = trainer("mlp"), zeros("mlp")
    made.step(**step_arguments("mlp"))
    write = getattr(made, method)
    refused(write, {**target, "other": target["0.bias"]}, match="parameters only, got 'other'")
    del target["2.bias"]
    refused(write, target, match="parameters: expected '2.bias' among them, got none")
    refused(write, [], match="parameters: expected a dict", kind=TypeError)


def test_arrays_that_share_memory_are_not_written_into():
    memory, target = np.zeros(20, np.float32), zeros("mlp")
    target["0.weight"], target["0.bias"] = memory[:15].reshape(5, 3), memory[14:19]
    with pytest.raises(ValueError, match=r"'0\.bias': expected memory of its own, got that of '0\.weight'"):
        trainer("mlp").weights(target)
    target["0.bias"] = memory[15:]
    trainer("mlp").weights(target)
    np.testing.assert_array_equal(target["0.bias"], parameters(mlp_shapes())["0.bias"])


@pytest.mark.parametrize("kind", ["unet", "mlp"])
def test_a_gradient_before_any_step_is_refused(kind):
    refused(lambda: trainer(kind).gradient(zeros(kind)), match="gradient: expected a call of step before")


@pytest.mark.parametrize("kind", ["unet", "mlp"])
def test_weights_come_back_as_they_went_in(kind):
    target = zeros(kind)
    trainer(kind).weights(target)
    for name, value in parameters(SHAPES[f"Trainer.{kind}"]()).items():
        np.testing.assert_array_equal(target[name], value)


def test_a_step_with_finite_losses_and_an_infinite_gradient_is_refused():
    made, before = trainer("mlp"), zeros("mlp")
    made.weights(before)
    huge = step_arguments("mlp", "none")
    huge["observation"] = np.full_like(huge["observation"], 1e19)
    huge["chunk"] = np.full_like(huge["chunk"], 1e19)
    weights = zeros("mlp")
    made.weights(weights)
    with pytest.raises(
        ValueError, match=r"gradient: expected entries up to 1e18, got .* the losses are finite"
    ):
        made.step(**huge)
    made.weights(weights)
    for name, value in before.items():
        np.testing.assert_array_equal(weights[name], value)
    assert np.isfinite(made.step(**step_arguments("mlp"))).all()


def test_a_step_from_a_weight_that_no_loss_depends_on_and_is_not_finite_is_refused():
    arguments = unet_arguments()
    dims = {"horizon": 1, "hidden_dims": [8], "history": 0}
    weights = parameters(unet_shapes(hidden_dims=[8]))
    weights["middle.0.first.0.weight"][0, 0, 0] = np.nan  # beside the only position
    made = native.Trainer.unet(**{**arguments, **dims, "parameters": weights})
    batch = step_arguments("unet", "none")
    batch["chunk"], batch["noise"] = batch["chunk"][:, :1].copy(), batch["noise"][:, :1].copy()
    with pytest.raises(
        ValueError, match="parameters: expected entries up to 1e38 to take a step from, got nan"
    ):
        made.step(**batch)


def many_steps(kind, threads):
    made = trainer(kind)
    arguments = step_arguments(kind, batch=40)
    with ThreadPoolExecutor(threads) as pool:
        losses = list(pool.map(lambda _: made.step(**arguments), range(200)))
    target = zeros(kind)
    made.weights(target)
    return losses, target


@pytest.mark.parametrize("kind", ["unet", "mlp"])
def test_threads_that_share_a_trainer_take_turns(kind):
    alone, shared = in_a_process(many_steps, kind, 1), in_a_process(many_steps, kind, 4)
    assert sorted(alone[0]) == sorted(shared[0])
    for name, value in alone[1].items():
        np.testing.assert_array_equal(shared[1][name], value)


def test_diffusion_steps_that_change_during_the_work_are_not_read_again():
    made, arguments = trainer("unet"), step_arguments("unet", batch=400)
    done = threading.Event()

    def spoil():
        while not done.is_set():
            arguments["steps"][:] = 2**40
            arguments["steps"][:] = 0

    def both():
        spoiling = threading.Thread(target=spoil)
        spoiling.start()
        for _ in range(100):
            with suppress(ValueError):  # those that were spoilt when they were looked at
                made.step(**arguments)
        done.set()
        spoiling.join()

    assert in_a_process(both) is None


@pytest.mark.parametrize("name", ["Sampler", "MlpPredictor"])
@pytest.mark.filterwarnings("ignore:nanobind")
def test_objects_that_are_not_constructed_once(name):
    kind = getattr(native, name)
    method = "sample" if name == "Sampler" else "predict"
    assert isinstance(in_a_process(lambda: getattr(kind.__new__(kind), method)(1)), TypeError)
    made = kind(**CONSTRUCTOR_ARGUMENTS[name]())
    assert isinstance(in_a_process(lambda: made.__init__(**CONSTRUCTOR_ARGUMENTS[name]())), TypeError)
    assert isinstance(in_a_process(native.Trainer), TypeError)
