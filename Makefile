# Nightjar. `make` says what there is.

SHELL := bash

export CGO_ENABLED := 1

LINES     ?= 10000000
CUSTOMERS ?= 1000000
ROUNDS    ?= 3

VERSION  = $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS  = -s -w -X main.version=$(VERSION)

# Packages that start goroutines over shared memory, as far as they are here: the tests of
# internal/pipeline are whole nights, which those of cmd run in processes of their own.
RACED := $(addsuffix /...,$(wildcard ./extract ./load ./dashboards ./transform/fixture \
	./internal/lake ./internal/pipeline ./internal/query ./internal/telemetry))

# Tools are programs, not dependencies: each is built once, and kept in .tools
# under its version.
GOLANGCI_LINT := .tools/golangci-lint-v2.15.0

.PHONY: help build demo test nights lint fmt bench clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## Build bin/nightjar
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/nightjar ./cmd/nightjar

demo: build ## Build, then run three nights of a made-up company, in demo/
	@examples/demo/run.sh

test: ## Run every test, then the short ones of concurrent packages with the race detector
	set -o pipefail; go test -v -timeout 20m ./... | awk -f .ci/tests.awk
	set -o pipefail; go test -v -race -short -timeout 20m $(RACED) | awk -f .ci/tests.awk

nights: ## Run a year of the made-up company as 365 nights, and all at once: equal (an hour or so)
	NIGHTJAR_NIGHTS=365 go test -v -timeout 0 -run TestNightsOfTheDemo ./internal/pipeline

lint: $(GOLANGCI_LINT) ## Check Go (rules in .golangci.yml) and the portable SQL of facts
	$(GOLANGCI_LINT) run ./...
	go test ./transform/lint

fmt: $(GOLANGCI_LINT) ## Format Go with gofumpt
	$(GOLANGCI_LINT) fmt ./...

bench: build ## A night of 10 million lines against hand-written SQL (LINES=, CUSTOMERS=, ROUNDS=)
	go run ./bench -dir $(CURDIR)/dist/bench -binary bin/nightjar -lines $(LINES) -customers $(CUSTOMERS) -rounds $(ROUNDS) -out dist/bench/results.md -page docs/performance.md

clean: ## Remove what was built and the demo, but not the tools
	rm -rf bin dist demo

.tools/golangci-lint-%:
	@echo "building golangci-lint $* (some minutes, once)"
	GOFLAGS= GOBIN=$(CURDIR)/.tools go install -trimpath -ldflags '-s -w' github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$*
	mv .tools/golangci-lint $@
