# The commands a newcomer needs; `make help` lists them. Everything lands in .venv, node_modules and instance,
# which can be deleted at any time: the next command makes them anew (instance holds the data of `make run`).

HOST ?= 127.0.0.1
PORT ?= 5000
SERVE ?= 1
STAGE ?= scheduled
JOBS ?= 2
TESTS ?=

PYTHON := $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
SETUP := setup/install.py
SERVED := $(BIN)/python serve.py --host $(HOST) --port $(PORT)

# What the checks need of the settings; no checkout has to be set up for them, and no database is touched.
CHECKED := MEETWRIGHT_SECRET_KEY=for-the-checks-only-0123456789abcdef MEETWRIGHT_DATABASE_URL=sqlite:///:memory:

# Links and live updates need the address in the browser; one that the operator set stays.
ifneq ($(HOST):$(PORT),127.0.0.1:5000)
ifeq ($(MEETWRIGHT_PUBLIC_URL)$(shell grep -s '^MEETWRIGHT_PUBLIC_URL=' instance/settings.env),)
export MEETWRIGHT_PUBLIC_URL := http://$(HOST:0.0.0.0=127.0.0.1):$(PORT)
endif
endif

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo run test check fmt runtime tools

help: ## Say what each command does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo '  Options: make demo SERVE=0   everything but serve'
	@echo '           make demo STAGE=partnership   with a partnership from scoping note to funded projects'
	@echo '           make run HOST=127.0.0.1 PORT=5000'
	@echo '           make test TESTS=tests/scheduler JOBS=2'

demo: runtime ## Set up, load the demo event, schedule and publish it, and serve it on 127.0.0.1:5000
	@$(BIN)/python config.py --demo
	@if [ "$(SERVE)" = 0 ]; then exec $(BIN)/flask demo --stage $(STAGE); \
	else $(BIN)/flask demo --stage $(STAGE) --with-links && exec $(SERVED); fi

run: runtime ## Set up and serve without demo data
	@$(BIN)/python config.py
	@$(BIN)/flask database upgrade
	@exec $(SERVED)

test: tools ## Run every test (as root, installs PostgreSQL, Redis and Chromium when they are missing)
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --durations 10 --durations-min 5 $(TESTS)

check: tools ## Check style, types, imports, migrations, translations and house rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python setup/house_rules.py
	$(CHECKED) $(BIN)/flask database check
	$(CHECKED) $(BIN)/flask process diagrams
	mkdir -p build
	PYTHONPATH=. $(BIN)/pybabel -q extract -F setup/babel.cfg -k _l -k lazy_gettext -o build/messages.pot app

fmt: tools ## Format the code and mend what can be mended automatically
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .

runtime:
	@$(PYTHON) $(SETUP) runtime

tools:
	@$(PYTHON) $(SETUP) tests
