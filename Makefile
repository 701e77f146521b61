# Every command of the project. `make` alone lists them.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet --no-compile -c constraints.txt
# Where torch comes from. Empty: wherever pip looks (PyPI: with CUDA on Linux). Small and CPU only:
#   make demo TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
INDEX := $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))
# How many tests run side by side, a file at a time; `make test JOBS=0` runs them one after the other, for a debugger.
JOBS ?= 2
DISTRIBUTIONS := pyproject.toml shared/pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-hosts check lint types imports contract fresh format protos package studio-demo pins bench bench-inpaint clean
.DELETE_ON_ERROR:

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.installed ## paint the demo pictures into demo/, from a fresh clone on any machine
	@$(BIN)/bottega demo

test: $(VENV)/.dev ## install what the tests need and run all but the slow ones and those inside hosts: five to ten minutes
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile -m "not slow and not hosts" $(ARGS)

test-slow: $(VENV)/.dev ## run the tests that take more than ten seconds each
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile -m "slow and not hosts" $(ARGS)

test-hosts: $(VENV)/.dev ## drive the plug-ins inside real Blenders, Krita and GIMP (downloads 2.5 GB once; see CONTRIBUTING)
	@$(BIN)/python -m pytest tests/hosts $(ARGS)

check: $(VENV)/.dev ## lint, types, import rules, contract, generated code: under a minute
	@$(MAKE) --no-print-directory -k -j2 --output-sync=target types lint imports contract fresh
	@echo "check: all clean"

lint: $(VENV)/.dev
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .

types: $(VENV)/.dev
	@$(BIN)/pyright --pythonpath $(BIN)/python

imports: $(VENV)/.dev
	@PYTHONPATH=daemon:shared:plugins/blender:plugins/krita:plugins/gimp $(BIN)/lint-imports --no-cache

contract: $(VENV)/.dev
	@PATH="$(abspath $(BIN)):$$PATH" scripts/check_contract

fresh: $(VENV)/.dev
	@$(BIN)/python scripts/generate_protos.py --check

format: $(VENV)/.dev ## let ruff tidy the code
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

protos: $(VENV)/.dev ## generate both codecs from protos/
	@$(BIN)/python scripts/generate_protos.py

package: $(VENV)/.dev ## build the plug-ins' zips into dist/
	@$(BIN)/python -m scripts.package

studio-demo: $(VENV)/.dev ## real Blender, Krita and GIMP paint on one daemon at the same time: studio-demo/sheet.png
	@$(BIN)/python -m scripts.studio

bench: $(VENV)/.dev ## run the benchmarks and print their tables
	@for each in overhead crowd transfer; do $(BIN)/python -m benchmarks.$$each || exit 1; done

bench-inpaint: $(VENV)/.dev ## inpaint against diffusers and the published formulas: a table and a contact sheet
	@$(BIN)/python -m benchmarks.inpaint $(or $(SHEET),inpaint-sheet.png)

pins: ## write constraints.txt and scripts/vendored.txt from a fresh venv
	@rm -rf $(VENV)-pins && $(PYTHON) -m venv $(VENV)-pins
	@$(VENV)-pins/bin/python -m pip install --quiet $(INDEX) "./shared[discovery]" ".[dev]"
	@$(VENV)-pins/bin/python scripts/pin.py $(OLD_PYTHON)
	@$(VENV)-pins/bin/python -m scripts.wheels
	@rm -rf $(VENV)-pins

clean: ## remove the venv and every tool's leavings (not the demo's pictures)
	@rm -rf $(VENV) $(VENV)-pins build dist shared/dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Bottega needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(DISTRIBUTIONS) | $(BIN)/python
	@echo "installing into $(VENV) ..."
	@$(PIP) $(INDEX) -e "./shared[discovery]" -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed
	@echo "installing the tools into $(VENV) ..."
	@$(PIP) $(INDEX) -e "./shared[discovery]" -e ".[dev]"
	@touch $@
