"""Names and defaults of the arguments of the official module, compared with those of this one.

`official_signatures.json` lists what the sources of the official module of Aligator 0.19.1 give to Boost.Python: for
each function or method its overloads, each as a list of arguments ("name" or "name=default"; "" where the official
module has no name that could be a keyword). Functions that are not listed have no names of arguments there.
"""

import ast
import functools
import json
import re
from pathlib import Path

import aligator

LISTED = json.loads(Path(__file__).with_name("official_signatures.json").read_text())


def misfits() -> list[str]:
    """Overloads of the official module that no overload here can stand for."""
    out = []
    for name, overloads in LISTED.items():
        ours = _signatures(_find(name))
        for overload in overloads:
            if not any(_serves(each, overload) for each in ours):
                here = " | ".join(f"({', '.join(each)})" for each in ours)
                out.append(f"{name}({', '.join(overload)}), here {here}")
    return out


def _find(name: str):
    path = name.replace("::", ".").split(".")[1:]
    return functools.reduce(getattr, path, aligator)


def _signatures(function) -> list[list[str]]:
    """Of each overload, the arguments as they are listed, without self."""
    out = []
    for signature, _, *defaults in function.__nb_signature__:
        # Types of arrays are not Python: ndarray[dtype=float64, shape=(*)]. Defaults stand apart, as \\0, \\1, ...
        text = re.sub(r"\[dtype=[^\]]*\]", "", signature.rpartition(" -> ")[0])
        arguments = ast.parse(re.sub(r"\\(\d+)", r"(\1,)", text) + ": ...").body[0].args
        named = arguments.posonlyargs + arguments.args
        given = [None] * (len(named) - len(arguments.defaults)) + arguments.defaults
        texts = [a.arg + ("" if d is None else f"={_value(d, defaults)}") for a, d in zip(named, given, strict=True)]
        out.append(texts[1:] if texts[:1] == ["self"] else texts)
    return out


def _value(default: ast.expr, defaults: list):
    value = ast.literal_eval(default)
    return defaults[0][value[0]] if isinstance(value, tuple) else value


def _serves(ours: list[str], official: list[str]) -> bool:
    """Same names and defaults; what is optional here may be required there, and more may follow that is optional."""
    if len(ours) < len(official):
        return False
    same = all(
        not theirs or mine == theirs or ("=" not in theirs and mine.partition("=")[0] == theirs)
        for mine, theirs in zip(ours, official, strict=False)
    )
    return same and all("=" in mine for mine in ours[len(official) :])
