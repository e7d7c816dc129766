# The tasks of the project: `make help` lists them, and CI runs the same ones.
# They need only Python 3.10 or newer: each creates its environment from constraints.txt.

VENV ?= .venv
PYTHON ?= $(shell tools/find-python)
CONSTRAINTS ?= constraints.txt
VERSIONS ?= 3.10 3.11 3.12 3.13

BIN := $(VENV)/bin
RUN := $(BIN)/python -m
INSTALL := $(RUN) pip install --quiet --constraint $(CONSTRAINTS)
# Pyright asks the first python on PATH what is installed; `--verifytypes` has no other way.
PYRIGHT := PATH="$(abspath $(BIN)):$$PATH" $(RUN) pyright
EXTRAS := cli,emulator,notebook,otel,trio
LOCK := $(RUN) uv pip compile --quiet --universal --python-version 3.10 --upgrade --no-annotate --no-header pyproject.toml

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The wheel of pyright is complete: run it, and do not look for a newer one.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
# Hide a notice about the future of mkdocs, which every build would print.
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

##@ Use

help: ## List the tasks
	@awk -F ':.*## ' '/^##@/ {print "\n" substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' Makefile

demo: $(VENV)/demo.stamp ## Export the mailboxes of an emulated organization
	@$(BIN)/python examples/demo.py

##@ Test

test: check docs suite ## Run everything that CI runs

check: $(VENV)/dev.stamp ## Check generated code, format, lint and types
	$(RUN) codegen --check
	$(RUN) ruff format --check
	$(RUN) ruff check
	$(RUN) mypy
	$(PYRIGHT)
	$(PYRIGHT) --verifytypes workmail_async --ignoreexternal

suite: $(VENV)/dev.stamp ## Run the tests, with coverage
	$(RUN) pytest -n 2 --dist loadfile --cov --cov-report=term

test-slow: $(VENV)/dev.stamp ## Run the slow tests, which `make test` leaves out
	$(RUN) pytest -m slow

test-floor: ## Run the tests with the oldest supported dependencies
	$(MAKE) suite-bare VENV=.venv-floor CONSTRAINTS=constraints-floor.txt PYTHON=$$(tools/find-python 3.10 || tools/find-python)

test-all: $(VERSIONS:%=test-%) ## Run the tests on each supported Python on this machine

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

lock: $(VENV)/lock.stamp ## Update the constraints to the newest allowed versions
	$(LOCK) --all-extras --group dev --group bench --output-file constraints.txt
	$(LOCK) --all-extras --group dev --resolution lowest-direct --output-file constraints-floor.txt

clean: ## Remove the environments and everything that was built
	rm -rf .venv .venv-* .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist site

# The environments. A stamp is newer than the files that say what to install, or it is outdated.

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
