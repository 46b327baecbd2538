# Encours: everything the project can do, by name. Plain `make` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export PYTHONPATH := src

.DEFAULT_GOAL := help

.PHONY: help
help: ## list what exists
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Encours needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python could not make a virtual environment. On Debian: apt-get install python3-venv"; exit 1; }
	@echo "Installing what Encours stands on (once)..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_paths()["purelib"], "encours.pth").write_text(str(pathlib.Path("src").resolve()) + "\n")'
	@printf '#!/bin/sh\nexec "$$(dirname "$$0")/python" -m encours "$$@"\n' > $(BIN)/encours && chmod +x $(BIN)/encours
	@touch $@

.PHONY: install
install: $(STAMP) ## set up the virtual environment

.PHONY: run
run: $(STAMP) ## serve the desk with the demonstration company, or with FILE=path/to/ledger (PORT=8001)
	@$(BIN)/python -m encours demo $(if $(FILE),"$(FILE)") $(if $(PORT),--port $(PORT))

.PHONY: lint
lint: $(STAMP) ## format check, lint, types, import contracts
	@$(BIN)/ruff format --check src tests benchmarks
	@$(BIN)/ruff check src tests benchmarks
	@$(BIN)/lint-imports
	@$(BIN)/mypy

.PHONY: format
format: $(STAMP) ## format the code
	@$(BIN)/ruff format src tests benchmarks
	@$(BIN)/ruff check --fix-only src tests benchmarks

.PHONY: test
test: $(STAMP) ## set up and run every check
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m pytest -q -n auto --dist loadfile

.PHONY: bench
bench: $(STAMP) ## measure speed at three sizes, write docs/benchmarks.md
	@$(BIN)/python -m benchmarks

.PHONY: docs
docs: $(STAMP) ## write the rule book for credit managers, docs/rules
	@$(BIN)/python -m encours.config.rulebook docs/rules

.PHONY: translations
translations: $(STAMP) ## extract messages and compile the catalogs
	@DJANGO_SETTINGS_MODULE=encours.config.settings $(BIN)/python -m encours.config.translations

.PHONY: lock
lock: $(STAMP) ## recompile the hashed requirements, without addresses
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q requirements/base.in -o requirements/base.txt
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q requirements/dev.in -o requirements/dev.txt
