# Everything starts here: `make run` and `make test` need Python 3.11 or newer (with venv) and nothing else.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
TLS ?=
ARGS ?=
PREPARE = $(PYTHON) tools/prepare.py

.PHONY: run test bench lint clean lock catalogue python

run: python
	@$(PREPARE) run
	@exec .venv/bin/openweek serve --demo --host $(HOST) --port $(PORT) $(if $(filter-out 0,$(TLS)),--tls)

# Three processes for folders, on two cores: one of them often waits for a browser, a proxy or a database. One process where
# ARGS names a file: starting a second one takes longer than most files.
# Programs that tests start would compile all modules each time where the environment keeps Python from writing them down.
# What failed is tried once more and named at the end as RERUN: a busy machine is no finding, but look into each.
test: python
	@$(PREPARE) test
	@PYTHONDONTWRITEBYTECODE= .venv/bin/python -m pytest -n $(if $(findstring .py,$(ARGS)),0,3) --dist loadfile --reruns 1 --rerun-show-tracebacks $(ARGS)

bench: python
	@$(PREPARE) test
	@.venv/bin/python -m tests.bench $(ARGS)

lint: python
	@$(PREPARE) lint
	@.venv/bin/python tools/lint.py

# What set-up and tests made; instance/ (the data) stays.
clean:
	rm -rf .venv node_modules static/vendor build *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis test-results
	find translations -name '*.mo' -delete 2>/dev/null || true
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# For those who change a dependency: needs uv and npm.
lock: python
	@$(PYTHON) tools/lock.py

# For those who change a sentence: the Chinese catalogue brought up to the code.
catalogue: python
	@$(PREPARE) test
	@.venv/bin/python tools/catalogue.py

python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "Openweek needs Python 3.11 or newer with venv, and '$(PYTHON)' is not there: install it, or name it: make run PYTHON=/path/to/python3" >&2; exit 1; }
