#!/usr/bin/env bash
# The tests with the extension compiled for AddressSanitizer, in build/sanitize. Stops at the first bad access of memory.
# usage: bindings/tests/sanitize.sh [arguments of pytest]    (PYTHON: the interpreter of the environment, python3)
set -euo pipefail
bindings=$(cd "$(dirname "$0")/.." && pwd)
build=$bindings/build/sanitize
python=$(command -v "${PYTHON:-python3}")

cmake -S "$bindings" -B "$build" -G Ninja -DALIGATOR_BINDINGS_SANITIZE=ON -DPython_EXECUTABLE="$python"
cmake --build "$build"

# The package with this extension in it, before the installed one.
package=$build/package/aligator
rm -rf "$package" && mkdir -p "$package"
cp -r "$bindings"/aligator/. "$build"/_*.so "$package"

# Python itself leaves memory at exit. The sanitizer's library has to be the first one in the process, and libstdc++
# present when it looks for the function that throws exceptions.
export ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=1:${ASAN_OPTIONS:-}
export LD_PRELOAD="$(c++ -print-file-name=libasan.so) $(c++ -print-file-name=libstdc++.so)"
export PYTHONPATH="$build/package" PYTHONMALLOC=malloc OMP_NUM_THREADS=1
"$python" -m pytest "$bindings/tests" --ignore="$bindings/tests/test_stubs.py" "$@" # it has no stubs
