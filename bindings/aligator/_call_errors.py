"""What is wrong with a call whose arguments fit no signature: the argument, what it should be, and what was given.

The extension calls `explain` before it raises TypeError; without an explanation nanobind's list of signatures stays.
"""

import ast
import functools
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ._aligator import _is_initialized


@dataclass(frozen=True)
class _Mismatch:
    fits_number: bool  # the number of arguments and their names fit this signature
    position: int  # of the first argument that does not fit
    text: str


def explain(function, args: tuple, kwargs: dict) -> str | None:
    """One line on a call of a bound function that no signature fits; None if the reason is not known."""
    # A constructor's instance may only be looked at by its class.
    owner = type(args[0]) if args else None
    property_name = _property_name(owner, function) if not function.__name__ else None
    found = []
    for signature, *_ in function.__nb_signature__:
        try:
            parameters = list(_parameters(signature, property_name))
        except SyntaxError:
            return None
        if parameters and parameters[0].name == "self":
            found.append(_mismatch(parameters[1:], args[1:], kwargs))
        else:
            found.append(_mismatch(parameters, args, kwargs))
    if not found or None in found:
        return None
    closest = max((m.fits_number, m.position) for m in found)
    texts = dict.fromkeys(m.text for m in found if (m.fits_number, m.position) == closest)
    place = f"{owner.__name__}.{property_name}" if property_name else function.__qualname__.removesuffix(".__init__")
    return f"{'; or '.join(texts)} (in {place})"


@dataclass(frozen=True)
class _Parameter:
    name: str
    annotation: ast.expr | None
    required: bool


def _property_name(owner, setter) -> str | None:
    for base in owner.__mro__ if owner else ():
        for name, value in vars(base).items():
            if isinstance(value, property) and value.fset == setter:
                return name
    return None


def _parameters(signature: str, property_name: str | None) -> Iterator[_Parameter]:
    # The result's type is of no interest and not always an expression; defaults are given as \0, \1, ...
    text = re.sub(r"\\\d+", "...", signature.rpartition(" -> ")[0])
    if property_name:
        text = text.replace("def (", "def setter(").replace("arg:", f"{property_name}:")
    (definition,) = ast.parse(text + ": ...").body
    every = definition.args.posonlyargs + definition.args.args
    required = len(every) - len(definition.args.defaults)
    for i, argument in enumerate(every):
        yield _Parameter(argument.arg, argument.annotation, i < required)


def _mismatch(parameters: list[_Parameter], args: tuple, kwargs: dict) -> _Mismatch | None:
    names = [p.name for p in parameters]
    for name in kwargs:
        if name not in names:
            return _Mismatch(False, 0, f"{name}: no such argument, expected {', '.join(names) or 'none'}")
    if len(args) > len(parameters):
        return _Mismatch(False, 0, f"expected at most {len(parameters)} arguments, got {len(args)}")
    given = dict(zip(names, args)) | kwargs
    for i, parameter in enumerate(parameters):
        if parameter.name in given:
            wrong = _wrong(parameter.name, given[parameter.name], parameter.annotation)
            if wrong:
                return _Mismatch(all(p.name in given for p in parameters if p.required), i, wrong)
        elif parameter.required:
            return _Mismatch(False, i, f"{parameter.name}: missing, expected {_describe(parameter.annotation)}")
    return None


def _wrong(name: str, value, annotation: ast.expr) -> str | None:
    """What is wrong with the value, or None if it is as annotated, as far as can be told."""
    if (
        isinstance(annotation, ast.Subscript)
        and _is_sequence(value)
        and ast.unparse(annotation.value).endswith("Sequence")
    ):
        parts = (_wrong(f"{name}[{i}]", item, annotation.slice) for i, item in enumerate(value))
        return next(filter(None, parts), None)
    if not _fits(value, annotation):
        given = "None" if value is None else type(value).__name__
        return f"{name}: expected {_describe(annotation)}, got {given}"
    if not _is_initialized(value):
        return f"{name}: not initialised; {type(value).__name__}.__init__ must call super().__init__()"
    return None


def _fits(value, annotation: ast.expr) -> bool:
    if isinstance(annotation, ast.BinOp):
        return _fits(value, annotation.left) or _fits(value, annotation.right)
    if isinstance(annotation, ast.Subscript):
        return _is_sequence(value) or not _is_sequence_type(annotation)
    expected = ast.unparse(annotation)
    if expected == "None":
        return value is None
    if expected == "float":
        return hasattr(value, "__float__") or hasattr(value, "__index__")
    if expected == "int":
        return hasattr(value, "__index__")
    kind = _resolve(expected)
    return isinstance(value, kind) if isinstance(kind, type) else True


def _is_sequence_type(annotation: ast.expr) -> bool:
    return isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "collections.abc.Sequence"


def _is_sequence(value) -> bool:
    return hasattr(value, "__len__") and hasattr(value, "__getitem__") and not isinstance(value, (str, bytes, dict))


@functools.cache
def _resolve(name: str):
    module, *path = name.split(".") if "." in name else ("builtins", name)
    try:
        return functools.reduce(getattr, path, importlib.import_module(module))
    except (ImportError, AttributeError):
        return None


def _describe(annotation: ast.expr) -> str:
    text = ast.unparse(annotation).replace("aligator._aligator.", "aligator.")
    return re.sub(r"collections\.abc\.Sequence\[(.*)\]", r"a sequence of \1", text)
