"""What the official module of Aligator 0.19.1 has and this one lacks: python bindings/tests/official_api.py

`official_api.json` lists the public names of the official module with their kind (class, func, value, module) and the
public members of its classes (method, class, value, prop-ro, prop-rw; "other" for the members of enumerations).
Arguments are in official_signatures.py.
"""

import enum
import functools
import inspect
import json
from pathlib import Path

import official_signatures

import aligator

LISTED = json.loads(Path(__file__).with_name("official_api.json").read_text())

# Left out on purpose, with the reason. Names with a final dot stand for all that begins so.
LEFT_OUT = {
    "aligator.gar": "the Riccati solvers on their own",
    "aligator.gar.": "the Riccati solvers on their own",
    "aligator.SolverProxDDP::linear_solver": "of a class in gar",
    "aligator.Workspace::lqr_problem": "of a class in gar",
    "aligator.Exception": "eigenpy's, would hide Python's under `from aligator import *`",
}

# A property that can be set serves where one that cannot is listed.
SERVES = {("prop-ro", "prop-rw")}


def lacking() -> list[str]:
    """Names and members that are missing, or of a kind that cannot stand for the listed one."""
    out = []
    for name, entry in LISTED.items():
        found = _find(name)
        if found is None:
            out.append(name)
            continue
        for member, kind in entry.get("members", {}).items():
            ours = _kind(found, member)
            if ours is None:
                out.append(f"{name}::{member}")
            elif ours != kind and (kind, ours) not in SERVES:
                out.append(f"{name}::{member} ({kind}, here {ours})")
    return out


def left_out(name: str) -> bool:
    return name in LEFT_OUT or any(name.startswith(start) for start in LEFT_OUT if start.endswith("."))


def _find(name: str):
    try:
        return functools.reduce(getattr, name.split(".")[1:], aligator)
    except AttributeError:
        return None


def _kind(cls: type, member: str) -> str | None:
    """Kind of a member of a class, None if it has none of this name."""
    if isinstance(cls, enum.EnumMeta):  # of which the members have some attributes that the class does not show
        listed = LISTED[f"aligator.{cls.__name__}"]["members"][member]
        return listed if hasattr(next(iter(cls)), member) else None
    try:
        value = inspect.getattr_static(cls, member)
    except AttributeError:
        return None
    if isinstance(value, property):
        return "prop-rw" if value.fset else "prop-ro"
    if isinstance(value, type):
        return "class"
    return "method" if callable(value) or isinstance(value, (staticmethod, classmethod)) else "value"


if __name__ == "__main__":
    everything = lacking()
    print(f"{len(LISTED)} names, {sum(len(e.get('members', {})) for e in LISTED.values())} members listed")
    for name in everything:
        print("left out:" if left_out(name) else "MISSING: ", name)
    print(sum(map(len, official_signatures.LISTED.values())), "signatures listed")
    for signature in official_signatures.misfits():
        print("MISSING: ", signature)
