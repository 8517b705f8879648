# SPDX-License-Identifier: MIT OR GPL-2.0-only
# What every script in vm/ shares. Sourced, never run.
# shellcheck shell=bash

# The name that messages carry: the script the user called, not the file a line happens to be in.
ktcp_me=vm/$(basename "$0")
ktcp_vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
ktcp_repo_dir=$(dirname "$ktcp_vm_dir")

# Kernels are big and the same for every clone, so the cache is the user's, not the repository's.
ktcp_cache=${KTCP_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ktcp}

ktcp_series=(6.1 6.12 6.1-debug)

say() { printf '%s: %s\n' "$ktcp_me" "$*" >&2; }
die() { say "$*"; exit 1; }

# need PROGRAM GROUP: fails with the command that would install what is missing.
need() {
    command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || [ -x "/sbin/$1" ] ||
        die "$1 is not installed; run: scripts/setup $2"
}

is_debug() { [[ $1 == *-debug ]]; }

known_series() {
    local one
    for one in "${ktcp_series[@]}"; do [ "$one" = "$1" ] && return 0; done
    return 1
}
