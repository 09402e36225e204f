# make reproduce  runs every suite that can run here into out/, and compares it with the committed evidence
# make test       lint, types, import contracts and the whole test suite
# make portability  runs small steps under emulated processors (qemu-user), and compares their bytes
# Both make .venv first, with the versions pinned in constraints.txt.

PYTHON ?= python3
BIN := .venv/bin
# The HTTP contract of claim C6, on a reference server of this machine with the codecs of the embedded sample.
SAMPLE := out/codecs/sample/minilm.lee-background
LOOPBACK := $(BIN)/harness serve --check out/transcripts/loopback.json \
  --codec $(SAMPLE).lens.29x.s0.safetensors --codec $(SAMPLE).lens-pq.117x.s0.safetensors
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup reproduce check test artifacts portability benchmark clean

help:
	@grep '^# make' Makefile | cut -c3-

setup: .venv/ready

.venv/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "Python 3.11 to 3.13 is needed; name one with make PYTHON=…"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch .venv/ready

reproduce: setup
	@status=0; \
	$(BIN)/harness run || status=1; \
	$(LOOPBACK) || status=1; \
	$(PYTHON) repro/verify.py || status=1; \
	$(BIN)/harness compare || status=1; \
	$(BIN)/harness report --from out || status=1; \
	$(BIN)/harness claims --from out || status=1; \
	exit $$status

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m report.lint

test: check
	@$(BIN)/pytest

artifacts: setup
	@$(BIN)/harness run
	@$(LOOPBACK)
	@$(BIN)/harness artifacts

portability: setup
	@$(BIN)/harness portability

benchmark: setup
	@$(BIN)/python -m repro.benchmark

clean:
	rm -rf .venv .cache out build *.egg-info
