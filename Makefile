# Two commands do everything on a fresh machine with Python 3.11, pip and gcc: make all, make test.
PYTHON ?= python3.11
CORES ?= $(shell nproc)
PYTHONS ?= $(PYTHON)
DIST ?= dist
CMEEL := libaligator* libboost_* libcoal* libcrocoddyl* libfmt* libpinocchio_*
BIN := .venv/bin
ENVIRONMENT := .venv/.complete

.PHONY: all test test-slow check-reproducibility sanitize bench smoke wheel lint docs environment
all: $(ENVIRONMENT)  ## every figure and table, redrawn from the cached artefacts
	$(BIN)/snakemake --cores $(CORES) all

# The slowest first: by default files of few tests come last, and one core waits for the other.
test: $(ENVIRONMENT) lint docs  ## the tests
	$(BIN)/python -m pytest --numprocesses $(CORES) --dist loadfile --no-loadscope-reorder --durations=12 \
		tests/smoke tests bindings/tests

test-slow: $(ENVIRONMENT)  ## what takes minutes: a run killed again and again, one through Slurm, other kernels
	$(BIN)/python -m pytest -m slow tests

check-reproducibility: $(ENVIRONMENT)  ## a small slice computed anew, compared with what was computed before
	$(BIN)/sobolev-diffusion check-reproducibility

smoke: $(ENVIRONMENT)  ## the whole chain from nothing, small counts
	$(BIN)/snakemake --cores $(CORES) all --configfile config/smoke.yaml --config cache=off

sanitize: $(ENVIRONMENT)  ## the tests of the bindings, compiled for AddressSanitizer
	PATH="$(abspath $(BIN)):$$PATH" PYTHON=$(abspath $(BIN))/python bindings/tests/sanitize.sh -q

bench: $(ENVIRONMENT)  ## performance ratios, written to benchmarks/results
	$(BIN)/python -m benchmarks

# Each compiled from its sdist in an environment of its own, then checked to ask nothing of a system that manylinux_2_28
# lacks. What auditwheel is not to take into the wheel comes with the packages libaligator and pin.
wheel: $(ENVIRONMENT)  ## wheels for PYTHONS, and sdists, of both distributions, in DIST
	rm -rf build/wheel && mkdir -p build/wheel
	for source in . bindings; do $(BIN)/python -m build --sdist --no-isolation --outdir build/wheel $$source || exit; done
	for python in $(PYTHONS); do \
		$(BIN)/pip --python $$python wheel --quiet --no-deps --build-constraint requirements.lock \
			--wheel-dir build/wheel build/wheel/*.tar.gz || exit; \
	done
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/auditwheel repair --plat manylinux_2_28_x86_64 --wheel-dir $(DIST) \
		$(CMEEL:%=--exclude '%') build/wheel/*.whl
	cp build/wheel/*.tar.gz $(DIST)

lint: $(ENVIRONMENT)  ## style, types, and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(ENVIRONMENT)  ## the pages of docs/ as a site, in build/site; a dead link is an error
	PATH="$(abspath $(BIN)):$$PATH" NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

environment: $(ENVIRONMENT)

# Exact versions first, then the two distributions of this repository, compiled with them. Each is made again
# when what it is made of is newer; a new Python package too, since an editable installation lists them.
SETUP := PATH="$(abspath $(BIN)):$$PATH" $(BIN)/pip install --quiet --no-deps --no-build-isolation
NATIVE := pyproject.toml CMakeLists.txt bindings/cpp/manylinux.cpp $(wildcard src/native/*) $(shell find src/sobolev_diffusion -name __init__.py)

.venv/.requirements: requirements.lock requirements-crocoddyl.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --requirement requirements-crocoddyl.lock
	touch $@

.venv/.bindings: .venv/.requirements bindings/pyproject.toml bindings/CMakeLists.txt $(wildcard bindings/cpp/* bindings/aligator/*)
	$(SETUP) ./bindings
	touch $@

$(ENVIRONMENT): .venv/.bindings $(NATIVE)
	$(SETUP) --editable .
	touch $@
