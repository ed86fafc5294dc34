"""Which files a process opens, whether Python opens them or a library of C++, as Pinocchio does a URDF."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

from sobolev_diffusion.files import BadArtefact

RECORDER = "opened_files.so"


def recording(into: Path) -> dict[str, str]:
    """The environment of a process, and of those that it starts, that writes down what it opens.

    Elsewhere than on Linux nothing is written down.

    Raises:
        BadArtefact: the recorder was not compiled.
    """
    if sys.platform != "linux":
        return dict(os.environ)
    native = importlib.util.find_spec("sobolev_diffusion._native")
    recorder = Path(native.origin if native and native.origin else __file__).with_name(RECORDER)
    if not recorder.is_file():
        raise BadArtefact(recorder, "is missing", "run make environment, or install sobolev-diffusion again")
    preloaded = " ".join(filter(None, (str(recorder), os.environ.get("LD_PRELOAD"))))
    return {**os.environ, "LD_PRELOAD": preloaded, "SOBOLEV_OPENED_FILES": str(into)}


def read_files(record: Path) -> list[Path]:
    """What was read, without what the process had written itself before, in the order of opening."""
    try:
        lines = os.fsdecode(record.read_bytes()).splitlines()
    except FileNotFoundError:
        return []
    first: dict[Path, str] = {}
    for mode, path in (line.split(" ", 1) for line in lines):
        first.setdefault(Path(path), mode)
    return [path for path, mode in first.items() if mode == "r" and path.is_file()]
