#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Runs in the VM: guest.sh NAME MODULE.ko BUILD_DIRECTORY [PART...] (see run.sh).
# NAME.sh, beside, has the parts.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
module=$1 module_file=$2 build=$3
shift 3
# shellcheck source=test/support/report.sh
. "$here/../support/report.sh"
# shellcheck source=test/kernel/module.sh
. "$here/module.sh"
# shellcheck source=test/kernel/refusals.sh
. "$here/refusals.sh"

scratch=/tmp/ktcp
mkdir -p "$scratch/bin"
PATH=$scratch/bin:$PATH
cp "$module_file" "$scratch/$module.ko"

# to_scratch PROGRAM...: what runs from the shared root starts slowly, and is read over
# it again and again.
to_scratch() {
    cp -L "$@" "$scratch/bin"
}
# The first two are one program under several names.
to_scratch "$(type -P insmod)" "$(type -P rmmod)" "$(type -P sleep)"

# Sets $port, $address and $parts, and defines the parts.
# shellcheck source=test/kernel/khttpd.sh
. "$here/$module.sh"

[ $# -eq 0 ] || parts=("$@")
for part in "${parts[@]}"; do
    declare -F "part_$part" >/dev/null || { echo "unknown part '$part'" >&2; exit 2; }
    SECONDS=0
    "part_$part"
    echo "# part $part took $SECONDS s"
done
report_end
