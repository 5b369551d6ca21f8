# make demo   run the tour on real data; ends by printing where the results are
# make test   all tests
# make lint   ruff and mypy
# make bench  speed beside others at 1 and 20 million events; with BENCH_LARGE=1 at 100 million too
# make widgets  build the JavaScript of the widgets again; the one thing that needs Node
# make fuzz   a million texts put to the language, guided by coverage (FUZZ_INPUTS=1000000)
# Each makes and reuses .venv; nothing but Python >= 3.11 and make is needed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests wait for browsers and kernels a third of their time: one more works meanwhile.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(os.cpu_count() + 1)')
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test lint bench fuzz lab pictures notebooks widgets clean

demo: $(VENV)/.base
	$(BIN)/python -m behavio_jupyter.report docs/tour.ipynb demo-output

test: $(VENV)/.test $(VENV)/.browser
	$(BIN)/python -m tests.compiled
	$(BIN)/python -m pytest -n $(WORKERS) -p no:nbval

# Type checkers do not follow the editable install's mapping of magics, widgets and templates,
# so mypy reads the package as it is installed.
lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	rm -rf .build/typecheck build
	$(PIP) --no-deps --target .build/typecheck .
	cp -R benchmarks .build/typecheck
	cd .build/typecheck && ../../$(BIN)/python -m mypy --config-file ../../pyproject.toml -p behavio_jupyter -p benchmarks

# What is built is kept beside its sources and shipped: users and tests need no Node.
widgets:
	cd widgets && npm ci --silent --no-audit --no-fund && npm run --silent build

# An interrupted run goes on where it stopped.
bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks

# Goes on where the last run ended; needs Linux or macOS.
fuzz: $(VENV)/.fuzz
	$(BIN)/python -m tests.fuzz $(FUZZ_INPUTS)

lab: $(VENV)/.lab
	$(BIN)/jupyter lab docs/tour.ipynb

# Pictures of the README and the docs: what the browser tests see.
pictures: $(VENV)/.test $(VENV)/.browser
	PICTURES=docs/pictures $(BIN)/python -m pytest tests/notebook tests/report/templates

# Runs the notebooks of the docs again and keeps their outputs; the tests compare with them.
notebooks: $(VENV)/.base
	$(BIN)/python -m behavio_jupyter.report docs/tour.ipynb docs
	$(BIN)/python -m behavio_jupyter.report docs/first_hour.ipynb docs
	rm docs/tour.html docs/first_hour.html

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Behavio needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) --upgrade pip  # what a new venv has takes minutes to choose among releases

$(VENV)/.base: $(VENV)/bin/python pyproject.toml
	$(PIP) --editable .
	touch $@

$(VENV)/.test $(VENV)/.lint $(VENV)/.bench $(VENV)/.fuzz $(VENV)/.lab: $(VENV)/.base
	$(PIP) --editable '.[$(subst .,,$(notdir $@))]'
	touch $@

# Tests click through notebooks in Chromium: the one there is, or Playwright's.
$(VENV)/.browser: $(VENV)/.test
	command -v chromium || command -v chromium-browser || command -v google-chrome \
	  || $(BIN)/python -m playwright install chromium
	touch $@

clean:
	rm -rf $(VENV) .build build demo-output *.egg-info
