# Each target installs what it needs by itself. Start with `make demo` or `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help

.PHONY: sync
sync: ## install the locked packages into .venv
	@deploy/dev/sync
