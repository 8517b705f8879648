# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2086,SC2001
#
# Sourced in the VM: the parts of khttpd.ko's test (see run.sh). Wants report.sh and
# module.sh, $here, $build and $scratch.
# shellcheck source=test/integration/clients.sh
. "$here/../integration/clients.sh"
# shellcheck source=test/integration/trees.sh
. "$here/../integration/trees.sh"
# shellcheck source=test/kernel/request.sh
. "$here/request.sh"
# shellcheck source=test/kernel/cycles.sh
. "$here/cycles.sh"
# shellcheck source=test/kernel/parameters.sh
. "$here/parameters.sh"
# shellcheck source=test/kernel/freshness.sh
. "$here/freshness.sh"
# shellcheck source=test/kernel/codings.sh
. "$here/codings.sh"
# shellcheck source=test/kernel/forms.sh
. "$here/forms.sh"
# shellcheck source=test/kernel/cache.sh
. "$here/cache.sh"
# shellcheck source=test/kernel/limits.sh
. "$here/limits.sh"
# shellcheck source=test/kernel/confinement.sh
. "$here/confinement.sh"
# shellcheck source=test/kernel/fast_lane.sh
. "$here/fast_lane.sh"
# shellcheck source=test/kernel/slowly.sh
. "$here/slowly.sh"
# shellcheck source=test/kernel/eviction.sh
. "$here/eviction.sh"
# shellcheck source=test/kernel/connecting.sh
. "$here/connecting.sh"
# shellcheck source=test/kernel/unmount.sh
. "$here/unmount.sh"
# shellcheck source=test/kernel/models.sh
. "$here/models.sh"

# Each is in one of scripts/check's steps for the debug kernel, too.
parts=(parameters cycles limits confinement conformance clients codings forms freshness cache eviction slowly unmount fast_lane
    trees hostile)
tree=$scratch/WWW
port=8081
address=127.0.0.1:$port
to_scratch "$build"/test/conformance/{conformance_client,make_tree} \
    "$build"/test/integration/{tree_compare,idle_clients,rude_clients} "$build/htstress"
[ ! -x "$build/test/integration/swap_race" ] || to_scratch "$build/test/integration/swap_race"
make_tree "$tree"
echo 'outside the root' >"$scratch/outside.txt"
echo 'outside the root' >"$scratch/outside.html"

part_conformance() {
    local profile parameters lines
    for profile in $(sed -n 's/^\([a-z][a-z_-]*\) .*/\1/p' "$here/../conformance/profiles"); do
        mapfile -t parameters < <(profile_settings "$profile" "$tree")
        ! profile_has_root "$profile" || parameters+=("WWWROOT=$tree")
        load "${parameters[@]}"
        lines=$(dmesg | wc -l)
        check "conformance, profile $profile" \
            conformance_client "$address" --profile "$profile" --patience 30
        # Bytes of clients in the log would be an injection; a line a request, a flood.
        at_most "lines that this added to the kernel's log" 5 $(($(dmesg | wc -l) - lines))
        unload
    done
}

part_clients() {
    load "WWWROOT=$tree"
    clients_curl "http://$address"
    clients_curl_ipv6
    clients_wget "http://$address"
    clients_ab "http://$address" 2000
    unload
}

clients_curl_ipv6() {
    have curl || return 0
    equal "curl over IPv6" "$(cat "$tree/hello.txt")" "$(curl -sS "http://[::1]:$port/hello.txt")"
}

part_trees() {
    local sample=6
    [ -z "${CHECK_FULL:-}" ] || sample=1
    load "WWWROOT=$tree"
    check "the odd tree" tree_compare "$tree" "$address" --connections 4
    unload
    load WWWROOT=/usr/share/doc
    check "/usr/share/doc, every ${sample}th path, over 8 connections" \
        tree_compare /usr/share/doc "$address" --connections 8 --sample "$sample"
    unload
    trees_make_large "$scratch/large" "${SPARSE:-5000000000}"
    load "WWWROOT=$scratch/large"
    check "a directory of 10,000 entries" \
        tree_compare "$scratch/large" "$address" --connections 4 --sample 100 \
        --except sparse.bin
    check "a sparse file of ${SPARSE:-5000000000} bytes" \
        tree_compare "$scratch/large" "$address" --only sparse.bin
    unload
    rm -rf "$scratch/large"
}

part_hostile() {
    local parameters
    mapfile -t parameters < <(profile_settings tree)
    load "WWWROOT=$tree" "${parameters[@]}"
    check "clients that misbehave" rude_clients "$address" --each 20 --slack $((8000 * slower))
    unload
    load "WWWROOT=$tree" idle_timeout=600000 head_timeout=600000 backlog=1024
    check "${SILENT:-10000} silent clients" idle_clients "$address" "${SILENT:-10000}" --name "khttpd on $(uname -r)" --target /hello.txt \
        --time 1000 --rounds 3 --least 0.5
    unload
}
