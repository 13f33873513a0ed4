# Everything runs inside .venv, which the first command sets up from the locked requirements.
#
#   make run [PORT=8000] [ARGS=--once]   set up, start the server, load the example, print its recommendation
#   make quick [ARGS=...]                while working: lint, types, unit tests, guards and the API on SQLite
#   make test [ARGS=...]                 everything CI runs: the checks, then all suites, PostgreSQL where engines differ
#   make prove [ARGS=...]                the long proofs: every test on both engines, more examples, coverage
#   make check                           format, lint, types, import rules, Dockerfile, openapi.yaml
#   make bench [ARGS=...]                side-by-side measurements, by hand
#   make sabotage [ARGS=words]           break each guarantee in a copy and see that a test misses it
#   make examples                        the worked examples of the reference, recorded anew from what tests send
#   make pictures                        the pictures of docs/pictures, taken of a fresh example in a Chromium
#   make audit | sbom                    known weaknesses of what is locked | what is shipped, with licences; by network
#   make lock | openapi | format         rewrite the locked requirements | openapi.yaml | the layout of the code

PYTHON ?= python3
PORT ?= 8000
ARGS ?=
JOBS ?= 2

BIN := .venv/bin
RUN := .venv/.run
DEV := .venv/.dev

# Bytecode is kept whatever the shell says: tests start hundreds of processes, and compiling takes each a second.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := run
.PHONY: run quick test prove check bench sabotage examples pictures audit sbom lock openapi format clean

run: $(RUN)
	@$(BIN)/crossover demo --port $(PORT) $(ARGS)

PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist worksteal

quick: $(DEV)
	$(BIN)/ruff check -q .
	$(BIN)/mypy
	EFFORT=quick $(PYTEST) -q tests/unit tests/guards tests/api $(ARGS)

test: check
	EFFORT=test $(PYTEST) --durations=25 $(ARGS)

prove: check
	@rm -f .coverage
	@# Compiled kernels cannot be traced, so their tests run once interpreted: docs/decisions/0014.
	NUMBA_DISABLE_JIT=1 $(PYTEST) -q --cov --cov-report= $(addprefix tests/unit/workflow/,compute measure replay)
	EFFORT=prove $(PYTEST) --durations=25 --cov --cov-append --cov-report= $(ARGS)
	$(BIN)/coverage report --include='service/workflow/*' --fail-under=95
	$(BIN)/coverage report --include='service/access/*' --fail-under=95

check: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/hadolint Dockerfile
	$(BIN)/crossover openapi --check openapi.yaml

bench: $(DEV)
	$(BIN)/python -m bench $(ARGS)

sabotage: $(DEV)
	$(BIN)/python -m tests.sabotage $(ARGS)

# The calls and answers that the reference shows, recorded from the examples that tests send.
examples: $(DEV)
	RECORD_EXAMPLES=1 $(BIN)/python -m pytest -q -k "succeeds_with_its_example and sqlite" tests/api/kit/test_every_operation.py

pictures: $(DEV)
	$(BIN)/python -m tests.browser.pictures $(ARGS)

# Neither is part of `make test`: both ask the network, and what they find changes without a change here.
AUDIT := $(BIN)/uv tool run --from pip-audit==2.10.1 pip-audit --disable-pip --require-hashes --strict --progress-spinner off
audit: $(DEV)
	$(AUDIT) -r requirements.txt $(ARGS)
	$(AUDIT) -r requirements-dev.txt $(ARGS)

sbom: $(DEV)
	@rm -rf build/shipped && mkdir -p build
	$(BIN)/uv venv -q --python $(BIN)/python build/shipped
	$(BIN)/uv pip install -q --python build/shipped/bin/python --no-deps --require-hashes -r requirements.txt
	$(BIN)/uv tool run --from cyclonedx-bom==7.5.0 cyclonedx-py environment build/shipped \
		--pyproject pyproject.toml --output-reproducible --of JSON -o build/sbom.json
	@echo "build/sbom.json: CycloneDX, with the licence of each"

openapi: $(DEV)
	$(BIN)/crossover openapi > openapi.yaml

format: $(DEV)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

COMPILE := $(BIN)/uv pip compile -q --no-config --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header
lock: $(DEV)
	$(COMPILE) pyproject.toml --group build --group dev -o requirements-dev.txt
	$(COMPILE) pyproject.toml --group build -c requirements-dev.txt -o requirements.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# A stamp a set of requirements: the second start finds it and installs nothing.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@echo "Setting up .venv (once) ..."
	@$(PYTHON) -m venv .venv

PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

# The lock names everything, so pip need not resolve: its older versions would prefer what was published since.
define install
	@echo "Installing $(1) (once) ..."
	@$(PIP) install --no-deps --require-hashes -r $(1)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(PIP) check
	@touch $@
endef

$(RUN): .venv/bin/python requirements.txt pyproject.toml
	$(call install,requirements.txt)

$(DEV): .venv/bin/python requirements-dev.txt pyproject.toml
	$(call install,requirements-dev.txt)
