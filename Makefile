# tieback: make demo | test | lint | bench | fuzz | clean
# Everything below stays inside this folder. uv is used from the PATH, or brought into .uv/ from PyPI.

SHELL := /bin/bash
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
RUN := $(UV) run --frozen --no-sync
DEMO := demo
JOBS ?= 2

.PHONY: demo test lint bench fuzz clean env env-test servers

.uv/bin/uv:
	@tools/bring-uv

# The stamp makes second runs start in seconds: nothing is synced while the lock is older.
.venv/.demo: pyproject.toml uv.lock | $(filter .uv/bin/uv,$(UV))
	@$(UV) sync --frozen --quiet --compile-bytecode --inexact --no-default-groups --extra lab
	@touch $@

.venv/.test: pyproject.toml uv.lock | $(filter .uv/bin/uv,$(UV))
	@$(UV) sync --frozen --quiet --compile-bytecode --all-extras --group fuzz --group schemas
	@touch $@ .venv/.demo

.venv/.bench: pyproject.toml uv.lock | $(filter .uv/bin/uv,$(UV))
	@$(UV) sync --frozen --quiet --compile-bytecode --all-extras --group fuzz --group schemas --group bench
	@touch $@ .venv/.test .venv/.demo

env: .venv/.demo
env-test: .venv/.test

demo: .venv/.demo
	@tools/demo $(DEMO)

servers:
	@tools/install-test-servers

test: .venv/.test servers
	@$(RUN) pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder

lint: .venv/.test
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) mypy
	@$(RUN) lint-imports
	@$(RUN) deptry src

bench: .venv/.bench
	@$(RUN) python -m bench

# One room after the other; findings stay in the corpus and fail the command.
HOURS ?= 1
fuzz: .venv/.test
	@$(RUN) python -m bench.fuzz --corpus .cache/fuzz --seconds $$(( $(HOURS) * 3600 ))

clean:
	@if [ -x .venv/bin/tieback ]; then .venv/bin/tieback lab down --purge --dir $(DEMO)/lab >/dev/null 2>&1 || true; fi
	rm -rf .venv .uv .cache $(DEMO) build dist
