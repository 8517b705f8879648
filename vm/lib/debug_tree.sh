# SPDX-License-Identifier: MIT OR GPL-2.0-only
# A kernel that looks for faults, made of Debian's own kernel source and vm/debug.config. The tree
# that comes out has the parts of an unpacked kernel (kernel_tree.sh). Sourced by vm/kernel.
# shellcheck shell=bash

debug_config=$ktcp_vm_dir/debug.config

# debug_lines: the options asked for, without what is there for the reader.
debug_lines() { grep -E '^(# )?CONFIG_' "$debug_config"; }

# debug_sum: changes when the options do, and another kernel is due.
debug_sum() { debug_lines | sha256sum | cut -c 1-12; }

# debug_fetch SERIES DIR: downloads the source of SERIES and builds in DIR (a temporary one; the
# caller renames it).
debug_fetch() {
    local dir=$2 log=$ktcp_cache/kernels/$1-debug/build.log build=$2/build
    mkdir "$dir/deb" "$build"
    archive_fetch "$dir/deb" "linux-source-$1"
    dpkg-deb --fsys-tarfile "$dir"/deb/*.deb | tar -xOf - "./usr/src/linux-source-$1.tar.xz" |
        tar -xJf - -C "$build" --strip-components=1
    rm -rf "$dir/deb"
    # The compiler of Debian's kernels, for this one and for modules, whatever `gcc` is here.
    sed -i -E 's/^(CC[[:space:]]*= .*gcc)$/\1-12/' "$build/Makefile"
    # A rule of the days when x86-64 had no reliable stacks; frame pointers give them.
    sed -i '/^config FAULT_INJECTION_STACKTRACE_FILTER$/,/select/ { /depends on !X86_64/d }' \
        "$build/lib/Kconfig.debug"
    debug_make "$build" -s allnoconfig KCONFIG_ALLCONFIG="$debug_config" >"$log" 2>&1 ||
        debug_failed "$log"
    debug_check "$build/.config"
    debug_make "$build" -s bzImage modules >>"$log" 2>&1 || debug_failed "$log"
    debug_make "$build" -s modules_install INSTALL_MOD_PATH="$dir/root" DEPMOD=/sbin/depmod \
        >>"$log" 2>&1 || debug_failed "$log"
    debug_finish "$dir" "$build"
}

# debug_make DIR ARGS...: free of what a make that runs this script has in its environment.
debug_make() {
    local build=$1
    shift
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u KDIR -u V nice -n 10 make -C "$build" \
        -j"$(nproc)" "$@"
}

debug_failed() {
    tail -n 20 "$1" >&2
    die "the debug kernel could not be built; the whole output: $1"
}

# debug_check CONFIG: an option that depends on another one is dropped without a word.
debug_check() {
    local line lost=
    while read -r line; do
        grep -qxF -- "$line" "$1" || lost+=" '$line'"
    done < <(debug_lines)
    [ -z "$lost" ] || die "vm/debug.config: these took no effect:$lost"
}

# debug_finish DIR BUILD: keeps what boots and what modules are built with: 100 of 2,500 MB.
debug_finish() {
    local dir=$1 build=$2 release
    release=$(cat "$build/include/config/kernel.release")
    printf '%s\n' "$release" >"$dir/release"
    mv "$build/vmlinux" "$dir/vmlinux"
    mv "$build/arch/x86/boot/bzImage" "$dir/vmlinuz"
    rm -f "$dir/root/lib/modules/$release"/{build,source}
    ln -s "../../../../build" "$dir/root/lib/modules/$release/build"
    ln -s "root/lib/modules/$release" "$dir/modules"
    find "$build" -mindepth 1 -maxdepth 1 ! -name Makefile ! -name Kbuild ! -name .config \
        ! -name Module.symvers ! -name System.map ! -name arch ! -name include ! -name scripts \
        ! -name tools -exec rm -rf {} +
    find "$build/arch" -mindepth 1 -maxdepth 1 ! -name x86 -exec rm -rf {} +
    find "$build/tools" -mindepth 1 -maxdepth 1 ! -name objtool -exec rm -rf {} +
    find "$build/arch" "$build/tools" '(' -name '*.[oaSc]' -o -name '*.cmd' ')' -delete
}
