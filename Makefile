# Two commands a new machine needs: `make demo` and `make test`. Both set up .venv first; a second run starts at once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ROOMS := flows transforms expectations warehouse reports examples
STAMP := $(VENV)/.installed
# Where it is set, every process would compile all of its modules anew: more than half of what a short command takes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test reference golden years faults lock clean

help:
	@echo "make demo   set up and run the whole job on a synthetic region"
	@echo "make test   set up and run the checks and tests"
	@echo "make reference DIR=FOLDER  compute a folder's reference values again and say how far ours are off"
	@echo "make faults kill a small job KILLS times (300) at random points, run it again, and compare"
	@echo "make years  live through two and a half years day by day, in a small place and in the region (DIR=FOLDER),"
	@echo "            and through Prefect's flows, a work pool and a serve that is killed"
	@echo "make golden draw the pictures of docs/ again from the reports of the examples"
	@echo "make setup  only set up .venv (exact pinned versions)"
	@echo "make lock   pin again after a change of pyproject.toml"
	@echo "make clean  remove .venv and everything the examples made"

setup: $(STAMP)

$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "klyngeflow needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing pinned versions into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-uv.txt
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python requirements.txt requirements-uv.txt \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q $(ROOMS)
	@touch $(STAMP)

demo: $(STAMP)
	@$(BIN)/klyngeflow demo

test: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/pyright
	@$(BIN)/python -m pytest --numprocesses auto

reference: $(STAMP)
	@$(BIN)/python tests/reference/recompute.py "$(DIR)"

golden: $(STAMP)
	@$(BIN)/python docs/golden.py

LIVED = two_years days_through_flows work_pool serve_killed
years: $(STAMP)
	@KLYNGEFLOW_YEARS=1 $(BIN)/python -m pytest -n0 $(addprefix tests/flows/test_,$(addsuffix .py,$(LIVED)))
	@$(BIN)/python tests/flows/two_years.py "$(or $(DIR),years)"

KILLS ?= 300
faults: $(STAMP)
	@$(BIN)/python tests/faults/many.py $(KILLS)

lock: $(STAMP)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra dev \
	  --custom-compile-command "make lock" --output-file requirements.txt pyproject.toml

clean:
	rm -rf $(VENV) examples/*/warehouse examples/*/landing examples/*/staged examples/*/outbox examples/*/logs \
	  examples/*/.prefect examples/demo/inbox examples/demo/truth
