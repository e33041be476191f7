# What a developer runs, on a fresh Debian 12 as on a machine where all is there already.
#   make demo    the tool at work on a private server, in a minute
#   make test    every check: lint, types, tests against Prosody and ejabberd
#   make test-servers   the same, with everything on the newer servers, too
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := tests/servers/install
UNPACK := tests/servers/unpack trixie forky
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# What is developed with is locked in uv.lock; `make lock` takes the newest of everything.
UV_VERSION := 0.13.9
UV := UV_PROJECT_ENVIRONMENT=$(VENV) UV_PYTHON_DOWNLOADS=never $(BIN)/uv --quiet

# What runs where versions differ, in a venv for each content of pyproject.toml.
VERSIONS := tests/unit tests/laws tests/documents tests/golden tests/house
CONTENT := $(shell sha256sum pyproject.toml | cut -c 1-12)

.PHONY: help demo test test-servers test-coverage test-lowest test-newest lint format types bench servers venv lock clean
help:
	@sed -n '2,4s/^#   //p' Makefile

demo: $(VENV)/.runtime
	@$(INSTALL) prosody || echo "Prosody cannot be had here."
	@PYTHONPATH=tests $(BIN)/python tests/demo/run.py

# Whoever has nothing left to do takes half of what another has left: an eighth of all tests, as
# xdist shares them out otherwise, may be those of faults, which take as long as a half.
PARALLEL := --numprocesses=4 --dist=worksteal

# What tests run: servers, a browser, shells, linters (tests/programs.py).
SYSTEM := prosody ejabberd openssl chromium zsh fish mandoc shellcheck

# Without servers their tests are skipped, and say so; with CI=true that is a failure where the
# running system's own are missing. What newer suites hold is not ours to promise: a warning.
test: venv lint types
	@$(INSTALL) $(SYSTEM) || [ "$$CI" != true ]
	@$(UNPACK) || true
	$(BIN)/pytest --ignore=tests/benchmark $(PARALLEL) $(COVERAGE)

# The same with the figure of branches that were taken, and its floor (pyproject.toml); half as long again.
test-coverage: COVERAGE := --cov
test-coverage: test

# Everything on all servers, on ejabberd's databases, and on Slidge, a service that we did not write.
test-servers: export SERVERS := all
test-servers: databases slidge test

# What cannot be had is a warning; its tests are skipped, and say why.
.PHONY: databases slidge
databases:
	@$(INSTALL) postgresql mariadb-server erlang-p1-pgsql erlang-p1-mysql || true
slidge: $(VENV)/.uv
	@UV_PROJECT_ENVIRONMENT=.venvs/slidge UV_PYTHON_DOWNLOADS=never $(BIN)/uv --quiet sync --locked \
		--only-group slidge || echo "warning: no Slidge" >&2

# With the lowest versions that pyproject.toml admits, and with the newest there are.
test-lowest: .venvs/lowest-$(CONTENT)/.made
test-newest: .venvs/newest-$(CONTENT)/.made
test-lowest test-newest:
	@$(INSTALL) $(SYSTEM) || [ "$$CI" != true ]
	$(<D)/bin/pytest $(VERSIONS) $(PARALLEL)

.venvs/lowest-%: RESOLUTION := lowest-direct
.venvs/newest-%: RESOLUTION := highest
.venvs/%-$(CONTENT)/.made: | $(VENV)/.uv
	@rm -rf .venvs/$*-*
	$(UV) venv --python $(BIN)/python $(@D)
	$(UV) pip install --python $(@D)/bin/python --resolution $(RESOLUTION) --editable . --group tests
	@touch $@

bench: venv servers
	$(BIN)/python tests/benchmark/bench.py

lint: venv
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	@if $(INSTALL) lua-check; then luacheck --quiet --config prosody/.luacheckrc prosody; else [ "$$CI" != true ]; fi

format: venv
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# The package, and what tests stand on; a test's own arguments are fixtures and table rows.
types: venv
	$(BIN)/mypy
	$(BIN)/mypy tests/conftest.py tests/servers tests/demo/run.py

servers:
	@$(INSTALL) prosody ejabberd openssl
	@$(UNPACK) || true

venv: $(VENV)/.dev

lock: $(VENV)/.uv
	$(UV) lock --upgrade

$(VENV)/.uv:
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(INSTALL) python3-venv
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet uv==$(UV_VERSION)
	@touch $@

$(VENV)/.runtime: pyproject.toml uv.lock | $(VENV)/.uv
	$(UV) sync --locked --inexact --no-default-groups
	@touch $@

$(VENV)/.dev: pyproject.toml uv.lock | $(VENV)/.uv
	$(UV) sync --locked
	@touch $(VENV)/.runtime $@

clean:
	rm -rf $(VENV) .venvs dist .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis
