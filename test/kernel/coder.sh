#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# usage: test/kernel/coder.sh 6.1|6.12|6.1-debug
#
# Builds the kernel's content coder as a module of its own, loads it in a VM, and has it code
# contents of all sizes and kinds, which are decoded by gzip, zlib and zstd.
set -euo pipefail

case ${1:-} in
6.1 | 6.12 | 6.1-debug) kernel=$1 ;;
*) sed -n '3,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${KTCP_CODER_OUT:-$root/build/coder/$kernel}
limit=300
[ "$kernel" != 6.1-debug ] || limit=$((limit * 4))

mkdir -p "$out/core" "$out/cache"
find "$out" -xtype l -delete
ln -sfn "$here/coder/main.c" "$out/main.c"
for part in cache/coding cache/compressor cache/content core/buffers; do
    ln -sfn "$root/kernel/$part.c" "$out/$part.c"
done
printf '%s\n' "KTCP := $root" "include $here/coder/Kbuild" >"$out/Kbuild"
log=$out/build.log
make -C "$("$root/vm/kernel" "$kernel" build)" "M=$out" modules >"$log" 2>&1 || {
    cat "$log" >&2
    exit 1
}
exec "$root/vm/boot" --kernel "$kernel" ${LEAKS:+--leaks} --memory 1024 --timeout "${LIMIT:-$limit}" -- \
    "$here/coder/guest.sh" "$out/coder_device.ko"
