# Builds and uses .venv; a stamp file a set of packages makes the second run quick and quiet.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test lint bench clean

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check
JOBS ?= 2

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/.runtime ## Check the sample reports that come with the project
	@status=0; $(BIN)/gouji check eval/samples/demo/* || status=$$?; [ $$status -le 1 ]
	@echo "To see each on its page and decide: $(BIN)/gouji serve --local"

test: .venv/.dev .venv/.system ## Run the tests (JOBS=2 processes)
	@$(BIN)/python -m pytest -q -n $(JOBS)

lint: .venv/.dev ## Check style and types
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: .venv/.dev ## Measure speed
	@for script in bench/*.py; do $(BIN)/python $$script || exit; done

clean: ## Remove the virtual environment and caches
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache

.venv/.python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: none was found on PATH." >&2; exit 1; }
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@touch $@

.venv/.runtime: pyproject.toml .venv/.python
	@$(PIP) install --editable .
	@touch $@

# A browser and PostgreSQL for the tests, where this user may install them; without them their tests are skipped.
.venv/.system: .venv/.python
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		missing=""; \
		command -v chromium >/dev/null || missing="$$missing chromium"; \
		ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
		[ -z "$$missing" ] || { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $$missing; } \
			>/dev/null 2>&1 || echo "Not installed, so their tests are skipped:$$missing" >&2; \
	fi
	@touch $@

.venv/.dev: pyproject.toml .venv/.python
	@$(PIP) install --editable '.[dev]'
	@touch $@ .venv/.runtime
