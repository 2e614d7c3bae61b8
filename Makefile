# `make demo` and `make test` are all that a fresh machine with Python 3.11 needs.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# One more than there are cores: many tests wait for processes of their own.
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

.PHONY: demo test test-clients test-lowest nightly lint types unit docs bench format clean
.DEFAULT_GOAL := test

$(STAMP): pyproject.toml
	@echo "==> setting up $(VENV) (once, about a minute)"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/python -m uv pip install --quiet --python $(BIN)/python -e '.[all]'
	@touch $@

demo: $(STAMP)
	@$(BIN)/python samples/demo.py

test: lint types unit
	@echo "==> make test: everything passed"

lint: $(STAMP)
	@echo "==> lint"
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(STAMP)
	@echo "==> types"
	@$(BIN)/mypy

unit: $(STAMP)
	@echo "==> tests"
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# Official clients, unmodified, each in an environment of its own under .cache/clients,
# against a real service. CLIENTS=all runs every version, CLIENTS=NAME,NAME some.
CLIENTS ?= quick
test-clients: $(STAMP)
	@echo "==> official clients ($(CLIENTS))"
	@CLIENTS=$(CLIENTS) $(BIN)/python -m pytest -q -n 2 --dist loadfile tests/clients

# What takes too long for every change: many more kills and made-up inputs.
nightly: $(STAMP)
	@echo "==> kill rounds"
	@QRT_KILL_ROUNDS=200 $(BIN)/python -m pytest -q -s tests/acceptance/test_kill_rounds.py
	@if [ "$$(id -u)" = 0 ]; then echo "==> kill rounds as an ordinary user"; \
		QRT_KILL_ROUNDS=100 $(BIN)/python tests/ordinary_user.py $(BIN)/python \
			-m pytest -q -s tests/acceptance/test_kill_rounds.py; fi
	@echo "==> fuzzing"
	@HYPOTHESIS_PROFILE=nightly $(BIN)/python -m pytest -q -n auto tests/fuzz

# With the lowest versions that pyproject.toml allows. The codec is held against the
# newest official package, which these can not have.
test-lowest:
	@$(PYTHON) -m venv .venv-lowest
	@.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check uv
	@.venv-lowest/bin/python -m uv pip install --quiet --resolution lowest-direct \
		--python .venv-lowest/bin/python -e '.[service,fake-devices,test]'
	@.venv-lowest/bin/python -m pytest -n auto --dist loadfile \
		tests/unit/program_runtime --ignore tests/unit/program_runtime/codec

# The site of the documentation, in build/docs; what a page gets wrong ends it.
docs: $(STAMP)
	@$(BIN)/sphinx-build -q -W --keep-going -b html docs build/docs
	@echo "==> make docs: build/docs/index.html"

bench: $(STAMP)
	@echo "==> benchmarks (figures and ratios of this machine, this minute)"
	@$(BIN)/python -m tests.benchmarks

format: $(STAMP)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
