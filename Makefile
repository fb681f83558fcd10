# What everyone needs first: `make demo`, `make test`. Nothing but Python 3 and make is needed for those.
PYTHON ?= python3
VENV ?= .venv
DEST ?= $(HOME)/.codex/skills

.PHONY: help demo test lint bench fuzz install

help:
	@echo "make demo       run the main commands against a stand-in server with sample data"
	@echo "make test       run the tests, offline"
	@echo "make lint       ruff and mypy, in a virtual environment that it makes"
	@echo "make bench      compare speed and memory with a plain client"
	@echo "make fuzz       a minute of random answers; SEED=n repeats a run"
	@echo "make install    copy the skill to DEST ($(DEST))"

demo:
	@$(PYTHON) -m tests.demo

test:
	$(PYTHON) -m unittest

lint: $(VENV)/lint-ready
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

$(VENV)/lint-ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --group lint
	@touch $@

bench:
	@$(PYTHON) -m tests.bench

fuzz:
	@$(PYTHON) -m tests.fuzz $(if $(SEED),--seed $(SEED)) $(if $(SECONDS),--seconds $(SECONDS))

install:
	@mkdir -p "$(DEST)/sentry/scripts"
	@cp SKILL.md "$(DEST)/sentry/SKILL.md"
	@cp scripts/sentry_api.py "$(DEST)/sentry/scripts/sentry_api.py"
	@echo "installed in $(DEST)/sentry"
ifeq ($(origin DEST),file)
	@echo "for another agent: make install DEST=~/.claude/skills (or its own folder of skills)"
endif
