# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086
#
# Sourced in the VM: answers are driven out by one CPU while another one is looking at them.
# That it may is RCU's doing; 6.1-debug, which looks at every access, notices where it is not.
# Wants report.sh, module.sh, $scratch, $port and $address.

eviction_files=48
eviction_requests=6000 # of each way

part_eviction() {
    local www=$scratch/eviction i
    mkdir -p "$www"
    for ((i = 0; i < eviction_files; i++)); do echo "file $i" >"$www/$i"; done
    sleep 0.1
    # A third of them fits. Who asks for all in turn finds none of them still there, and drives out; who
    # asks for a few at the same time finds them nearly always.
    load "WWWROOT=$www" cache_entries=$((eviction_files / 3))
    htstress -k -t 1 -c 4 -n $eviction_requests --spread $((eviction_files / 8)) "http://$address/{}" >"$scratch/few" 2>&1 &
    local few=$! few_status=0
    check "eviction: $eviction_requests requests, hits and answers driven out beside each other" \
        htstress -k -t 1 -c 4 -n $eviction_requests --spread $eviction_files "http://$address/{}"
    wait $few || few_status=$?
    equal "eviction: $eviction_requests requests for a few" 0 $few_status
    at_most "eviction: hits, fewer than 100" 0 $(($(stat cache_hits) < 100))
    at_most "eviction: driven out, fewer than 1000" 0 $(($(stat cache_evictions) < 1000))
    unload
    rm -rf "$www"
}
