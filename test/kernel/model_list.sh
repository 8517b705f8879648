# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086,SC2001
#
# Sourced in the VM: the server models, as MODEL or, for those with a work queue whose
# kind can be chosen, MODEL/BENCH.

# The last two leave hundreds of idle workers behind for minutes, and come last because
# others' threads are counted.
models=(inline event/0 event/1 kthread cmwq/0 cmwq/1)

# models_chosen: all of them, or those that $MODELS names.
models_chosen() {
    local one
    for one in ${MODELS:-"${models[@]}"}; do echo "$one"; done
}

# model_parameters MODEL[/BENCH]: the module's parameters, a line each.
model_parameters() {
    echo "model=${1%/*}"
    case $1 in */*) echo "bench=${1#*/}" ;; esac
}
