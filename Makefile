# Two commands set up everything on a machine with Python 3.11 and make: `make demo` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STORE  ?= demo-store
HOST   ?= 127.0.0.1
PORT   ?= 8000
# One thread a process: the numbers of processes are settings, and more threads than cores slow everything down.
export OMP_NUM_THREADS ?= 1

.PHONY: demo corpus serve test check format bench bench-serve bench-import hostile faults conformance train lock clean help
help: ## say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.run: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "crisiskg needs Python 3.11 or newer; set PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --no-deps -e .
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements/test.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/test.txt
	@touch $@

# The RML engine pins other versions of what crisiskg needs, so it has an environment of its own.
.venv-rml/.done: requirements/rml.txt
	$(PYTHON) -m venv .venv-rml
	.venv-rml/bin/python -m pip install --quiet --require-hashes -r requirements/rml.txt
	@touch $@

corpus: $(VENV)/.run ## read the sample corpus into STORE
	$(BIN)/crisiskg ingest --store $(STORE) sample/documents

demo: corpus ## read the sample corpus and a table, ask four questions, and serve all on HOST:PORT
	$(BIN)/crisiskg query offices --store $(STORE) --organization Sudan --date 2021-10-01
	$(BIN)/crisiskg query events --store $(STORE) --participant RSF --until 2023-12-31
	$(BIN)/crisiskg query opponents --store $(STORE) --actor Houthis
	$(BIN)/crisiskg import hxl sample/tables/incidents-hxl.csv --release sample --store $(STORE)
	$(BIN)/crisiskg identity run --store $(STORE)
	$(BIN)/crisiskg query accounts --store $(STORE) --event dataset/hxl/event/S-101
	$(BIN)/crisiskg serve --store $(STORE) --host $(HOST) --port $(PORT)

serve: $(VENV)/.run ## serve STORE on HOST:PORT
	$(BIN)/crisiskg import hxl sample/tables/incidents-hxl.csv --release sample --store $(STORE)
	$(BIN)/crisiskg identity run --store $(STORE)
	$(BIN)/crisiskg query accounts --store $(STORE) --event dataset/hxl/event/S-101
	$(BIN)/crisiskg serve --store $(STORE) --host $(HOST) --port $(PORT)

check: $(VENV)/.test ## format, lint and types, without tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

test: check .venv-rml/.done ## everything that must pass
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not alone" --doctest-modules src tests
	$(BIN)/python -m pytest -m alone tests

format: $(VENV)/.test ## rewrite the code in its one form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.test ## speed and memory, with machine and versions
	$(BIN)/python bench/speed.py

bench-serve: $(VENV)/.test ## speed of the service beside other servers, in one run
	$(BIN)/python bench/serve.py

bench-import: $(VENV)/.test .venv-rml/.done ## speed and memory of importing tables, beside an RML engine and the bare engine
	$(BIN)/python bench/import.py --shared $(SHARED)/throughput

hostile: $(VENV)/.test ## all hostile requests against a running service
	$(BIN)/python bench/hostile.py

faults: $(VENV)/.test ## kill, truncate, flip and fill: what is left must be right
	$(BIN)/python bench/faults.py

SUITES ?= ../shared/conformance/rdf-tests
conformance: $(VENV)/.test ## the W3C suites in SUITES against a running service and oxigraph
	$(BIN)/python bench/conformance $(SUITES)

SHARED ?= ../shared
$(VENV)/.train: $(VENV)/.test requirements/train.in
	$(BIN)/python -m pip install --quiet -r requirements/train.in
	@touch $@

DATA := src/crisiskg/annotation/data
train: $(VENV)/.train ## train all models of the reader again on the gold sets in SHARED (about two hours)
	$(BIN)/python bench/train_name_types.py --shared $(SHARED)
	$(BIN)/python bench/reader_examples.py --shared $(SHARED) --out build/examples.pkl
	$(BIN)/python bench/train_reader.py --held-out --examples build/examples.pkl --out build/reader
	cp build/reader/reader.onnx build/reader/reader_pieces.json build/reader/reader.json $(DATA)/
	$(BIN)/python bench/weights_list.py
	$(BIN)/python bench/train_arguments.py --shared $(SHARED)
	$(BIN)/python bench/train_relations.py --shared $(SHARED)
	$(BIN)/python bench/train_coreference.py --shared $(SHARED)
	$(BIN)/python bench/fit_calibration.py --shared $(SHARED)

lock: ## renew the pinned versions from pyproject.toml, requirements/test.in and requirements/rml.in
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet pip-tools
	$(VENV)-lock/bin/pip-compile -q --generate-hashes --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header -o requirements/run.txt pyproject.toml
	$(VENV)-lock/bin/pip-compile -q --generate-hashes --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --allow-unsafe -o requirements/test.txt requirements/test.in
	$(VENV)-lock/bin/pip-compile -q --generate-hashes --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --allow-unsafe -o requirements/rml.txt requirements/rml.in

clean: ## remove what make made
	rm -rf $(VENV) $(VENV)-lock .venv-rml $(STORE) build dist .pytest_cache .mypy_cache .ruff_cache
