# Everything a newcomer types. Needs only Python 3.11 or newer, make and git.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
DEV_STAMP := $(VENV)/installed-dev
PIP := PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test check bench fix frames docs pictures messages clean

run: $(STAMP)
	@$(BIN)/yichuang run

test: $(DEV_STAMP)
	$(BIN)/python -m pytest -n 4 --dist worksteal

check: $(DEV_STAMP)
	$(BIN)/ruff format --check yichuang tests bench
	$(BIN)/ruff check yichuang tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/hygiene

bench: $(DEV_STAMP)
	$(BIN)/python -m bench

# Put the code into the house's form.
fix: $(DEV_STAMP)
	$(BIN)/ruff format yichuang tests bench
	$(BIN)/ruff check --fix yichuang tests bench

# Draw the screens' expected frames anew; read the difference before you commit it.
frames: $(DEV_STAMP)
	UPDATE_FRAMES=1 $(BIN)/python -m pytest tests/screens -n 2

# Write the parts of the docs that are made from the code.
docs: $(DEV_STAMP)
	$(BIN)/python -m tests.hygiene.generated

# Draw the screens for the docs.
pictures: $(DEV_STAMP)
	$(BIN)/python -m tests.screens.pictures

# Gather the texts, bring the English catalogue up to date, and compile; names what wants translating.
messages: $(DEV_STAMP)
	$(BIN)/python -m tests.hygiene.messages

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(STAMP): $(BIN)/python pyproject.toml constraints.txt
	@echo "正在安装（只在第一次和升级后）……"
	$(PIP) install --editable .
	@touch $@

$(DEV_STAMP): $(STAMP)
	$(PIP) install --editable ".[dev]"
	@touch $@
