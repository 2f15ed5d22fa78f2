# Everything that is done with this repository; each target sets up what it needs in .venv.
#   make PYTHON=python3.13 test    uses another interpreter for a new .venv

PYTHON ?= python3
PROFILE ?= ci
REQUEST ?= tests/fixtures/sync/healthy/request.json
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK := $(VENV)/lock/bin/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help run test properties check format golden generate bench cluster figures record lock clean

help: ## Say what there is.
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "%-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/run.stamp ## Start the service here and show its answer to REQUEST (a file); ONCE=1: end after that.
	ONCE=$(ONCE) $(BIN)/python -m hooks demo $(REQUEST)

test: $(VENV)/dev.stamp ## Run all tests that need no cluster, with coverage.
	$(BIN)/python -m pytest --numprocesses=logical --dist=worksteal --ignore=tests/cluster --cov --cov-report=term:skip-covered

properties: $(VENV)/dev.stamp ## Run the property tests with more examples; PROFILE=thorough: with 10,000 of each.
	HYPOTHESIS_PROFILE=$(PROFILE) $(BIN)/python -m pytest --numprocesses=logical --dist=worksteal tests/property

check: $(VENV)/dev.stamp ## Lint, types, layers, spelling.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/yamllint --strict .
	$(BIN)/shellcheck .ci/run deploy/make-credentials
	$(BIN)/hadolint Dockerfile

format: $(VENV)/dev.stamp ## Format the code and mend what can be mended.
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

golden: $(VENV)/dev.stamp ## Remake the expected answers of the tests; read the diff.
	$(BIN)/python -m tests.refresh_goldens

generate: $(VENV)/dev.stamp ## Remake all generated files.
	$(BIN)/python -m hooks generate

bench: $(VENV)/dev.stamp ## Measure.
	$(BIN)/python -m tests.bench

cluster: $(VENV)/dev.stamp ## Run the tests that need an API server, which KUBECONFIG names.
	$(BIN)/python -m pytest tests/cluster

figures: $(VENV)/dev.stamp ## Measure METACONTROLLER with the service against the API server of KUBECONFIG.
	$(BIN)/python -m tests.cluster.figures

record: $(VENV)/dev.stamp ## Record requests of METACONTROLLER against the API server of KUBECONFIG.
	$(BIN)/python -m tests.cluster.record
	$(BIN)/python -m tests.refresh_goldens

lock: $(VENV)/lock.stamp ## Remake the requirements files with hashes; UPGRADE=1: with newer versions.
	$(LOCK) $(if $(UPGRADE),--upgrade) --output-file requirements.txt requirements.in
	$(LOCK) $(if $(UPGRADE),--upgrade) --output-file requirements-dev.txt requirements-dev.in

clean: ## Remove everything that the other targets made.
	rm -rf $(VENV) .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt | $(VENV)/bin/python
	$(PIP_INSTALL) --require-hashes -r requirements.txt
	touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp
	$(PIP_INSTALL) --require-hashes -r requirements-dev.txt
	touch $@

$(VENV)/lock.stamp: Makefile | $(VENV)/bin/python
	$(BIN)/python -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	touch $@
