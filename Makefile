# Every target works from a fresh clone: what is missing is installed first (Debian 12/13, Ubuntu 22.04/24.04).
PYTHON3 := $(shell command -v /usr/bin/python3 || command -v python3)
RUN     := PATH="$(CURDIR)/.venv/bin:$$PATH" PYTHONPATH=collections
SCENARIO ?= default

.PHONY: help demo demo-down test test-fast lint sanity unit meta integration arm64 molecule resilience lab docs venv

help:  ## Show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

demo:  ## Three nodes, a balancer and a monitoring host on this machine, from nothing to verified
	@$(PYTHON3) lab/demo.py up

demo-down:  ## Remove all that `make demo` made
	@$(PYTHON3) lab/demo.py down

test: lab  ## Everything that CI runs
	@$(RUN) python tests/run.py lint sanity unit meta integration arm64 molecule

test-fast: venv  ## Lint, unit and meta tests, a minute and a half
	@$(RUN) python tests/run.py lint unit meta

lint sanity unit meta: venv  ## One suite by itself
	@$(RUN) python tests/run.py $@

integration arm64: lab
	@$(RUN) python tests/run.py $@

molecule: lab  ## One scenario: make molecule SCENARIO=default
	@$(RUN) SCENARIO=$(SCENARIO) python tests/run.py molecule

resilience: lab  ## What clients notice of faults and maintenance: docs/resilience.md (hours; goes on where it was ended)
	@$(RUN) python lab/lab.py up resilience tests/resilience/lab.json
	@export $(RUN); python -m tests.resilience --lab resilience --converge --repeat 5 --resume; failed=$$?; \
	python lab/lab.py down resilience; TOPOLOGY_REPORT=docs/resilience.json molecule test -s topology || failed=1; \
	python -m tests.resilience --lab resilience --render; exit $$failed

docs: venv  ## Generate the reference from modules and argument specs
	@$(RUN) python docs/generate.py

venv:
	@$(PYTHON3) lab/bootstrap.py venv

lab: venv
	@$(PYTHON3) lab/bootstrap.py host qemu-user-static binfmt-support arch-test xfsprogs chromium
