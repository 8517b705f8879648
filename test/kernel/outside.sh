# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154
#
# Sourced by what boots a VM for a test: finds what is to be tested, and builds what helps to.
# Wants $root, the repository.

# find_tested KERNEL MODULE.ko PROGRAM: sets $build and $modules, the directories of the
# programs and of the modules; ends with what to do if the module or that program is missing.
find_tested() {
    local release
    build=${KTCP_BUILD:-$root/build/release}
    release=$("$root/vm/kernel" "$1" release)
    modules=${KTCP_MODULES:-$root/build/modules/$release}
    [ -e "$modules/$2" ] || {
        echo "$modules/$2 is missing: run make modules KDIR=\"\$(vm/kernel $1 build)\"" >&2
        exit 2
    }
    [ -x "$build/$3" ] || {
        echo "$build has no test programs: run 'cmake --build --preset release'" >&2
        exit 2
    }
}

# build_helper KERNEL SOURCES OUT: a module of the tests' own for that kernel, in the directory OUT, which is
# that kernel's alone: two may be tested at the same time.
build_helper() {
    mkdir -p "$3"
    cp -u "$2"/* "$3"
    make -C "$("$root/vm/kernel" "$1" build)" "M=$3" modules >"$3/build.log" 2>&1 || {
        cat "$3/build.log" >&2
        exit 1
    }
}
