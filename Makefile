# Every target installs what it needs; git, make and python3 (3.11 or later) are enough.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed

# One thread per process: the runner is parallel over processes, and more threads would only
# compete for the same cores.
export OMP_NUM_THREADS := 1
export MPLBACKEND := Agg

.PHONY: help setup gpaw slurm gridengine sshd chromium demo test lint docs benchmark clean

help:
	@echo "make demo       run the quick lithiation campaign; figures and tables in demo/"
	@echo "make test       run the tests"
	@echo "make gpaw       add GPAW to .venv, for the engine gpaw and its tests"
	@echo "make slurm      install Slurm, for the tests of submission to clusters"
	@echo "make gridengine install Grid Engine, likewise"
	@echo "make sshd       install an SSH server, likewise"
	@echo "make chromium   install Chromium, for the tests of the report"
	@echo "make lint       check style, types and layers"
	@echo "make docs       build the documentation as a site, in site/"
	@echo "make benchmark  measure (an hour or more); see benchmarks/RESULTS*.md"
	@echo "make clean      remove .venv and demo/"

setup: $(READY)

# The stamp is written last, so that an interrupted installation is repeated.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit( \
	  "liponflow needs Python 3.11 or later, and $(PYTHON) is %d.%d; name another: make PYTHON=/path/to/python3.12" \
	  % sys.version_info[:2])'
	@rm -f $@
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

# GPAW is compiled. A C compiler is all that it needs, and root can install one from Debian.
SITECONFIG := src/liponflow/engines/gpaw/siteconfig.txt
GPAW_READY := $(VENV)/.gpaw
COMPILER := apt-get install --yes --no-install-recommends gcc libc6-dev
gpaw: $(GPAW_READY)
$(GPAW_READY): export GPAW_CONFIG := $(CURDIR)/$(SITECONFIG)
$(GPAW_READY): $(READY) $(SITECONFIG)
	@rm -f $@
	@command -v gcc >/dev/null || \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
	  then apt-get update && $(COMPILER); \
	  else echo "GPAW needs gcc; on Debian: sudo $(COMPILER)" >&2; exit 1; fi
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[gpaw]'
	@touch $@

# Programs that the tests start and end themselves: $(1) is one, $(2) what it belongs to, and $(3)
# the packages of Debian. apt-get may start their services, which the tests do not use.
define debian
	@PATH="$$PATH:/usr/sbin"; command -v $(1) >/dev/null || \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
	  then apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $(3); \
	  else echo "the tests need $(2); on Debian: sudo apt-get install --no-install-recommends $(3)" >&2; exit 1; fi
endef

slurm:
	$(call debian,slurmctld,Slurm,slurm-wlm munge)

gridengine:
	$(call debian,sge_execd,Grid Engine,gridengine-master gridengine-exec gridengine-client)

sshd:
	$(call debian,sshd,an SSH server,openssh-server openssh-client)

# For the report, in a window that nobody sees.
chromium:
	$(call debian,chromium,Chromium,chromium)

demo: demo/.finished
	@echo "The figures, lithiation.json and the tables are in demo/; to run again, remove demo/."
	@echo "demo/report.html compares them and the models with published numbers; open it in a browser."

# After a kill, the run continues; finished calculations are not repeated.
RUN = $(lastword $(sort $(wildcard demo/liponflow_runs/*/run.json)))
demo/.finished: | $(READY)
	@mkdir -p demo
	LIPONFLOW_STORE=demo/liponflow.db LIPONFLOW_RUNS_DIR=demo/liponflow_runs \
	  $(BIN)/liponflow $(if $(RUN),resume $(dir $(RUN)),run lithiation --preset quick --engine chgnet) \
	  --out demo
	LIPONFLOW_STORE=demo/liponflow.db $(BIN)/liponflow report --out demo/report.html
	@touch $@

# The tests of one file run in one process, since they share campaigns. In the order of collection
# the quick doctests come last, so that no process is left with a long file at the end.
TEST_WORKERS ?= 2
test: $(READY)
	$(BIN)/pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder

lint: $(READY)
	$(BIN)/ruff check src tests benchmarks website docs/notebooks
	$(BIN)/ruff format --check src tests benchmarks website docs/notebooks
	$(BIN)/mypy
	$(BIN)/lint-imports

# MkDocs announces its successor on every run.
docs: export NO_MKDOCS_2_WARNING := 1
docs: $(READY)
	$(BIN)/mkdocs build --quiet

benchmark: $(READY)
	$(BIN)/python benchmarks/cli_start.py
	$(BIN)/python benchmarks/store.py
	$(BIN)/python benchmarks/hpc.py
	$(BIN)/python benchmarks/payload.py
	$(BIN)/python benchmarks/lithiation.py
	$(BIN)/python benchmarks/standin.py
	$(BIN)/python benchmarks/fingerprint.py
	$(BIN)/python benchmarks/diffraction.py
	$(BIN)/python benchmarks/dynamics.py
	$(BIN)/python benchmarks/sevennet.py
	$(BIN)/python benchmarks/glass.py
	$(BIN)/python benchmarks/interface.py
	$(BIN)/python benchmarks/migration.py N O
	$(BIN)/python benchmarks/eels_recorded.py
	$(BIN)/python benchmarks/eels_sites.py
	$(BIN)/python benchmarks/transport.py
	$(BIN)/python benchmarks/mutants.py

clean:
	rm -rf $(VENV) demo site
