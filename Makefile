# `make help` lists what there is. Everything sets itself up: python3 (3.11 or newer), make and git are enough.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# targets share .venv and cdktf.out
.NOTPARALLEL:

PYTHON3 ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3,$(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $(name))))
PY := .venv/bin/python
ENVIRONMENT ?= prod
PYTEST := $(PY) -m pytest
# the local AWS is mostly waited for: one worker has it to itself while the other one runs the rest
IN_PARALLEL := -n 2 --dist loadgroup
LOCAL := $(PY) -m tools.local_aws
DELIVER = local="$$($(LOCAL) env)"; eval "$$local" && ENVIRONMENT=$(ENVIRONMENT) $(PY) -m tools.delivery

##@ Set up

.PHONY: setup
setup: ## Install what is needed: packages by their locks, Node, the cdktf CLI, Terraform
	@test -n "$(PYTHON3)" || { echo 'setup: Python 3.11 or newer is needed; name one: make PYTHON3=/path/to/python3 ...' >&2; exit 1; }
	@$(PYTHON3) -m tools.bootstrap

##@ Synthesis

.PHONY: synth list
synth: setup ## Write cdktf.out: Terraform JSON of every stack of every environment
	@$(PY) main.py
	@ls -d cdktf.out/stacks/*

list: setup ## Name the stacks
	@$(PY) -m tools.cdktf list

##@ The local AWS

.PHONY: local local-up local-diff local-status local-env local-down
local: setup ## Start a local AWS and deploy every stack of ENVIRONMENT (prod) into it
	@$(LOCAL) deploy --environment $(ENVIRONMENT)

local-up: setup ## Start an empty local AWS
	@$(LOCAL) up

local-diff: setup ## Say what a deployment would change in the local AWS
	@$(LOCAL) diff --environment $(ENVIRONMENT)

local-status: setup ## Say whether the local AWS runs, and what is in it
	@$(LOCAL) status

local-env: ## Point a shell at the local AWS: eval "$$(make -s local-env)"
	@$(LOCAL) env

local-down: setup ## Destroy what was deployed into the local AWS and stop it
	@$(LOCAL) destroy --environment $(ENVIRONMENT)

##@ Delivery, into the local AWS

.PHONY: publish-backend publish-frontend rollback-backend rollback-frontend
publish-backend: setup ## Push IMAGE (OCI layout or archive, or docker's), deploy and record it (COMMIT=tag)
	@test -n "$(IMAGE)" || { echo 'publish-backend: name an image: make publish-backend IMAGE=image.tar' >&2; exit 1; }
	@$(DELIVER).publish_backend '$(IMAGE)' $(if $(COMMIT),--commit '$(COMMIT)')

publish-frontend: setup ## Publish the site in DIR (COMMIT=its name; the directory's git commit by default)
	@test -n "$(DIR)" || { echo 'publish-frontend: name a directory: make publish-frontend DIR=path' >&2; exit 1; }
	@$(DELIVER).publish_frontend '$(DIR)' $(if $(COMMIT),--commit '$(COMMIT)')

rollback-backend: setup ## Deploy the image before the current one, or that of COMMIT
	@$(DELIVER).rollback backend --commit '$(COMMIT)'

rollback-frontend: setup ## Restore the site before the current one, or that of COMMIT
	@$(DELIVER).rollback frontend --commit '$(COMMIT)'

##@ Checks

.PHONY: check lint types compliance policy policy-report policy-fixtures check-workflows audit test test-slow test-all
check: lint types compliance check-workflows audit ## Lint and types, and every other check that needs no account

lint: setup ## ruff: rules and format
	@echo 'check: ruff'
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

types: setup ## mypy, strict
	@echo 'check: mypy'
	@$(PY) -m mypy .

compliance: setup ## checkov over every stack; findings need an exception beside the resource
	@echo 'check: checkov'
	@$(PY) -m tools.compliance

policy: synth ## The policies on what is synthesized, then on real plans and on every mutant of them
	@echo 'check: policies'
	@$(PY) -m tools.policy --synthesized
	@$(PYTEST) $(IN_PARALLEL) tests/policies -m 'not slow'

policy-report: setup ## Every switch of the real plans turned round: those that no policy minds
	@$(PYTEST) tests/policies -m slow -s

policy-fixtures: setup ## Record the real plans of tests/policies anew, from a local AWS (ten minutes)
	@$(PY) -m tests.policies.record

check-workflows: setup ## actionlint and zizmor over the GitHub workflows, and the lock of the delivery tools
	@echo 'check: workflows'
	@$(PY) -m tools.workflows
	@$(PY) -m tools.delivery.requirements --check

audit: setup ## Known vulnerabilities of what the lock files pin, where the network allows to ask
	@echo 'check: vulnerabilities'
	@$(PY) -m tools.audit

test: setup ## Unit and contract tests, and one lifecycle in the local AWS (under 10 minutes on 2 cores)
	@$(PYTEST) $(IN_PARALLEL) -m 'not slow'

test-slow: setup ## The rest: what is slow by nature
	@$(PYTEST) $(IN_PARALLEL) -m slow

test-all: setup ## Every test (under 45 minutes on 2 cores)
	@$(PYTEST) $(IN_PARALLEL)

##@ Performance

.PHONY: bench
bench: setup ## How fast it is, side by side with the alternatives: a table, and build/bench.json (BENCH=--help)
	@$(PY) -m tools.bench $(BENCH)

##@ Operation and documentation

.PHONY: status adopt diagram report docs
status: setup ## How ENVIRONMENT (prod) is; exit code 1 says that something is wrong
	@$(PY) -m tools.status --environment $(ENVIRONMENT)

adopt: setup ## After a killed run of STACK: what is there and in no state (HOW=--apply imports it)
	@$(PY) -m tools.adopt $(STACK) $(HOW)

diagram: setup ## Draw docs/architecture.svg from what is synthesized
	@$(PY) -m tools.diagram

report: setup ## One HTML page: picture, resources, links, rights, checks, cost (.build/report.html)
	@$(PY) -m tools.report

docs: setup diagram ## Write the pages and the picture that come from the code
	@$(PY) -m tools.reference

##@ Help

.PHONY: help clean
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {gsub(/\$$\$$/, "$$", $$2); printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

clean: ## Remove what was made here, the virtual environments and the local AWS included
	@test ! -x $(PY) || $(LOCAL) down
	@rm -rf .venv .build build node_modules cdktf.out tools/local_aws/.venv .local-aws .mypy_cache .ruff_cache .pytest_cache
