# One command to run, one to check. Everything is made once and again only when its source changed.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
BENCH ?= start
bin := .venv/bin
pip := $(bin)/python -m pip install -qq --disable-pip-version-check --require-hashes --use-pep517
npm := PATH="$$PWD/.venv/bin:$$PATH" npm
built := helpdesk/web/assets/built
sources := $(shell find helpdesk/web/assets channels/webchat/widget -path "*/built" -prune -o -type f -print 2>/dev/null)
catalogues := $(shell find helpdesk/web/locale -name '*.po' 2>/dev/null)

.PHONY: help run setup check test tests lint types front-types format coverage bench lock clean packages catalogues

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## ?(.*)/\1\t\2/' | expand -t 12

run: setup ## set up what is missing and open the demo desk
	@$(bin)/python run.py demo

setup: .venv/.run $(built)/.made .venv/.catalogues ## set up without starting

check: .venv/.test setup lint types ## the fast part of the tests, within a minute
	$(bin)/python -m pytest -q -n 2 -m 'not slow' -k 'not postgresql'

test: packages .venv/.test setup lint types front-types tests ## everything; installs what it needs on a fresh machine

tests:
	$(bin)/python -m pytest -n 2 --dist loadgroup

packages: .venv/.run
	@requirements/debian.sh

lint:
	$(bin)/ruff check .
	$(bin)/lint-imports --no-logo

types:
	$(bin)/mypy

front-types: node_modules/.made
	$(npm) run --silent typecheck

format: .venv/.test ## lay the code out and mend what can be mended
	$(bin)/ruff check --fix .
	$(bin)/ruff format .

coverage: .venv/.test setup ## which lines and branches the tests reach
	$(bin)/coverage run --parallel-mode -m pytest -q
	$(bin)/coverage combine
	$(bin)/coverage report

bench: setup ## one benchmark: make bench BENCH=ingest
	$(bin)/python run.py bench $(BENCH)

lock: .venv/.test ## renew the locks from pyproject.toml and package.json
	@requirements/lock.sh
	$(npm) install --package-lock-only

catalogues: .venv/.test ## bring the catalogues up to date with the words of code and pages
	@$(bin)/python -m tests.support.pages.catalogues

clean: ## take away everything made, never data
	rm -rf .venv node_modules $(built) channels/webchat/built .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage

.venv/.made: requirements/venv.sh
	@requirements/venv.sh $(PYTHON)
	@touch $@

.venv/.run: .venv/.made requirements/run.txt
	@echo 'Installing the desk …'
	@$(pip) -r requirements/run.txt
	@touch $@

.venv/.test: .venv/.run requirements/test.txt
	@echo 'Installing what the tests need …'
	@$(pip) -r requirements/test.txt
	@touch $@

.venv/.node: .venv/.made requirements/node.sh requirements/node.txt
	@requirements/node.sh
	@touch $@

node_modules/.made: .venv/.node package.json package-lock.json
	@echo 'Installing the front end …'
	@$(npm) ci --silent
	@touch $@

$(built)/.made: node_modules/.made $(sources)
	@$(npm) run --silent build
	@touch $@

.venv/.catalogues: .venv/.run $(catalogues)
	@$(bin)/pybabel --quiet compile -D pasokh -d helpdesk/web/locale
	@touch $@
