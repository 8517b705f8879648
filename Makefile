# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# The front door. Behind it are kernel/build.mk (the modules, by kbuild) and
# CMakePresets.json (everything in user space). `make help` lists the targets.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := all

V ?= $(VERBOSE)
ninja_flags := $(if $(filter-out 0,$(V)),-v)

# The running kernel's headers where there are some; else those of Debian's 6.1,
# fetched into the cache, for use in the VM.
ifeq ($(KDIR),)
running := /lib/modules/$(shell uname -r)/build
KDIR = $(if $(wildcard $(running)/include/config/kernel.release),$(running),$(shell vm/kernel 6.1 build))
endif

generated := build/generated/media_type_table.inc

# $(call built,TARGET...): these, in build/release; what CMake has to say is shown if it fails.
built = mkdir -p build && \
  { cmake --preset release >build/cmake-release.log 2>&1 || { cat build/cmake-release.log; exit 1; }; } && \
  cmake --build --preset release --target $(1) -- $(ninja_flags)

# The test programs, for targets that need no more of the tests than those.
test_programs = $(call built,programs conformance_client make_tree peer_observe rude_crowd)

torture_kernel = $(patsubst debug,6.1-debug,$(or $(KERNEL),6.1))

all: user modules ## the user-space programs, and the modules for KDIR

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '%s\n' '' 'Variables: KDIR=<kernel build tree>  V=1' \
	  '  run:   WWWROOT=<dir> PORT=8081 KERNEL=6.1|6.12' \
	  '  torture: LIVES=1000 KERNEL=6.1|6.12|debug PARTS="models races" MODELS="inline kthread" SERVERS=kecho' \
	  '  lab:   LAB_QUICK=1 SCENARIO="server-models ..." HOST=native ROUNDS=... (lab/run --help, --list)' \
	  '  bench: BENCH_QUICK=1 QUESTIONS="files listing" WAYS="exact native" SERVERS="khttpd nginx ..." SIZES=...' \
	  '  bench-echo: BENCH_QUICK=1 SERVERS="kecho:inline plain-epoll ..." CONNECTIONS=...'

setup: ## install what building needs (apt)
	@scripts/setup build

user: setup ## user-http-server, user-echo-server, htstress, bench in build/release
	@$(call built,programs)

$(generated): scripts/media_types.awk | setup
	@mkdir -p $(@D)
	@awk -f scripts/media_types.awk /etc/mime.types >$@.new && mv $@.new $@

modules: setup $(generated) ## khttpd.ko, kecho.ko, drop-tcp-socket.ko for KDIR, in build/modules/<release>
	@$(MAKE) -f kernel/build.mk KDIR='$(KDIR)' V='$(V)'

run: ## serve WWWROOT from inside the kernel of a VM, at localhost:8081
	@vm/run

check: ## all tests, the kernel's in VMs (about an hour on two cores)
	@scripts/check

check-full: ## the same on all of the real input
	@CHECK_FULL=1 scripts/check

check-debug: ## the kernel's tests on a kernel with KASAN, lockdep, kmemleak and more (vm/README.md)
	@scripts/check --debug

check-peers: ## the conformance cases beside nginx and Apache, and public suites (doc/peers.md)
	@scripts/setup peers
	@$(test_programs)
	@test/peers/run
	@test/peers/suites user

check-browser: ## Chromium opens a site served by khttpd in a VM; BROWSER_HOST=user|6.1|6.12
	@scripts/setup browser
	@$(MAKE) user
	@$(if $(filter user,$(BROWSER_HOST)),:,$(MAKE) modules KDIR="$$(vm/kernel $(or $(BROWSER_HOST),6.1) build)")
	@test/browser/run $(or $(BROWSER_HOST),6.1)

check-slow: ## 4,000 slow and rude clients, user-http-server and khttpd in a VM
	@scripts/setup slow
	@$(test_programs)
	@$(MAKE) modules KDIR="$$(vm/kernel 6.1 build)"
	@test/slow/run user
	@test/slow/run 6.1

soak: ## mixed traffic for HOURS=n (or SOAK_MINUTES=10), recorded and plotted; nothing may grow; SOAK_HOST=6.1|6.12|user
	@scripts/setup build vm plot
	@$(call built,programs make_tree torture_traffic soak_probe)
	@$(if $(filter user,$(SOAK_HOST)),:,$(MAKE) modules KDIR="$$(vm/kernel $(or $(SOAK_HOST),6.1) build)")
	@HOURS=$(HOURS) test/soak/run.sh $(or $(SOAK_HOST),6.1)

torture: ## the modules live short and busy lives, LIVES of each with each model (doc/promises.md)
	@scripts/setup build vm $(if $(filter %debug,$(torture_kernel)),debug)
	@$(call built,make_tree torture_lives torture_traffic)
	@$(MAKE) modules KDIR="$$(vm/kernel $(torture_kernel) build)"
	@test/torture/run.sh $(torture_kernel) $(if $(LIVES),--lives $(LIVES)) $(PARTS)

lab: ## server models side by side, and a report page about them (LAB_QUICK=1: some 5 minutes; SCENARIO=...)
	@lab/run

bench: ## compare with nginx, lighttpd and h2o, in VMs and natively (BENCH_QUICK=1: some minutes)
	@lab/bench

bench-echo: ## compare kecho's models, user-echo-server's and a plain epoll loop in one VM
	@lab/echo

plot: ## build/plot/bench.png: kecho against user-echo-server in a VM, or BENCH="a.txt b.txt"
	@lab/plot $(BENCH)

mutants: ## known faults, put into the sources one at a time: do the tests notice? MUTANTS="NAME ..."
	@scripts/setup check debug
	@test/mutants/run $(MUTANTS)

fuzz: ## run each fuzz target for FUZZ_SECONDS (60 by default here), or all within HOURS=n
	@HOURS=$(HOURS) FUZZ_SECONDS=$(or $(FUZZ_SECONDS),$(if $(HOURS),,60)) scripts/fuzz

fuzz-modules: ## fuzz the modules in a VM with the debug kernel, FUZZ_SECONDS (60) each, or all within HOURS=n
	@scripts/setup check debug
	@$(test_programs)
	@$(MAKE) --no-print-directory modules KDIR="$$(vm/kernel 6.1-debug build)"
	@HOURS=$(HOURS) FUZZ_SECONDS=$(FUZZ_SECONDS) scripts/fuzz_modules

format: ## clang-format the C++ sources
	@git ls-files '*.cc' '*.hh' | xargs clang-format -i

lint: ## format, layers, clang-tidy, cppcheck, shellcheck; of kernel C: sparse, gcc -fanalyzer, checkpatch
	@scripts/lint

clean: ## remove everything that was built
	rm -rf build

.PHONY: all help setup user modules run check check-full check-debug check-peers check-browser check-slow soak lab bench bench-echo plot mutants torture fuzz fuzz-modules format lint clean
