# The environment is .venv; every command below makes it first if it is missing or out of date.
PYTHON ?= python3
DATA ?= ../shared/data
BIN := .venv/bin

.PHONY: run test check results install clean

run: .venv/.run
	$(BIN)/python app.py

test: .venv/.dev
	$(BIN)/python -m pytest
	touch .venv/.passed

# The tests are not run a second time on the files that have just passed them.
check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(MAKE) --no-print-directory .venv/.passed

SOURCES = $(shell find app.py corpus index rag eval web tests pyproject.toml -type f \
  -not -name '*.pyc' -not -path 'index/store/*' -not -path 'eval/runs/*')
.venv/.passed: .venv/.dev $(SOURCES)
	$(BIN)/python -m pytest
	touch $@

# The open sets lie in DATA; about half an hour, less what was measured before.
results: .venv/.run
	$(BIN)/python -m eval results --data $(DATA)

install: .venv/.run

.venv/.run: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/.dev: requirements-dev.txt .venv/.run
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

clean:
	rm -rf .venv index/store
