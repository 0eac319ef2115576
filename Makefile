# `make` sets up .venv from the lock, runs the pipeline and says what came out. `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
READY := $(VENV)/.installed

.DEFAULT_GOAL := run
.PHONY: run scm quick recipe seeds results handin read study adopt publish workers scale bench test test-all check tensorboard lock plots-template clean help

run: $(READY) scm  ## run what is not up to date, print the metrics and where the pictures lie
	dvc repro
	@dvc metrics show
	@echo "Data set: $$(cat data/dataset.txt)"
	@echo "Pictures: $$(ls output/*.png output/*/*.png | grep -v /samples/.*_ | tr '\n' ' ')"
	@echo "Curves:   make tensorboard, or, after . .venv/bin/activate, dvc plots show"

quick: $(READY) scm  ## the whole pipeline on 600 strokes in a folder of its own: to try a change out
	@python -m tools.quick

recipe: $(READY)  ## NAME=lenet: write a recipe of recipes/ into params.yaml; course_a brings the default back
	@python -m tools.recipe "$$NAME"

seeds: $(READY) scm  ## NAME=lenet SEEDS=3: a recipe for some seeds, and the tables of docs/results; without a NAME course A, five seeds
	python -m tools.seeds "$${NAME:-course_a}" $(if $(SEEDS),"$(SEEDS)")

results: $(READY)  ## the tables of docs/results anew from its runs/
	python -m tools.results

handin: $(READY)  ## course A's one file, output/handin/proj2.py; MNIST=path: its images, else Keras downloads them
	@python -m tools.handin "$$MNIST"

read: $(READY) scm  ## PHOTO=page.jpg: read the digits on a photo, or in a folder of them; the first time it trains for some minutes
	@python -m tools.read "$$PHOTO"

study: $(READY)  ## NAME=course_b: a study of studies/, in output/studies/NAME; FULL=1 with the whole data set, SCHEDULER=tcp://… elsewhere
	@python -m tools.study "$$NAME" $(if $(FULL),--full) $(if $(SCHEDULER),--scheduler $(SCHEDULER))

adopt: $(READY)  ## STUDY=course_b ROW=…: a row of a study's table into params.yaml; dvc repro then runs it
	@python -m tools.adopt "$$STUDY" "$$ROW"

publish: $(READY)  ## STUDY=course_c: a study's report, tables and pictures into docs/results/studies, to be committed
	@python -m tools.publish "$$STUDY"

workers: $(READY) scm  ## N=2: the training of params.yaml on so many processes, in output/workers; again after a kill, it goes on
	@python -m tools.workers $(if $(N),"$(N)")

scale: $(READY) scm  ## the tables of docs/scale.md anew: one process against two workers; ten to fifteen minutes
	@python -m tools.scale

bench: $(READY) scm  ## how fast it is, an hour on a quiet machine; NETWORKS="mlp lenet" PARTS="epochs pipeline": only these; QUICK=1: does it run?
	@python -m benchmarks --networks "$(NETWORKS)" --parts "$(PARTS)" $(if $(QUICK),--quick)

test: $(READY)  ## the fast tests, three and a half to eight minutes on two cores
	python -m pytest --numprocesses 2 --dist loadfile

test-all: $(READY)  ## every test, the slow ones on real data too, nine to seventeen minutes
	python -m pytest -m "not alone" --numprocesses 2 --dist loadfile
	python -m pytest -m alone

check: $(READY)  ## style and types: what CI checks besides the tests
	ruff format --check .
	ruff check .
	basedpyright

tensorboard: $(READY)  ## the learning curves of every run, in a browser
	tensorboard --logdir output/tensorboard

lock:  ## requirements.lock anew from pyproject.toml; needs uv
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header \
	  --quiet --upgrade --output-file requirements.lock

plots-template:  ## .dvc/plots.html anew, the page of `dvc plots show` with its scripts inside; needs npm
	@tools/plots_template

clean:  ## what stages made; the environment and DVC's cache stay
	rm -rf data/*.npz data/dataset.txt data/splits data/symbols data/csv output/*.png output/*.csv output/*.npz output/timing.json output/train/*.h5 output/train/summary.txt
	rm -rf $(addprefix output/,checkpoint embedding filters handwriting samples tensorboard)

help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(READY): requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13) and "make: Python 3.11 to 3.13 is needed, PYTHON=... names one; this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	touch $@

# An unpacked archive has no Git history; DVC must be told, and again once it has.
scm: $(READY)
	@if [ -e .git ]; then ! grep -qs no_scm .dvc/config.local || dvc config --local --unset core.no_scm; \
	else grep -qs no_scm .dvc/config.local || dvc config --local core.no_scm true; fi
