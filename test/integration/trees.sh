# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash
#
# Sourced: trees of extreme sizes.

# trees_make_large DIRECTORY [BYTES]: 10,000 entries in one directory, and a sparse file
# beyond 4 GiB, or of that size, with a few bytes here and there.
trees_make_large() {
    mkdir -p "$1/many"
    (cd "$1/many" && seq -f 'entry %05.0f.txt' 10000 | tr '\n' '\0' | xargs -0 touch)
    local at bytes=${2:-5000000000}
    truncate -s "$bytes" "$1/sparse.bin"
    for at in 0 2147483647 4294967290 $((bytes - 10)); do
        [ "$at" -lt "$bytes" ] || continue
        printf 'at %s' "$at" | head -c 10 |
            dd of="$1/sparse.bin" bs=1 seek="$at" conv=notrunc status=none
    done
}
