"""Random calls of the native code in this process: valid arguments, a few of them perturbed.

python tests/fuzz_native.py SEED CALLS: prints how many calls were answered and how many refused. A refusal
that is not a ValueError or TypeError of one line ends it; each call is printed before it is made.
"""

import random
import sys
import warnings

import native_objects as objects
import numpy as np

from sobolev_diffusion import _native

WHOLE = [-(2**63), -(2**31), -8, -1, 0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 32, 33, 64, 1000, 1024, 1025]
WHOLE += [65536, 2**31 - 1, 2**31, 2**32 + 8, 2**63 - 1, 2**64 + 8, 10**5000]
REAL = [np.nan, np.inf, -np.inf, -1.0, -0.0, 0.0, 1e-300, 1e-45, 1e-3, 0.5, 1.0, 1.5, 1e18, 3e38, 1e300]
OTHER = [
    None,
    "",
    "none",
    "avx2",
    "\0",
    "\ud800",
    b"x",
    True,
    [],
    (),
    {},
    object(),
    1 + 2j,
    [[1]],
    float,
    ...,
]
TYPES = [np.float64, np.float16, np.int64, np.int32, np.uint8, bool, complex, object, ">f4", "U3", "M8[s]"]


def array(draw: random.Random, value: np.ndarray):
    """Another array: of another shape, type or order, with other values, or read-only."""
    axis = draw.randrange(value.ndim)
    index = draw.randrange(len(value) + 1)
    changed = draw.choice(
        [
            lambda: value[:index],
            lambda: np.delete(value, slice(index, None), axis=0),
            lambda: np.concatenate([value, value], axis=axis),
            lambda: np.repeat(value, draw.choice([0, 2, 100]), axis=axis),
            lambda: value.reshape(-1),
            lambda: value[None],
            lambda: value[..., None],
            lambda: value.T,
            lambda: np.flip(value, axis),
            lambda: np.asfortranarray(value),
            lambda: np.broadcast_to(value.flat[0] if value.size else np.float32(0), value.shape),
            lambda: np.lib.stride_tricks.as_strided(value, strides=(0,) * value.ndim),
            lambda: value.astype(draw.choice(TYPES), copy=True),
            lambda: np.full_like(value, draw.choice([x for x in REAL if np.isfinite(x) and abs(x) < 1e38])),
            lambda: np.zeros((1,) * draw.choice([0, 1, 5, 12]), value.dtype),
            lambda: np.frombuffer(b"\0" * (value.nbytes + 1), np.uint8)[1:].view(value.dtype),
            lambda: np.empty((2**30, 0), value.dtype),
        ]
    )()
    if draw.random() < 0.2:
        changed = changed.copy()
        changed.flags.writeable = False
    if draw.random() < 0.2 and changed.size and changed.dtype.kind in "fi" and changed.flags.writeable:
        bad = REAL if changed.dtype.kind == "f" else [-1, 5, 2**31, -(2**63)]
        changed.flat[draw.randrange(changed.size)] = draw.choice(bad)
    return changed


def perturbed(draw: random.Random, value):
    """Something else in the place of an argument, often of its own kind."""
    if draw.random() < 0.15:
        return draw.choice(OTHER + WHOLE + REAL)
    if isinstance(value, np.ndarray):
        return array(draw, value)
    if isinstance(value, dict):
        changed = dict(value)
        for key in draw.sample(list(changed), draw.choice([0, 1, 2])):
            changed[key] = perturbed(draw, changed[key])
        if draw.random() < 0.2:
            changed.pop(draw.choice(list(changed)), None)
        if draw.random() < 0.2:
            changed[draw.choice(["", "other", 3, None, "0.weight"])] = draw.choice(list(value.values()))
        return changed
    if isinstance(value, list):
        changed = list(value)
        changed[draw.randrange(len(changed))] = draw.choice(WHOLE + REAL + OTHER)
        return draw.choice([changed, changed * draw.choice([0, 2, 3000]), changed[:-1], np.array(value)])
    if isinstance(value, float):
        return draw.choice(REAL)
    return draw.choice(WHOLE)


def perturb(draw: random.Random, arguments: dict) -> dict:
    changed = dict(arguments)
    for name in draw.sample(list(changed), min(len(changed), draw.choice([0, 1, 1, 1, 2, 3]))):
        changed[name] = perturbed(draw, changed[name])
    if draw.random() < 0.03:
        changed[draw.choice(["", "more", "self"])] = 1
    if draw.random() < 0.03:
        changed.pop(draw.choice(list(changed)))
    return changed


def calls(draw: random.Random):
    """Endless (text, function, arguments)."""
    made = {
        name: objects.constructor(_native, name)(**a()) for name, a in objects.CONSTRUCTOR_ARGUMENTS.items()
    }
    while True:
        name = draw.choice(list(made))
        if draw.random() < 0.4:
            yield name, objects.constructor(_native, name), objects.CONSTRUCTOR_ARGUMENTS[name]()
        elif name == "Sampler":
            yield "sample", made[name].sample, objects.sample_arguments(draw.choice([0, 1, 3, 9]))
        elif name == "MlpPredictor":
            yield "predict", made[name].predict, objects.predict_arguments(draw.choice([0, 1, 3, 100]))
        elif draw.random() < 0.6:
            estimator, batch = draw.choice(["none", "output", "state"]), draw.choice([0, 1, 3, 9])
            kind = name.removeprefix("Trainer.")
            yield f"{name} step", made[name].step, objects.step_arguments(kind, estimator, batch)
        else:
            method = draw.choice(["weights", "gradient"])
            target = objects.parameters(objects.SHAPES[name]())
            yield f"{name} {method}", getattr(made[name], method), {"parameters": target}


def main(seed: int, count: int) -> None:
    draw = random.Random(seed)
    answered = refused = 0
    for i, (text, function, arguments) in enumerate(calls(draw)):
        if i == count:
            break
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                arguments = perturb(draw, arguments)
            except (TypeError, ValueError, OverflowError):  # NumPy does not know that combination
                continue
        print(i, text, flush=True)
        try:
            function(**arguments)
            answered += 1
        except (ValueError, TypeError) as error:
            if len(str(error).splitlines()) != 1:
                raise RuntimeError(f"{text}: refused in {error!r}") from error
            refused += 1
    print(f"answered {answered}, refused {refused}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
