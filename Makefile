# setup: .venv/bin/mangping and the models. demo, test, lint, bench, serve call it first.
# Each step leaves a stamp, so a second call does nothing.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
WEIGHTS := $(or $(MANGPING_MODELS),models/weights)

SEED ?= 20251
PAGES ?= 200
# Applicants' own masked copies, honest and tampered, of each so many.
PAIRS ?= 40
# Tests that start servers.
OFFICE := tests/e2e tests/flows tests/portal
# More options of python -m bench, such as BENCH="--profile --json figures.json"
BENCH ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK := True

.PHONY: setup demo test test-pages test-office test-postgres lint bench bench-presidio serve screenshots lock

setup: $(VENV)/.stamp-package $(VENV)/.stamp-system $(WEIGHTS)/.stamp

$(BIN)/python:
	@.ci/system python "$(PYTHON)" $(VENV)

# The lock constrains itself too: pip takes the newest of a package asked for with an extra otherwise.
$(VENV)/.stamp-requirements: requirements.lock | $(BIN)/python
	$(BIN)/python -m pip install -qq --require-hashes -r requirements.lock -c requirements.lock
	@touch $@

$(VENV)/.stamp-package: pyproject.toml $(VENV)/.stamp-requirements
	$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --no-index \
		--config-settings editable_mode=compat -e .
	@touch $@

$(VENV)/.stamp-system: .ci/system $(VENV)/.stamp-requirements
	@.ci/system libraries $(BIN)/python
	@touch $@

$(WEIGHTS)/.stamp: models/manifest.toml $(VENV)/.stamp-package | $(VENV)/.stamp-system
	$(BIN)/python -m models.fetch
	@touch $@

demo: setup
	@rc=0; $(BIN)/mangping process fixtures/demo --out out/demo || rc=$$?; \
	if [ $$rc -ne 0 ] && [ $$rc -ne 3 ]; then exit $$rc; fi; \
	echo; \
	echo "演示完成，材料是虚构的。结果："; \
	echo "  打码后的副本  out/demo/masked/"; \
	echo "  逐项结果      out/demo/findings/"; \
	echo "  报告          out/demo/report.html （用浏览器打开）"; \
	echo "  原件在 fixtures/demo/，可对照着看。"

# In two halves beside each other: those with an office wait for its servers most of the time.
# What the office's half prints is shown when it is done.
test: setup
	@.ci/system browser
	@$(MAKE) --no-print-directory -j2 test-pages test-office

test-pages: setup
	$(BIN)/pytest $(OFFICE:%=--ignore=%)

test-office: setup
	@mkdir -p build; rc=0; $(BIN)/pytest $(OFFICE) > build/test-office.log 2>&1 || rc=$$?; \
	echo; cat build/test-office.log; exit $$rc

# The tests of the database once more, on a PostgreSQL server that is started for them.
test-postgres: setup
	$(BIN)/python -m tests.postgres $(BIN)/pytest tests/dossiers tests/portal tests/flows/test_two_workers.py

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The figures of the README: make bench SEED=20251 PAGES=200
bench: setup
	$(BIN)/python -m bench --seed $(SEED) --pages $(PAGES) $(BENCH)
	$(BIN)/python -m bench.pairs --seed $(SEED) --count $(PAIRS)

# The same pages through Presidio's image redactor, in an environment of its own, beside ours.
bench-presidio: setup
	rm -rf build/presidio/set
	$(BIN)/python -m fixtures --seed $(SEED) --pages $(PAGES) --out build/presidio/set
	bench/presidio/run build/presidio/set build/presidio/out

serve: setup
	$(BIN)/python -m flows.serve

# The pictures of the README, of the made-up people of fixtures/demo.
screenshots: setup
	@.ci/system browser
	$(BIN)/python -m tests.e2e.screenshots docs/images

# For developers, with uv on the path: resolve requirements.in again.
lock:
	uv pip compile --quiet --generate-hashes \
		--python-version 3.11 --custom-compile-command "make lock" \
		requirements.in -o requirements.lock
