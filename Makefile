# The commands a newcomer needs; `make help` lists them. Everything lands in .venv, node_modules and instance,
# which can be deleted at any time: the next command makes them anew (instance holds the data of `make run`).

HOST ?= 127.0.0.1
PORT ?= 5000
SERVE ?= 1
JOBS ?= 2
TESTS ?=

PYTHON := $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
SETUP := setup/install.py
# The settings of this checkout; an environment prepared for another one must not leak in.
export FLASK_APP = app:create_app

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo run test check fmt runtime tools

help: ## Say what each command does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo '  Options: make demo SERVE=0   everything but serve'
	@echo '           make run HOST=127.0.0.1 PORT=5000'
	@echo '           make test TESTS=tests/scheduler JOBS=2'

demo: runtime ## Set up, load the demo event, schedule and publish it, and serve it on 127.0.0.1:5000
	@$(BIN)/python -m config init
	@$(BIN)/flask migrate
	@$(BIN)/flask demo
	@if [ "$(SERVE)" != 0 ]; then $(BIN)/flask demo --links && exec $(BIN)/python serve.py --host $(HOST) --port $(PORT); fi

run: runtime ## Set up and serve without demo data
	@$(BIN)/python -m config init
	@$(BIN)/flask migrate
	@exec $(BIN)/python serve.py --host $(HOST) --port $(PORT)

test: tools ## Run every test (installs PostgreSQL, Redis and Chromium when run as root)
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(TESTS)

check: tools ## Check style, types, imports, migrations, translations and names
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python setup/house_rules.py
	$(BIN)/python -m pytest -q tests/migrations

fmt: tools ## Format the code and mend what can be mended automatically
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

runtime:
	@$(PYTHON) $(SETUP) runtime

tools:
	@$(PYTHON) $(SETUP) tests
