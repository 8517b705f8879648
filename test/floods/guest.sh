#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck disable=SC2034,SC2154,SC2086
#
# Runs in the VM: guest.sh MODULE_DIRECTORY BUILD_DIRECTORY [PART...] (see run.sh).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
modules=$1 build=$2
shift 2
scratch=/tmp/ktcp
tree=$scratch/WWW

# shellcheck source=test/support/report.sh
. "$here/../support/report.sh"
# shellcheck source=test/kernel/module.sh
. "$here/../kernel/module.sh"
# shellcheck source=test/floods/networks.sh
. "$here/networks.sh"
# shellcheck source=test/floods/sampling.sh
. "$here/sampling.sh"
# shellcheck source=test/floods/attack.sh
. "$here/attack.sh"
# shellcheck source=test/floods/crowds.sh
. "$here/crowds.sh"
# shellcheck source=test/floods/packets.sh
. "$here/packets.sh"

parts=(syn one many slow window segments network)
[ $# -eq 0 ] || parts=("$@")
for part in "${parts[@]}"; do
    declare -F "part_$part" >/dev/null || { echo "unknown part '$part'" >&2; exit 2; }
done

# Programs from the shared root start slowly.
mkdir -p "$scratch/bin"
PATH=$scratch/bin:$PATH:/usr/sbin:/sbin
cp -L "$(type -P insmod)" "$(type -P sleep)" "$(type -P ip)" "$(type -P tc)" "$(type -P awk)" \
    "$build"/test/floods/{hostile_clients,syn_flood} "$build/htstress" \
    "$build"/test/integration/{tree_compare,echo_check} "$scratch/bin"
cp -L "$(type -P insmod)" "$scratch/bin/rmmod"
for module in khttpd kecho; do
    strip --strip-debug -o "$scratch/$module.ko" "$modules/$module.ko"
done
"$build/test/conformance/make_tree" "$tree" >/dev/null
networks_make
warm_up
refute "attackers work between namespaces of a test's own, and nowhere else" \
    hostile_clients "$attacked:8081" silent --clients 1 --seconds 1
note_baseline
base_server=$(server_sockets)
for part in "${parts[@]}"; do
    SECONDS=0
    "part_$part"
    # Workers that served a crowd go after some minutes.
    no_growth "after $part" 2048 16
    equal "after $part: sockets of the server's" "$base_server" \
        "$(until_equal "$base_server" server_sockets)"
    echo "# part $part took $SECONDS s"
done
report_end
