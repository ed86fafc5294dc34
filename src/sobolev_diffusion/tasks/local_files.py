"""Which files are a user's own, and which came with Python, its packages or the system."""

from __future__ import annotations

import site
import sys
import sysconfig
from functools import cache
from pathlib import Path

_SYSTEM = ("/bin", "/dev", "/etc", "/lib", "/lib64", "/nix", "/opt", "/proc", "/run", "/sys", "/usr", "/var")


def is_local(path: Path, *homes: Path) -> bool:
    """Whether a file is neither installed nor a tool's own.

    Args:
        path: absolute, without links.
        homes: folders of the user's: what lies in them is local, unless Python itself does.
    """
    if _below(path, _libraries()):
        return False
    home = next((home for home in homes if path.is_relative_to(home) and home != home.parent), None)
    prefixes = [Path(prefix).resolve() for prefix in {sys.prefix, sys.base_prefix}]
    if home is None:
        return not (_below(path, (*prefixes, *map(Path, _SYSTEM))) or _hidden(path))
    inside = [prefix for prefix in prefixes if prefix != home and prefix.is_relative_to(home)]
    return not (_below(path, inside) or _hidden(path.relative_to(home)))


def _below(path: Path, folders: tuple[Path, ...] | list[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _hidden(path: Path) -> bool:
    """Settings and caches of tools (.git, .cache, .config), and Python's."""
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)


@cache
def _libraries() -> tuple[Path, ...]:
    paths = sysconfig.get_paths()
    folders = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    folders += [*site.getsitepackages(), site.getusersitepackages()]
    return (*(Path(folder).resolve() for folder in folders), Path(__file__).resolve().parents[1])
