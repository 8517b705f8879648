#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck disable=SC2034,SC2154,SC2086
#
# Runs in the VM: guest.sh MODULE_DIRECTORY BUILD_DIRECTORY SECONDS EVERY (see run.sh); what it
# sees goes to /out/samples.jsonl.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
modules=$1 build=$2 seconds=$3 every=$4
scratch=/tmp/ktcp
tree=$scratch/WWW
# shellcheck source=test/support/report.sh
. "$here/../support/report.sh"
# shellcheck source=test/kernel/module.sh
. "$here/../kernel/module.sh"
# shellcheck source=test/soak/traffic.sh
. "$here/traffic.sh"

mkdir -p "$scratch/bin"
PATH=$scratch/bin:/usr/bin:/usr/sbin:/sbin:$PATH
cp -L "$(type -P insmod)" "$(type -P sleep)" "$build"/test/torture/torture_traffic \
    "$build"/test/soak/soak_probe "$build/htstress" "$scratch/bin"
cp -L "$(type -P insmod)" "$scratch/bin/rmmod"
for module in khttpd kecho; do
    strip --strip-debug -o "$scratch/$module.ko" "$modules/$module.ko"
done
"$build/test/conformance/make_tree" "$tree" >/dev/null
# Sockets in TIME-WAIT stay for a minute, and would look like growth.
echo 64 >/proc/sys/net/ipv4/tcp_max_tw_buckets
# As in test/torture: what a cookie lets through can be the wrong bytes.
echo 0 >/proc/sys/net/ipv4/tcp_syncookies

# Loaded, used and unloaded once, so that what comes once has come.
module=kecho port=12345
load && unload
module=khttpd port=8081
load "WWWROOT=$tree" && unload
note_baseline
module=kecho port=12345
load backlog=1024
module=khttpd port=8081
# Time-outs that slow clients reach, and a cache that is full, so that answers are driven out.
load backlog=1024 "WWWROOT=$tree" head_timeout=3000 send_timeout=5000 idle_timeout=20000 \
    cache_size=1048576 cache_entries=300

touch "$scratch/soaking"
traffic_http 127.0.0.1:8081
traffic_echo 127.0.0.1:12345
check "sampled for $seconds s" python3 "$here/sampler.py" kernel /out/samples.jsonl $every $seconds -- \
    soak_probe --http 127.0.0.1:8081 --echo 127.0.0.1:12345
echo "# khttpd: $(paste -sd ' ' /sys/module/khttpd/parameters/stats)"
traffic_end
for module in khttpd kecho; do
    equal "$module: connections in the end" 0 "$(until_equal 0 stat open)"
    unload
done
rm -rf "$tree/churn"
no_growth "after all" 4096 16
report_end
