# SPDX-License-Identifier: Apache-2.0
# The front door. Everything behind it is a script that also runs alone; each has --help.

.PHONY: help demo test check build bench clean

help:
	@echo 'make demo         jobs that wait for clean hours, on a real control plane (about 4 minutes)'
	@echo 'make test         everything that CI runs'
	@echo 'make check        the quick part: format, tidy on changed files, unit tests'
	@echo 'make build        the release binary, build/release/src/carbon-kube'
	@echo 'make bench        all benchmarks, into out/bench/summary.json; make bench-NAME for one'
	@echo 'make clean        removes build/ and out/; the cache outside the checkout stays'

demo:
	@scripts/demo

test:
	@scripts/test

check:
	@scripts/check

build:
	@scripts/build release carbon-kube

bench: build
	@scripts/bench

bench-%: build
	@scripts/bench $*

clean:
	rm -rf build out
