# tieback: make demo | test | test-more | lint | lint-quick | docs | bench | compare | fuzz | fuzz-ci | fuzz-corpus | sbom | refresh-data | release | clean
# Everything below stays inside this folder. uv is used from the PATH, or brought into .uv/ from PyPI.

SHELL := /bin/bash
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
# A Python that all dependencies have wheels for, and not the newest that uv would fetch.
SYNC = python=$$(tools/find-python $(UV)) && $(UV) sync --python "$$python" --frozen
# Bytecode is kept: without it, each command that a test starts compiles all of tieback anew (0.8 s of 2.7 s for a scan).
RUN := env -u PYTHONDONTWRITEBYTECODE VIRTUAL_ENV=$(CURDIR)/.venv PATH="$(CURDIR)/.venv/bin:$$PATH"
DEMO := demo
# More workers than cores: a fourth of the time, tests wait for servers.
JOBS ?= 3

.PHONY: sbom refresh-data release docs demo test test-more lint lint-quick types texts bench compare fuzz fuzz-ci fuzz-corpus clean env env-test servers servers-more

.uv/bin/uv:
	@tools/bring-uv

# The stamp makes second runs start in seconds: nothing is synced while the lock is older.
.venv/.demo: pyproject.toml uv.lock | $(filter .uv/bin/uv,$(UV))
	@$(SYNC) --quiet --compile-bytecode --inexact --no-default-groups --extra lab --extra pdf --extra web
	@touch $@

.venv/.test: pyproject.toml uv.lock | $(filter .uv/bin/uv,$(UV))
	@$(SYNC) --quiet --compile-bytecode --all-extras --group fuzz --group schemas --group browser --group docs
	@touch $@ .venv/.demo

env: .venv/.demo
env-test: .venv/.test

demo: .venv/.demo
	@env -u PYTHONDONTWRITEBYTECODE tools/demo $(DEMO)

servers:
	@tools/install-test-servers

servers-more:
	@tools/install-test-servers more

# The goal is at most 15 minutes on two cores. Tests marked `more` are left out: see pyproject.toml.
test: .venv/.test servers
	@tools/passed begin test
	@$(RUN) pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder
	@tools/passed end test

# What `make test` leaves out, and each test of Hypothesis with all of its examples: once per issue.
test-more: .venv/.test servers-more
	@$(RUN) pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder -m 'more and not bench'
	@TIEBACK_EXAMPLES=full $(RUN) pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder -m 'hypothesis and not more and not bench'

# Without extras, in seconds: the style, and which package imports which. Everything else needs the whole environment.
QUICK = $(if $(wildcard .venv/.test),.venv,.cache/lint)
.cache/lint/.complete: pyproject.toml uv.lock | $(filter .uv/bin/uv,$(UV))
	@export UV_PROJECT_ENVIRONMENT=.cache/lint; $(SYNC) --quiet --only-group dev --no-install-project
	@touch $@

lint-quick: $(if $(wildcard .venv/.test),,.cache/lint/.complete)
	@$(QUICK)/bin/ruff format --check .
	@$(QUICK)/bin/ruff check .
	@PYTHONPATH=src $(QUICK)/bin/lint-imports

lint: lint-quick .venv/.test
	@tools/passed begin lint
	@$(MAKE) --no-print-directory --output-sync=target --jobs=2 types texts
	@tools/passed end lint

# Types take minutes of one core without the cache of mypy; the rest takes a quarter of a minute.
types: .venv/.test
	@$(RUN) mypy

texts: .venv/.test
	@$(RUN) deptry src
	@$(RUN) tools/check-workflows
	@if [ -x tools/check-words ]; then $(RUN) tools/check-words; fi

# The site, in build/site; a page or link that is missing is an error.
docs: .venv/.test
	@$(RUN) python tools/build-docs

bench: .venv/.test
	@tools/install-peers
	@$(RUN) python -m bench

# Every tool that openback compares, same inputs, same machine: docs/comparison.md. COMPARE=--under-load marks the page.
COMPARE ?=
compare: .venv/.test
	@tools/install-peers
	@$(RUN) python -m bench.openback.compare $(COMPARE)

# One group after the other, HOURS each. It resumes: .cache/fuzz keeps the corpus, and hours.tsv there logs CPU seconds.
# Findings stay in the corpus and fail the command.
HOURS ?= 1
fuzz: .venv/.test
	@$(RUN) python -m bench.fuzz --corpus .cache/fuzz --seconds $$(( $(HOURS) * 3600 ))

# 60 seconds of one group, another one each day, from the committed corpus.
fuzz-ci: .venv/.test
	@$(RUN) python -m bench.fuzz --rotate --seconds 60

# Merge .cache/fuzz into the committed corpus (tests/fuzz-corpus) and its log into bench/fuzz/hours.tsv.
fuzz-corpus: .venv/.test
	@$(RUN) python -m bench.fuzz --minimise --corpus .cache/fuzz
	@$(RUN) python -m bench.fuzz --hours

# The parts list of a release (CycloneDX 1.5): every library that the package and its extras can install, with hashes.
sbom: | $(filter .uv/bin/uv,$(UV))
	@mkdir -p dist
	@tools/write-sbom $(UV) dist/tieback.cdx.json
	@echo dist/tieback.cdx.json

# How old the data in the package is, and what refreshes it. Ends with 3, and make with 2, if something is older than a year.
refresh-data:
	@python3 tools/refresh-data

# Towncrier, twine and pipx, without tieback and without a development environment.
.cache/release/.complete: pyproject.toml uv.lock | $(filter .uv/bin/uv,$(UV))
	@export UV_PROJECT_ENVIRONMENT=.cache/release; $(SYNC) --quiet --only-group release --no-install-project
	@touch $@

# The files of a release in dist/, built twice and tried. VERSION=0.2.0; UNTESTED=1 to look at them only; TESTED_BY=URL of
# the run that tested this commit; COMMIT=1 commits version and changelog, and adds the tag. It never publishes.
release: .cache/release/.complete
	@test -n "$${VERSION:-}" || { echo "usage: make release VERSION=0.2.0" >&2; exit 2; }
	@.cache/release/bin/python tools/release "$$VERSION" --uv "$(UV)" $(if $(UNTESTED),--untested) \
	  $(if $(COMMIT),--commit) $(if $(TESTED_BY),--tested-by "$$TESTED_BY")

clean:
	@if [ -x .venv/bin/tieback ]; then .venv/bin/tieback lab down --purge --dir $(DEMO)/lab >/dev/null 2>&1 || true; fi
	rm -rf .venv .uv .cache $(DEMO) build dist
