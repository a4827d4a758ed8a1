# Guangzhou Twin. `make help` lists the targets. Nothing is needed but make and Python 3.11 or newer.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
RUN_STAMP := $(VENV)/.installed-to-run
SCENARIO ?= scenarios/tianhe_cbd.yaml

# One thread a process: the same sums in the same order everywhere, and no quarrel over cores.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export NUMBA_NUM_THREADS := 1
export ARROW_NUM_THREADS := 1
export RAY_USAGE_STATS_ENABLED := 0
export STREAMLIT_BROWSER_GATHER_USAGE_STATS := false

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast lint view bench mutations coverage docs clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP)  ## Make .venv with everything in it (again only when pyproject.toml or constraints.txt change)

# A .venv of a Python that is new enough, kept where there is one.
define environment
@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
	echo "error: there is no '$(PYTHON)'; install Python 3.11 or newer, or name one: make setup PYTHON=python3.12" >&2; exit 2; }
@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "error: '$(PYTHON)' is $$("$(PYTHON)" --version 2>&1); Python 3.11 or newer is needed: make setup PYTHON=python3.12" >&2; exit 2; }
@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	echo "error: '$(PYTHON)' has no venv; install it (Debian, Ubuntu: apt-get install python3-venv)" >&2; exit 2; }
@test -x $(BIN)/python && $(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	|| "$(PYTHON)" -m venv --clear $(VENV)
endef

$(RUN_STAMP): pyproject.toml constraints.txt
	$(environment)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[run]'
	@touch $@

$(STAMP): pyproject.toml constraints.txt
	$(environment)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[all]'
	@touch $(RUN_STAMP) $@

demo: $(RUN_STAMP)  ## Run the morning peak of the Tianhe CBD and say how to look at it
	@$(BIN)/twin run $(SCENARIO)
	@echo
	@echo "To play it back in a browser: make view"

lint: setup  ## Lint, format, types, contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache | tail -n 3

test: lint  ## Everything: lint, types, contracts and every test
	$(BIN)/python -m pytest

test-fast: setup  ## Tests of seconds: no slow ones, no browser
	$(BIN)/python -m pytest -q -m 'not slow and not browser'

view: $(RUN_STAMP)  ## Play runs back in a browser, at http://127.0.0.1:8501
	$(BIN)/streamlit run apps/streamlit_app.py --server.address 127.0.0.1 --server.headless true --browser.gatherUsageStats false

bench: setup  ## Measure every bar again and write docs/performance.md and docs/validation.md (half an hour)
	@$(BIN)/python benchmarks/bars.py

mutations: setup  ## Break the package in one place after the other: do the tests notice? (long; writes docs/mutations.md)
	$(BIN)/python tests/mutations/run.py --golden

coverage: setup  ## Which lines and branches do the tests run through? (long; writes docs/coverage.md)
	$(BIN)/python tests/measure_coverage.py

docs: setup  ## Write the reference pages and the JSON Schema again, from models and tables
	$(BIN)/python -m twin.scenario.pages docs

clean:  ## Remove what was built and measured; runs stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
