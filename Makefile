# Everything that is done with this repository; each target sets up what it needs in .venv.
#   make PYTHON=python3.13 test    uses another interpreter for a new .venv

PYTHON ?= python3
PROFILE ?= ci
EXAMPLES ?= 100000
REQUEST ?= tests/fixtures/sync/healthy/request.json
REGISTRY ?= registry.example
DIGEST ?=
REPOSITORY ?=
IMAGE ?= instana-agent-hooks
ENGINE ?= $(shell for each in docker podman buildah; do $$each info >/dev/null 2>&1 && echo $$each && break; done)
BUILD_OPTIONS ?=
LOOP ?= tests/cluster
MARKED ?= not loop
VENV := .venv
BIN := $(VENV)/bin
LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

# Tools in Go, in the versions of hack/tools/go.mod; the same from elsewhere by HELM, KIND and the PATH.
GO_TOOLS := $(VENV)/go-tools.stamp
HAS_GO := $(shell command -v go 2>/dev/null)
# Without a cluster there is one for the command alone; it has no nodes, as tests write their own.
IN_CLUSTER = $(if $(KUBECONFIG),,NODES=0 hack/cluster/with)
# The programs that tests start are many and short: without compiled files each compiles all anew.
unexport PYTHONDONTWRITEBYTECODE
export HELM ?= $(abspath $(wildcard $(BIN)/helm))
export KIND ?= $(abspath $(wildcard $(BIN)/kind))

SCRIPTS = $(shell grep --recursive --files-with-matches --binary-files=without-match '^\#!/usr/bin/env bash' .ci deploy hack .github/actions)

.DEFAULT_GOAL := help
.PHONY: help run image test properties check check-code check-texts check-workflows check-chart audit installs tools mutants \
	format golden generate bench attacks hostile cluster loop pods cluster-up cluster-down e2e figures fleet chaos record lock release artefacts clean

help: ## Say what there is.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/run.stamp ## Start the service here and show its answer to REQUEST (a file); ONCE=1: end after that.
	ONCE=$(ONCE) $(BIN)/python -m hooks demo $(REQUEST)

image: ## Build the image IMAGE with docker, podman or buildah; without them there is hack/image.
	@test -n "$(ENGINE)" || { echo 'neither docker nor podman nor buildah answers here; hack/image needs none of them running' >&2; exit 1; }
	$(ENGINE) build $(BUILD_OPTIONS) --tag $(IMAGE) \
		--build-arg VERSION=$$(sed -n 's/^__version__ = "\(.*\)"/\1/p' hooks/__init__.py) \
		--build-arg REVISION=$$(git rev-parse HEAD) .

# Coverage takes as much time again as the tests.
COVERAGE = $(if $(CI),--cov --cov-report=term:skip-covered)

test: $(VENV)/dev.stamp ## Run all tests that need no cluster; with CI=true also measure coverage.
	$(BIN)/python -m pytest --numprocesses=logical --dist=worksteal --ignore=tests/cluster --ignore=tests/image --ignore=tests/installation --ignore=tests/pods $(COVERAGE)

properties: $(VENV)/dev.stamp ## Run the property tests with more examples; PROFILE=thorough: with 10,000 of each.
	HYPOTHESIS_PROFILE=$(PROFILE) $(BIN)/python -m pytest --numprocesses=logical --dist=worksteal -m hypothesis tests/property tests/unit

check: check-code check-texts check-workflows check-chart ## Lint, types, layers, spelling, workflows, the chart.

check-code: $(VENV)/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

check-texts: $(VENV)/dev.stamp
	$(BIN)/codespell
	$(BIN)/yamllint --strict .
	$(BIN)/shellcheck $(SCRIPTS)
	$(BIN)/hadolint Dockerfile hack/e2e/stand-in/Dockerfile

check-workflows: $(VENV)/dev.stamp $(if $(HAS_GO),$(GO_TOOLS))
	$(BIN)/zizmor --offline --persona=pedantic --quiet .github
	$(call with_go_tool,actionlint,-shellcheck=$(BIN)/shellcheck -pyflakes=)

check-chart: $(VENV)/dev.stamp $(if $(HAS_GO),$(GO_TOOLS))
	$(call with_go_tool,helm,lint --strict helm-chart --values hack/e2e/values.yaml)
	$(call with_go_tool,helm,template instana-agent helm-chart --kube-version 1.30.0 --values hack/e2e/values.yaml >$(VENV)/rendered.yaml)

# Without Go it is said that something was not checked, and in CI that is a failure.
define with_go_tool
@if [ -x $(BIN)/$(1) ]; then echo '$(BIN)/$(1) $(2)' && $(BIN)/$(1) $(2); else \
	echo 'NOT CHECKED: $(1) $(2): it is built with Go, which is not here' >&2 && test -z "$$CI"; fi
endef

audit: $(VENV)/dev.stamp ## Look for known vulnerabilities of the packages; needs the advisory service.
	hack/audit $(BIN)/pip-audit requirements.txt requirements-build.txt requirements-dev.txt

installs: $(VENV)/dev.stamp ## Install the locks with each pip that must do, the package and the zipapp; ask the index for each architecture's wheels.
	$(BIN)/python -m hack.installs
	$(BIN)/python -m hack.wheels
	$(BIN)/python -m pytest --numprocesses=0 tests/installation

tools: $(GO_TOOLS) ## Build helm, kind and actionlint; needs Go.

format: $(VENV)/dev.stamp ## Format the code, and fix what can be fixed automatically.
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

golden: $(VENV)/dev.stamp ## Remake the expected answers of the tests; read the diff.
	$(BIN)/python -m tests.refresh_goldens

generate: $(VENV)/dev.stamp ## Remake all generated files.
	$(BIN)/python -m hooks generate

mutants: $(VENV)/dev.stamp ## Look for changes to the code that no test notices; SEED=1 COUNT=50: the sample.
	$(BIN)/python -m hack.mutants $(if $(SEED),--seed=$(SEED)) $(if $(COUNT),--count=$(COUNT))

bench: $(VENV)/dev.stamp ## Measure.
	$(BIN)/python -m tests.bench

attacks: $(VENV)/dev.stamp ## Measure a service under attack, and what many calls leave in its memory.
	$(BIN)/python -m tests.bench.attacks
	$(BIN)/python -m tests.bench.gained_memory

hostile: $(VENV)/dev.stamp ## Search EXAMPLES resources for the one that costs most.
	$(BIN)/python -m tests.bench.search $(EXAMPLES)

cluster: $(VENV)/dev.stamp ## Run the tests against an API server, but for those of the loop: that of KUBECONFIG, or one of their own.
	$(IN_CLUSTER) $(BIN)/python -m pytest -m "$(MARKED)" tests/cluster

loop: $(VENV)/dev.stamp ## Run the tests of LOOP that need the whole loop, with METACONTROLLER or its stand-in.
	$(IN_CLUSTER) $(BIN)/python -m pytest -m loop $(LOOP)

pods: $(VENV)/dev.stamp ## Run the tests in which pods become ready, on NODES=50 nodes of a cluster of their own.
	NODES=$(or $(NODES),50) hack/cluster/with $(BIN)/python -m pytest tests/pods

cluster-up: ## Start a cluster here, with NODES=3 nodes; hack/cluster/up --help has more. Needs Go.
	@hack/cluster/up $(STATE)

cluster-down: ## Stop the cluster that cluster-up started.
	@hack/cluster/down $(STATE)

e2e: $(VENV)/run.stamp ## Take the chart through its life in a kind cluster; needs docker, and kind and helm of `make tools`.
	hack/e2e/kind $(STEPS)

figures: $(VENV)/dev.stamp ## Measure METACONTROLLER with the service against an API server, as for cluster.
	$(IN_CLUSTER) $(BIN)/python -m tests.cluster.figures

# As in a large cluster, nodes at rest write nothing while it is measured.
fleet: $(VENV)/dev.stamp ## Measure METACONTROLLER with the service while AGENTS=200, NAMESPACES=2000 and NODES=500 grow.
	NODES=0 hack/cluster/with $(BIN)/python -m tests.fleet agents $(or $(AGENTS),200)
	NODES=0 hack/cluster/with $(BIN)/python -m tests.fleet namespaces $(or $(NAMESPACES),2000)
	NODES=$(or $(NODES),500) NODE_SECONDS=200 hack/cluster/with $(BIN)/python -m tests.fleet nodes $(or $(NODES),500)

chaos: $(VENV)/dev.stamp ## End the service, METACONTROLLER, the API server and etcd while AGENTS=20 change, and say what is lost.
	NODES=0 AGENTS=$(or $(AGENTS),20) hack/cluster/with $(BIN)/python -m tests.fleet.chaos

record: $(VENV)/dev.stamp ## Record requests of METACONTROLLER against an API server, as for cluster.
	$(IN_CLUSTER) $(BIN)/python -m tests.cluster.record
	$(BIN)/python -m tests.refresh_goldens

lock: $(VENV)/dev.stamp ## Remake the requirements files with hashes; UPGRADE=1: with newer versions.
	for lock in requirements requirements-build requirements-dev; do \
		$(LOCK) $(if $(UPGRADE),--upgrade) --output-file $$lock.txt $$lock.in || exit 1; done

release: $(VENV)/dev.stamp ## Set VERSION everywhere, and make a section of the changelog for it.
	$(BIN)/python -m hack.release prepare $(VERSION)
	$(MAKE) generate golden

artefacts: $(VENV)/dev.stamp ## Make what a release of REPOSITORY (its address) publishes in dist, with the image of REGISTRY and DIGEST.
	$(BIN)/python -m hack.release artefacts dist --registry $(REGISTRY) $(if $(DIGEST),--digest $(DIGEST)) \
		$(if $(REPOSITORY),--repository $(REPOSITORY))

clean: ## Remove everything that the other targets made.
	rm -rf $(VENV) dist .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt requirements-build.txt | $(VENV)/bin/python
	hack/install $(BIN)/python requirements.txt
	touch $@

# What the service needs is among it.
$(VENV)/dev.stamp: requirements-dev.txt requirements-build.txt | $(VENV)/bin/python
	hack/install $(BIN)/python requirements-dev.txt
	touch $(VENV)/run.stamp $@

# As Helm's own build does, or `helm template` would take clusters for ones of Kubernetes 1.20.
KUBERNETES_MINOR = $(shell sed -n 's|.*k8s.io/client-go v0\.\([0-9]*\)\..*|\1|p' hack/tools/go.mod)
HELM_KUBERNETES = $(foreach package,chartutil lint/rules,-X helm.sh/helm/v3/pkg/$(package).k8sVersionMinor=$(KUBERNETES_MINOR))

# The versions of the tools are in go.mod; a new one is another stamp's dependency.
$(GO_TOOLS): hack/tools/go.mod hack/tools/go.sum | $(BIN)/python
	cd hack/tools && GOFLAGS=-buildvcs=false GOBIN=$(abspath $(BIN)) go install -trimpath \
		-ldflags='-s -w $(HELM_KUBERNETES)' tool
	touch $@
