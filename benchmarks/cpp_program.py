"""C++ programs that time themselves: compiled with CMake, asked line by line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BUILD = Path(__file__).parents[1] / "build" / "benchmarks"
SOURCE = Path(__file__).parent / "cpp"
TOOLS = Path(sys.executable).parent  # where pip puts cmake and ninja


def compile_project(source: Path, build: Path, *flags: str) -> None:
    """Configure and build.

    Raises:
        RuntimeError: with what CMake or the compiler said.
    """
    ninja = ("-G", "Ninja", f"-DCMAKE_MAKE_PROGRAM={TOOLS / 'ninja'}")
    commands: tuple[list[str | Path], ...] = (
        [TOOLS / "cmake", "-S", source, "-B", build, *ninja, *flags],
        [TOOLS / "cmake", "--build", build],
    )
    for command in commands:
        finished = subprocess.run(command, capture_output=True, text=True)
        if finished.returncode:
            raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{finished.stdout}{finished.stderr}")


class CppProgram:
    """A running program that answers each line with a line."""

    def __init__(self, path: Path) -> None:
        self._process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdin
        assert self._process.stdout
        self._asked, self._answers = self._process.stdin, self._process.stdout

    def __enter__(self) -> CppProgram:
        return self

    def __exit__(self, *_: object) -> None:
        self._asked.close()
        self._process.wait()

    def ask(self, line: str) -> list[str]:
        """The words of the answer."""
        self._asked.write(f"{line}\n")
        self._asked.flush()
        return self._answers.readline().split()
