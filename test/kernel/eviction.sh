# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086
#
# Sourced in the VM: answers are driven out by one CPU while another one is looking at them.
# That it may is RCU's doing; 6.1-debug, which looks at every access, notices where it is not.
# Wants report.sh, module.sh, slowly.sh, $scratch, $port and $address.

eviction_files=48
eviction_requests=6000 # of each way

# eviction_beside FEW: a third of the files fits. Who asks for all in turn finds none of them still there,
# and drives out; who asks for FEW at the same time finds most of them.
eviction_beside() {
    local few few_status=0 hits evictions
    hits=$(stat cache_hits) evictions=$(stat cache_evictions)
    htstress -k -t 1 -c 4 -n $eviction_requests --spread "$1" "http://$address/{}" >"$scratch/few" 2>&1 &
    few=$!
    check "eviction: $eviction_requests requests, hits and answers driven out beside each other" \
        htstress -k -t 1 -c 4 -n $eviction_requests --spread $eviction_files "http://$address/{}"
    wait $few || few_status=$?
    equal "eviction: $eviction_requests requests for $1 files" 0 $few_status
    at_least "eviction: hits" 100 $(($(stat cache_hits) - hits))
    at_least "eviction: driven out" 1000 $(($(stat cache_evictions) - evictions))
}

# What is found is driven out now and then between its being found and its reference's being taken, which
# by chance alone would take more requests than there is time for.
eviction_while_looked_at() {
    local held=0
    hold_up ktcp_cache_look_up 2000 8 || return
    eviction_beside $((eviction_files / 4))
    count_held
    at_least "eviction: times that who had found an answer was held up" 500 "$held"
    rmmod slow_return
}

part_eviction() {
    local www=$scratch/eviction i
    mkdir -p "$www"
    for ((i = 0; i < eviction_files; i++)); do echo "file $i" >"$www/$i"; done
    sleep 0.1
    load "WWWROOT=$www" cache_entries=$((eviction_files / 3))
    eviction_beside $((eviction_files / 8))
    ! on_debug_kernel || eviction_while_looked_at
    unload
    rm -rf "$www"
}
