# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086,SC2001
#
# Sourced in the VM: khttpd with each model. The protocol knows nothing of models, so this
# is about the hosts: what waits, what is woken, and how it ends.
# shellcheck source=test/kernel/model_list.sh
. "$here/model_list.sh"

part_models() {
    local variant parameters settings workers number cycle_clients=8
    mapfile -t settings < <(profile_settings tree)
    for variant in $(models_chosen); do
        # The default is what all other parts test.
        [ "$variant${MODELS:-}" != inline ] || continue
        mapfile -t parameters < <(model_parameters $variant)
        load "WWWROOT=$tree" "${settings[@]}" "${parameters[@]}"
        check "$variant: conformance" \
            conformance_client "$address" --profile tree --patience 30
        check "$variant: clients that misbehave" rude_clients "$address" --each 10 --slack $((8000 * slower))
        unload
        workers=8
        case $variant in cmwq/*) workers=$((6 * cycle_clients)) ;; esac
        cycle "$variant 1" "${parameters[@]}"
        note_baseline
        for number in 2 3; do cycle "$variant $number" "${parameters[@]}"; done
        no_growth $variant 1024 $workers
    done
}
