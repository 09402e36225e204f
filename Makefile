# make reproduce  confirms the committed evidence: by hash, by recomputing, and by running again for ten minutes
# make reproduce BUDGET=2h      runs again for longer; BUDGET=all all that has its inputs here
# make reproduce ALL=1          also what suites declare large: models of over a gigabyte, hours
# make reproduce EXTRAS=audio,serve,…   with further extras of pyproject.toml installed; others have dev
# make test       lint, types, import contracts and the whole test suite
# make docs       builds the documentation into build/site, strictly and without a network
# make notebook   runs examples/tutorial.ipynb and writes its outputs into it
# make jitter     measures how far values move with the last bits of vectors, on what make reproduce left in out/
# make portability  runs small steps under emulated processors (qemu-user), and compares their bytes
# make bench      measures what work takes on this machine, into out/bench; quiet machine, minutes
# make planners TQP=… MIRROR=…  compares planners on the mirrored data, into out/peers; TQP: the tqp of turboquant-pro
# Each makes .venv first, with the versions pinned in constraints.txt; PYTHON=… names the interpreter.

PYTHON ?= python3
# Reproducing needs the server of claim C6, a reader of recordings and an encoder in ONNX; all else is development.
EXTRAS ?= $(if $(filter-out reproduce,$(MAKECMDGOALS)),dev,audio,paraphrase-minilm,serve)
ALL ?=
BUDGET ?= 10m
BIN := .venv/bin
# The HTTP contract of claim C6, on a reference server of this machine with the codecs of the embedded sample.
LOOPBACK := $(BIN)/harness serve --check out/transcripts/loopback.json \
  $$(printf -- '--codec %s ' out/codecs/sample/*.safetensors)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup reproduce check types style test docs notebook jitter portability bench planners artifacts clean

help:
	@grep '^# make' Makefile | cut -c3-

setup: .venv/ready-$(EXTRAS)

# One stamp for each choice of extras: another choice installs again.
.venv/ready-$(EXTRAS): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "Python 3.11 to 3.13 is needed; name one with make PYTHON=…"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[$(EXTRAS)]'
	@touch $@

reproduce: setup
	@$(BIN)/harness reproduce --budget $(BUDGET) $(if $(ALL),--all)

# Types take longest: they are checked beside the rest.
check: setup
	@$(MAKE) --no-print-directory --jobs=2 types style

types: setup
	@$(BIN)/mypy && $(BIN)/mypy docs/builder/*.py examples/run.py

style: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/python -m report.pages.lint

test: check
	@$(BIN)/pytest --numprocesses auto --dist loadfile

docs: setup
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs --quiet build --strict --config-file docs/builder/mkdocs.yml
	@echo build/site/index.html

notebook: setup
	@$(BIN)/python examples/run.py examples/tutorial.ipynb

# Last bits: three disturbances of one seed of each pipeline. Measured against what make reproduce left in out/.
jitter: setup
	@$(BIN)/harness jitter

artifacts: setup
	@$(BIN)/harness run --device cpu
	@$(LOOPBACK)
	@$(BIN)/harness artifacts

portability: setup
	@$(BIN)/harness portability

# Nothing else may run beside it: targets are about a quiet machine.
bench: setup
	@$(BIN)/harness bench

planners: setup
	@$(BIN)/python -m repro.planners $(TQP) $(MIRROR)

clean:
	rm -rf .venv .cache out build *.egg-info
