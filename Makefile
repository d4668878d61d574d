# `make help` lists what there is.

PORT ?= 8000
# The first Python that is new enough; name another one with `make PYTHON=…`.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV_PYTHON := .venv/bin/python
MANAGE := $(VENV_PYTHON) -m storecredit.launch --manage

.DEFAULT_GOAL := help
.PHONY: help run test test-both slow bench million screenshots coverage lint fmt shell manage messages role-table lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## serve the shop's store credit with demo data on PORT (8000)
	@"$(PYTHON)" -m storecredit.launch --check-port $(PORT)
	@$(MAKE) --silent .venv/.run
	@$(VENV_PYTHON) -m storecredit.launch --port $(PORT)

test: .venv/.test tests/integrators/node_modules/.installed ## run every check and every test, on SQLite and on PostgreSQL what the database decides
	@$(VENV_PYTHON) -m tests.everything

test-both: .venv/.test tests/integrators/node_modules/.installed ## run every check, and every test on both databases
	@$(VENV_PYTHON) -m tests.everything --both

slow: .venv/.test ## run the fault and load tests, on both databases
	$(VENV_PYTHON) -m pytest -m slow
	$(VENV_PYTHON) -m tests.postgresql $(VENV_PYTHON) -m pytest -m slow

bench: .venv/.test ## measure the API against a bare one, each page of the admin, and what finance waits for
	@$(VENV_PYTHON) -m tests.benchmarks; ratios=$$?; $(VENV_PYTHON) -m tests.benchmarks.pages; pages=$$?; \
	$(VENV_PYTHON) -m tests.benchmarks.books && exit $$((ratios > pages ? ratios : pages))

million: .venv/.test ## make the shop of a million entries whose pages `make bench` measures, and prove its books
	@$(VENV_PYTHON) -m tests.benchmarks.million

screenshots: .venv/.test ## take the pictures of docs/screenshots anew, in the demo's shop
	@$(VENV_PYTHON) -m tests.screenshots

coverage: .venv/.test ## say which lines the tests on SQLite never reach
	$(VENV_PYTHON) -m pytest -n auto -m 'not browser and not slow and not alone and not postgresql' --cov --cov-report=term-missing:skip-covered

lint: .venv/.test ## check style, types, imports and templates
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m ruff format --check .
	$(VENV_PYTHON) -m djlint --lint --check templates
	$(VENV_PYTHON) -m mypy
	$(VENV_PYTHON) -c 'from importlinter.cli import lint_imports_command as lint; lint()'

fmt: .venv/.test ## put code and templates into shape
	$(VENV_PYTHON) -m ruff check --fix --exit-zero .
	$(VENV_PYTHON) -m ruff format .
	$(VENV_PYTHON) -m djlint --quiet --reformat templates || true

shell: .venv/.run ## open a Python shell on what `make run` serves
	@$(MANAGE) shell

manage: .venv/.run ## run a command on what `make run` serves: make manage CMD="reconcile --json"
	@$(MANAGE) $(CMD)

messages: .venv/.test ## gather the texts of the pages for translators and compile the catalogues (LANGUAGE=fr begins one)
	@$(VENV_PYTHON) -m tests.messages $(LANGUAGE)

role-table: .venv/.test ## write docs/who-may-what.md anew, of what each role sees and does on which page
	@$(VENV_PYTHON) -m tests.backoffice.walk.table

lock: .venv/.test ## write both lists of hashed requirements anew from pyproject.toml
	$(LOCK) --group test --output-file requirements.txt
	$(LOCK) --group test --group dev --constraints requirements.txt --output-file requirements-dev.txt

clean: ## remove what can be made again; the data under var/ stays
	rm -rf .venv staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov tests/integrators/node_modules

LOCK := $(VENV_PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' pyproject.toml

# The lists are complete, so nothing is looked for beyond them: no release of anybody's can change what is installed.
INSTALL := $(VENV_PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "This needs Python 3.11 or newer; none was found on the PATH." >&2; exit 1; }
	@echo "Making .venv …"
	@"$(PYTHON)" -m venv .venv || { rm -rf .venv; echo "Python cannot make a virtual environment here. \
	On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

.venv/.run: requirements.txt | .venv/bin/python
	@echo "Installing requirements.txt …"
	@$(INSTALL) requirements.txt
	@$(VENV_PYTHON) -m pip --disable-pip-version-check check
	@touch .venv/.run

.venv/.test: requirements-dev.txt | .venv/bin/python
	@echo "Installing requirements-dev.txt …"
	@$(INSTALL) requirements-dev.txt
	@$(VENV_PYTHON) -m pip --disable-pip-version-check check
	@touch .venv/.test .venv/.run

# The tools from npm. Where there is no npm, the tests that need them say so; what packages want to run is not run.
tests/integrators/node_modules/.installed: tests/integrators/package-lock.json
	@if command -v npm >/dev/null; then echo "Installing tests/integrators/package-lock.json …" && \
	cd tests/integrators && npm ci --ignore-scripts --silent && touch node_modules/.installed; fi
