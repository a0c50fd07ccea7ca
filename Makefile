# Each target installs what it needs by itself. Start with `make demo` or `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
RUN := .venv/bin

.PHONY: help
help: ## say what there is
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: sync
sync: ## install the locked packages into .venv
	@deploy/dev/sync

.PHONY: models
models: sync ## fetch the models (once a machine; resumed where it was cut)
	@$(RUN)/viva models pull

.PHONY: demo
demo: models ## conduct a whole interview on real audio and print its verdict
	@$(RUN)/viva demo

.PHONY: up
up: models ## start everything and stay up; prints the URLs and a first API key
	@$(RUN)/viva up

.PHONY: test
test: models ## every check and every test
	@deploy/dev/test

.PHONY: e2e
e2e: models ## all whole interviews, also those that need a quiet machine
	@deploy/dev/test -m "not kafka" tests/e2e

.PHONY: lint
lint: sync ## style, types, dependency rule, protos
	@deploy/dev/lint

.PHONY: format
format: sync ## rewrite the code in the project's style
	@$(RUN)/ruff check --fix -q . ; $(RUN)/ruff format -q .

.PHONY: proto
proto: sync ## generate viva.contracts from the protos, and the API documents
	@$(RUN)/python protos/generate.py
	@$(RUN)/python -m viva.gateway.documents deploy/docs

.PHONY: images
images: ## build an image of each service (docker, podman or buildah)
	@deploy/docker/build

.PHONY: bills
bills: sync ## a bill of materials an image, and the licences (report/supply)
	@$(RUN)/python -m tests.supply

.PHONY: kube
kube: models ## the chart on a real cluster, interviews in it; see deploy/docs/kubernetes-test.md
	@$(RUN)/python -m tests.kube

.PHONY: bench
bench: models ## latency, cut-offs, speed, load, phone: prints tables (BENCH="--only phone")
	@$(RUN)/python -m tests.bench $(BENCH)

.PHONY: load
load: models ## what a core carries, per service (LOAD="--most 4 --write report/load.md")
	@$(RUN)/python -m tests.load $(LOAD)

.PHONY: evaluate
evaluate: models ## how far scores can be trusted: a table, and a report in report/evaluate
	@OPENBLAS_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE KMP_BLOCKTIME=0 $(RUN)/python -m tests.evaluate

.PHONY: chaos
chaos: models ## break a running Viva by a seed and count what must hold (needs KAFKA_HOME)
	@$(RUN)/python -m tests.chaos $(CHAOS)
