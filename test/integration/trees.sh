# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash
#
# Sourced: trees of extreme sizes.

# trees_make_large DIRECTORY: 10,000 entries in one directory, and a sparse file
# beyond 4 GiB with a few bytes here and there.
trees_make_large() {
    mkdir -p "$1/many"
    (cd "$1/many" && seq -f 'entry %05.0f.txt' 10000 | tr '\n' '\0' | xargs -0 touch)
    truncate -s 5000000000 "$1/sparse.bin"
    local at
    for at in 0 2147483647 4294967290 4999999990; do
        printf 'at %s' "$at" | head -c 10 |
            dd of="$1/sparse.bin" bs=1 seek="$at" conv=notrunc status=none
    done
}
