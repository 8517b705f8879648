# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154
#
# Sourced in the VM: coded answers of the module. Wants report.sh, module.sh, clients.sh,
# $here, $scratch and $address.
# shellcheck source=test/codings/codings.sh
. "$here/../codings/codings.sh"

# In the kernel zstd is made of what its Crypto API takes at once.
codings_bounds=(--zstd-max 131072)

codings_start() {
    load "WWWROOT=$1" "${@:2}"
    codings_counters=(--counters "/sys/module/$module/parameters/stats")
}

codings_stop() { unload; }

# A machine that is emulated takes its time; on others all of this is far below.
part_codings() {
    local large=8388608
    ! on_debug_kernel || large=2097152
    codings_all 30 $large 1500
    [ -z "${CHECK_FULL:-}" ] || codings_other_limits 30
}
