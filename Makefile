# What a developer runs, on a fresh Debian 12 as on a machine where all is there already.
#   make demo    the tool at work on a private server, in a minute
#   make test    every check: lint, types, tests against Prosody and ejabberd
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := tests/servers/install
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test lint format types bench servers venv clean
help:
	@sed -n '2,3s/^#   //p' Makefile

demo: $(VENV)/.runtime
	@$(INSTALL) prosody || echo "Prosody cannot be had here."
	@PYTHONPATH=tests $(BIN)/python tests/demo/run.py

# Without servers their tests are skipped, and say so; with CI=true that is a failure.
test: venv lint types
	@$(INSTALL) prosody ejabberd openssl || [ "$$CI" != true ]
	$(BIN)/pytest --ignore=tests/benchmark

bench: venv servers
	$(BIN)/python tests/benchmark/bench.py

lint: venv
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: venv
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# The package, and what tests stand on; a test's own arguments are fixtures and table rows.
types: venv
	$(BIN)/mypy
	$(BIN)/mypy tests/conftest.py tests/servers tests/demo/run.py

servers:
	@$(INSTALL) prosody ejabberd openssl

venv: $(VENV)/.dev

$(VENV)/.pip:
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(INSTALL) python3-venv
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1' # the first that knows dependency groups
	@touch $@

$(VENV)/.runtime: pyproject.toml | $(VENV)/.pip
	$(BIN)/pip install --quiet --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/.pip
	$(BIN)/pip install --quiet --editable . --group dev
	@touch $(VENV)/.runtime $@

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
