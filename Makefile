# The commands of this repository. `make` lists them.

# Go is often installed but not in PATH.
GO := $(or $(shell command -v go),$(wildcard /usr/local/go/bin/go),$(error Go 1.26 or later is needed))
export PATH := $(dir $(GO)):$(PATH)
export CGO_ENABLED = 0

# Packages with concurrency, tested with the race detector.
RACE = ./store/... ./sso/... ./web/... ./internal/outbound

GOTEST = go run ./internal/devtools/gotest
FUZZTIME = 20s
FAULTS = F-
BENCH = .

.DEFAULT_GOAL := help
.PHONY: help run build test test-idp test-scim faults check bench gallery fuzz

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## start the demonstration, and print the address to open
	@echo "building; the first time takes a minute or two"
	@go build -o bin/gatehouse ./cmd/gatehouse
	@exec bin/gatehouse demo

build: ## the binary, in bin/
	go build -trimpath -ldflags '-s -w' -o bin/gatehouse ./cmd/gatehouse

test: ## the whole suite on real PostgreSQL, Redis and Chromium; as root on Debian it installs them
	scripts/need gcc
	GATEHOUSE_TEST_REQUIRE=race scripts/with-services scripts/test-all $(RACE)

test-idp: ## test sign-in at a real Keycloak, which Maven downloads
	home=$$(scripts/keycloak) && TEST_KEYCLOAK_HOME=$$home GATEHOUSE_TEST_REQUIRE=keycloak \
		scripts/with-services $(GOTEST) -count=1 -timeout 20m ./e2e/keycloak/...

test-scim: ## test SCIM with scim2-tester from PyPI and PATCH against scim-patch from npm
	scim2=$$(scripts/scim2) && modules=$$(scripts/scim-patch) && \
		TEST_SCIM2=$$scim2 TEST_SCIM_PATCH=$$modules GATEHOUSE_TEST_REQUIRE=scim2,scim-patch \
		scripts/with-services $(GOTEST) -count=1 ./e2e/scim

faults: ## kills, outages, full disks, as often as docs/reliability.md says; FAULTS=F-01 selects
	scripts/need strace
	GATEHOUSE_FAULTS=full GATEHOUSE_TEST_REQUIRE=strace,mount \
		scripts/with-services $(GOTEST) -count=1 -timeout 90m -run 'TestFaults/$(FAULTS)' ./e2e/faults

check: ## formatting, vet, staticcheck, arrows, budgets, documents, dependencies, known vulnerabilities
	scripts/check

bench: ## benchmarks of packages, then of the whole program, with a table; BENCH selects
	scripts/with-services sh -c 'go test -run "^$$" -bench "$(BENCH)" -benchmem $$(go list ./... | grep -v /bench$$) && \
		go test -run "^$$" -bench "$(BENCH)" -benchtime 1x -timeout 60m ./e2e/bench'

gallery: ## serve examples of every page
	go run ./internal/devtools/gallery

fuzz: ## every fuzz target for FUZZTIME
	scripts/fuzz $(FUZZTIME)
