# Everything that a fresh clone needs: each target sets up its own environment in .venv first.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# Environments by lock file: with the tools of tests, or as on a server.
INSTALLED := .venv/.installed
PRODUCT := .venv/.installed-product
# Dagster keeps its history here when it is opened in a browser.
SAMPLE_HOME := data/sample

export DAGSTER_DISABLE_TELEMETRY := yes
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false
# Without compiled modules every process of a run, and every worker of the tests, compiles them again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run serve check test test-long docs dev install lock

# Tests write and sync many small files: in memory where all of them fit.
MEMORY := /dev/shm
ROOM := $(shell df --output=avail -B1G $(MEMORY) 2>/dev/null | tail -n 1)
PYTEST := $(if $(shell test 0$(strip $(ROOM)) -ge 12 && echo yes),TMPDIR=$(MEMORY)) $(BIN)/pytest --numprocesses 2 --dist loadgroup --no-loadscope-reorder

run: $(INSTALLED)  ## the main line, for the sample municipality
	$(BIN)/maandvers run --sample
	@echo "To see it on the board: make serve"

serve: $(INSTALLED)  ## the board of the sample municipality, after make run
	$(BIN)/maandvers serve --sample

check: $(INSTALLED)  ## style, types and every test that needs no whole run, no whole table and no browser: before each commit
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PYTEST) -m "not (whole_run or real_data or browser or long)"

test: $(INSTALLED)  ## style, types and all tests but the long ones: before each push, and in CI
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@# Types are checked on one core, for a minute where nothing is cached: beside the tests.
	$(BIN)/mypy & types=$$!; $(PYTEST) -m "not long" || failed=1; wait $$types || failed=1; exit $${failed:-0}

test-long: $(INSTALLED)  ## searches and long forms: a year, kills, proofs, damage, plans, nationwide, other storage; once per issue
	MAANDVERS_TEST_MONTHS=12 MAANDVERS_TEST_KILLS=10 MAANDVERS_TEST_FIGURES=200 MAANDVERS_TEST_PLANS=400 \
		MAANDVERS_TEST_PLACES=50 MAANDVERS_TEST_BREAKAGES=10 \
		$(PYTEST) -m "long or search"

docs: $(INSTALLED)  ## every mart and column explained, of the sample municipality after make run
	$(BIN)/maandvers docs --sample

dev: $(INSTALLED)  ## Dagster in the browser, on the sample municipality
	umask 077 && mkdir -p $(SAMPLE_HOME)/dagster
	test -f $(SAMPLE_HOME)/dagster/dagster.yaml || cp orchestration/dagster.yaml $(SAMPLE_HOME)/dagster/
	umask 077 && MAANDVERS_SAMPLE=true DAGSTER_HOME=$(abspath $(SAMPLE_HOME)/dagster) $(BIN)/dagster dev

install: $(PRODUCT)  ## for a server: the environment without tools of tests, and the models read beforehand (orchestration/deploy)
	$(BIN)/maandvers prepare

lock: COMPILE := uv pip compile --quiet --python-version 3.11 --generate-hashes --no-strip-extras --no-header --no-emit-index-url
lock:  ## take newer versions of what pyproject.toml allows
	$(COMPILE) --upgrade --extra test pyproject.toml --output-file requirements-test.lock
	@# A compilation keeps the versions of the file that it overwrites: the product is tested with its own.
	cp requirements-test.lock requirements.lock
	$(COMPILE) --extra object-storage pyproject.toml --output-file requirements.lock

$(INSTALLED): requirements-test.lock
$(PRODUCT): requirements.lock
# Hashes are checked and modules compiled once, here: compiling at each start costs more than the work itself. pip
# would do so on one core, and some packages carry files that no version of Python reads.
$(INSTALLED) $(PRODUCT): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "Maandvers needs Python 3.11; name yours with: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	@if command -v uv >/dev/null; then \
		echo "Setting up .venv with uv"; \
		uv venv --quiet --allow-existing --python $(PYTHON) .venv && \
		uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r $(filter %.lock,$^) && \
		uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable . ; \
	else \
		echo "Setting up .venv with pip"; \
		{ $(PYTHON) -m venv .venv || { echo "On Debian and Ubuntu: apt install python3.11-venv"; exit 1; }; } && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r $(filter %.lock,$^) && \
		{ $(BIN)/python -m compileall -qq --workers 0 .venv/lib || true; } && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . ; \
	fi
	@touch $@
