# Every target sets up what it needs, starting from Python 3.11 alone.
PYTHON ?= python3.11
BIN := .venv/bin
RUN := $(BIN)/uv run --no-sync
READY := .venv/.ready
# A process a core, each of them on one core alone.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses logical --maxprocesses 8 --dist loadfile

.PHONY: demo test test-slow check format bench box clean

$(READY): pyproject.toml uv.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	UV_PROJECT_ENVIRONMENT=.venv $(BIN)/uv sync --frozen --all-extras --inexact --quiet
	touch $(READY)

demo: $(READY)
	$(BIN)/radunion demo --out demo

test: $(READY)
	$(PYTEST) -m "not slow"

# Shapes and types are checked in the quick tests only. WITHIN=SECONDS skips what would begin later.
test-slow: $(READY)
	$(PYTEST) -m slow --jaxtyping-packages=radunion.errors,beartype.beartype $(if $(WITHIN),--within $(WITHIN))

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY)
	$(BIN)/python -m benchmarks

# Makes the model in the box anew, in about an hour on two cores with AVX-512; killed and run again, it goes on.
box: $(READY)
	$(BIN)/python -m radunion.training.box build/box
	rm -rf src/radunion/models/box-v1
	mkdir -p src/radunion/models
	cp -r build/box/box-v1 src/radunion/models/
	cp build/box/finder.onnx src/radunion/radiograph/

clean:
	rm -rf .venv demo dist
