# The tasks of the project: `make help` lists them, and CI runs the same ones.
# Each needs only Python 3.10 or newer: it makes its own environment from constraints.txt.

VENV ?= .venv
PYTHON ?= $(shell tools/find-python)
CONSTRAINTS ?= constraints.txt
VERSIONS ?= 3.10 3.11 3.12 3.13

BIN := $(VENV)/bin
RUN := $(BIN)/python -m
INSTALL := $(RUN) pip install --quiet --constraint $(CONSTRAINTS)
# Pyright asks the first python on PATH what is installed: `--verifytypes` hears of no other.
PYRIGHT := PATH="$(abspath $(BIN)):$$PATH" $(RUN) pyright
EXTRAS := cli,emulator,notebook,otel,trio
LOCK := $(RUN) uv pip compile --quiet --universal --python-version 3.10 --upgrade --no-annotate --no-header pyproject.toml

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Pyright comes whole in its wheel: run that copy and look for no newer one.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
# A notice about the future of mkdocs, on every build.
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

##@ Use

help: ## List the tasks
	@awk -F ':.*## ' '/^##@/ {print "\n" substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' Makefile

demo: $(VENV)/demo.stamp ## Export the mailboxes of an emulated organization, from nothing
	@$(BIN)/python examples/demo.py

##@ Test

test: check docs suite ## Everything that CI runs

check: $(VENV)/dev.stamp ## Generated code, format, lint and types
	$(RUN) codegen --check
	$(RUN) ruff format --check
	$(RUN) ruff check
	$(RUN) mypy
	$(PYRIGHT)
	$(PYRIGHT) --verifytypes workmail_async --ignoreexternal

suite: $(VENV)/dev.stamp ## The tests, with coverage
	$(RUN) pytest -n 2 --dist loadfile --cov --cov-report=term

test-slow: $(VENV)/dev.stamp ## The big inputs and long runs that `make test` leaves out
	$(RUN) pytest -m slow

test-floor: ## The tests with the oldest dependencies that are supported
	$(MAKE) suite-bare VENV=.venv-floor CONSTRAINTS=constraints-floor.txt PYTHON=$$(tools/find-python 3.10 || tools/find-python)

test-all: $(VERSIONS:%=test-%) ## The tests on each supported Python that this machine has

$(VERSIONS:%=test-%): test-%:
	@if python=$$(tools/find-python $*); then $(MAKE) suite-bare VENV=.venv-$* PYTHON="$$python"; else echo "Python $*: missing, not tested"; fi

suite-bare: $(VENV)/dev.stamp
	$(RUN) pytest -n 2 --dist loadfile

bench: $(VENV)/bench.stamp ## Compare with aiobotocore, boto3 and capo-workmail
	$(RUN) benchmarks

##@ Write

generate: $(VENV)/dev.stamp ## Write the generated code
	$(RUN) codegen

format: $(VENV)/dev.stamp ## Format the code, and fix what ruff can
	$(RUN) ruff check --fix
	$(RUN) ruff format

pages: $(VENV)/dev.stamp ## Measure each page of the documentation in Chromium
	$(RUN) tools.check_pages

docs: $(VENV)/dev.stamp ## Build the documentation into site/
	$(RUN) mkdocs build --strict

lock: $(VENV)/lock.stamp ## Renew the constraints to the newest versions allowed
	$(LOCK) --all-extras --group dev --group bench --output-file constraints.txt
	$(LOCK) --all-extras --group dev --resolution lowest-direct --output-file constraints-floor.txt

clean: ## Remove the environments and everything that is built
	rm -rf .venv .venv-* .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist site

# The environments. A stamp says what is installed, and is older than what asks for more.

$(VENV)/base.stamp: pyproject.toml $(CONSTRAINTS)
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) pip
	@touch $@

$(VENV)/demo.stamp: $(VENV)/base.stamp
	$(INSTALL) --build-constraint $(CONSTRAINTS) --editable '.[cli,emulator]'
	@touch $@

$(VENV)/dev.stamp: $(VENV)/base.stamp
	$(INSTALL) --build-constraint $(CONSTRAINTS) --editable '.[$(EXTRAS)]' --group dev
	@touch $@

$(VENV)/bench.stamp: $(VENV)/dev.stamp
	$(INSTALL) --group bench
	@touch $@

$(VENV)/lock.stamp: $(VENV)/base.stamp
	$(RUN) pip install --quiet 'uv>=0.13'
	@touch $@

.PHONY: help demo test check suite test-slow test-floor test-all suite-bare bench generate format docs pages lock clean $(VERSIONS:%=test-%)
