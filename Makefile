# Two commands do everything on a machine with Python 3.11 or newer, git and make:
#   make book   installs what is needed, runs the notebooks that changed, builds the book
#   make test   the same, and the book of the invented county; then every test
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# One thread for linear algebra: sums differ in their last digits between thread counts.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1

.DEFAULT_GOAL := help
.PHONY: help book pdf test check translate store benchmarks lock clean

help:
	@sed -n 's/^#   //p' $(MAKEFILE_LIST)

#   make pdf    the book, and each edition of it as a PDF (needs Chromium)
#   make check  style and types
#   make translate  bring the catalogues of the Chinese edition up to date
#   make store  store the outputs of the book's runs in notebooks/
#   make benchmarks  measure the estimators beside their peers and keep the ratios
#   make lock   choose versions anew and write both lock files
#   make clean  remove everything that can be made again, but for the environment

book: $(VENV)/.book
	@$(BIN)/lcresearch book

pdf: book
	@$(BIN)/lcresearch pdf

test: $(VENV)/.test
	@$(BIN)/lcresearch book
	@$(BIN)/lcresearch book --county data/example
	@$(BIN)/python -m pytest -n 2 --dist loadscope --nbval \
	  --nbval-kernel-name lcresearch-warm --nbval-cell-timeout 300 tests notebooks

check: $(VENV)/.test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

translate: book
	@$(BIN)/lcresearch translate

store: book
	@$(BIN)/lcresearch store

benchmarks: $(VENV)/.test
	@for name in imputation wild_bootstrap synthetic_control group_time \
	  cost_function frontier sharing market; do \
	  $(BIN)/python benchmarks/$$name.py --store || exit 1; done
	@$(BIN)/python benchmarks/group_time.py --units 28000 --rounds 3 --store
	@$(BIN)/python benchmarks/group_time.py --units 280000 --rounds 1 --store
	@$(BIN)/python benchmarks/synthetic_control.py --units 2801 --rounds 1 --store
	@$(BIN)/python benchmarks/random_coefficients.py --rounds 3 --store
	@$(BIN)/python benchmarks/routes.py --store
	@$(BIN)/python benchmarks/waybills.py --store

lock:
	@$(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python -m pip install --quiet "uv>=0.9"
	@.venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --upgrade \
	  --extra book --group install --output-file requirements.lock pyproject.toml
	@.venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --upgrade --constraint requirements.lock \
	  --extra test --group install --output-file requirements-test.lock pyproject.toml

clean:
	@rm -rf _build conf.py book/results

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "lcresearch needs Python 3.11 or newer: run make PYTHON=python3.11 ...")'
	@echo "Creating the environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.book: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what the book needs (once; some minutes)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/.test: requirements-test.lock $(VENV)/.book
	@echo "Installing what the tests need (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@
