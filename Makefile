# Needs Python 3.11+ and make; everything else is installed into .venv and frontend/node_modules.
#
#   make demo     the demo hotel on http://127.0.0.1:8000 (BINZHI_HOME, BINZHI_PORT place it elsewhere)
#   make test     everything that must hold before a change goes in
#   make help     the rest

PYTHON ?= $(shell tools/find-python)
WORKERS ?= auto

BIN := .venv/bin
PY := $(BIN)/python
STAMPS := .venv/stamps
STATIC := src/binzhi/kernel/static/binzhi

FRONTEND_SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*' -not -path '*/.generated/*')
# The style sheet keeps only the classes, and the sprite only the icons, that these mention.
STYLED_SOURCES := $(shell find src/binzhi -name '*.html' -o -path '*/ui/*.py' -o -path '*/templatetags/*.py')
CATALOGUES := $(shell find src/binzhi -name django.po)

# node and npm come from a wheel; the ones of the machine are not asked for.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test lint pytest format bench drills lock clean distclean

help:
	@echo 'make setup     environment, front end and translations; does only what has changed'
	@echo 'make demo      the demo hotel: database, web and worker; Ctrl-C stops all'
	@echo 'make test      setup, lint and all tests but the long ones'
	@echo 'make lint      ruff, mypy, layers, translations'
	@echo 'make format    let ruff mend what it can'
	@echo 'make drills    the long tests: crashes, soak, whole data files'
	@echo 'make bench     the figures'
	@echo 'make lock      write the lock files anew (needs uv)'
	@echo 'make clean     remove what was built; distclean also the environment. The data in var/ stay'

setup: $(STAMPS)/project $(STATIC)/manifest.json $(STAMPS)/messages

demo: setup
	@$(BIN)/binzhi demo

test: lint pytest

lint: setup $(STAMPS)/dev
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/binzhi messages check

pytest: setup $(STAMPS)/dev
	$(BIN)/pytest -q -n $(WORKERS)

drills: setup $(STAMPS)/dev
	$(BIN)/pytest -q -m slow

bench: setup $(STAMPS)/dev
	$(PY) -m bench

format: $(STAMPS)/dev
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

lock:
	tools/lock

clean:
	rm -rf $(STATIC) $(STAMPS)/frontend $(STAMPS)/messages .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find src -name '*.mo' -delete

distclean: clean
	rm -rf .venv frontend/node_modules

# ---------------------------------------------------------------- steps of set-up, each done only when its inputs changed

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Binzhi needs Python 3.11 or newer, and '$(PYTHON)' is $$($(PYTHON) -V 2>&1)." \
	       "Name another one: make PYTHON=python3.12 $(or $(MAKECMDGOALS),setup)" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo "'$(PYTHON) -m venv' does not work; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

$(STAMPS)/runtime: requirements.lock | $(PY)
	$(PY) -m pip install --quiet --require-hashes --no-deps -r requirements.lock
	@mkdir -p $(@D) && touch $@

$(STAMPS)/project: pyproject.toml $(STAMPS)/runtime
	$(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/dev: requirements-dev.lock $(STAMPS)/runtime
	$(PY) -m pip install --quiet --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

$(STAMPS)/frontend: frontend/package.json frontend/package-lock.json $(STAMPS)/runtime
	cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STATIC)/manifest.json: $(STAMPS)/frontend $(FRONTEND_SOURCES) $(STYLED_SOURCES)
	cd frontend && npm run --silent build
	@touch $@

$(STAMPS)/messages: $(CATALOGUES) $(STAMPS)/project
	$(BIN)/binzhi messages compile
	@touch $@
