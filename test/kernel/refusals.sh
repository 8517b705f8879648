# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086,SC2001
#
# Sourced in the VM: parameters that the module must refuse.
# Wants report.sh, $scratch, $module and $port.

refusals=()

# refused PATTERN ERROR PARAMETER=VALUE...: insmod fails with that error. That the log
# has a line of the module's that matches the pattern is seen to at the end, since every
# program that is started here costs a good part of a second.
refused() {
    local pattern=$1 error=$2 output
    shift 2
    echo "ktcp-test: refusal ${#refusals[@]}" >/dev/kmsg
    if output=$(insmod "$scratch/$module.ko" "$@" 2>&1); then
        not_ok "refused: $*"
        rmmod $module
        return
    fi
    case $output in
    *"$error"*) refusals+=("$pattern|$*") ;;
    *) not_ok "refused: $*: expected '$error', got '$output'" ;;
    esac
}

check_refusals() {
    local line number=-1 said=() refusal
    echo "ktcp-test: end of refusals" >/dev/kmsg
    while read -r line; do
        case $line in
        *"ktcp-test: refusal "*) number=${line##* } ;;
        *"ktcp-test: end"*) number=-1 ;;
        *"$module: "*) [ "$number" -lt 0 ] || said[number]+="${line#*"$module: "}" ;;
        esac
    done < <(dmesg)
    for number in "${!refusals[@]}"; do
        refusal=${refusals[number]}
        if [[ ${said[number]:-} =~ ${refusal%%|*} ]]; then
            ok "refused: ${refusal#*|}: ${said[number]}"
        else
            not_ok "refused: ${refusal#*|}: the log says '${said[number]:-}'"
        fi
    done
}

# Whatever is given to whichever parameter, modinfo's list being all there are, is taken or refused: a
# parameter without a function that sets it is called all the same, and the module stays half loaded.
any_value() {
    local name given count=0
    for name in $(modinfo -F parm "$scratch/$module.ko" | sed 's/:.*//'); do
        for given in "$name" "$name=" "$name=@"; do
            if insmod "$scratch/$module.ko" port=$port "$given" 2>/dev/null; then rmmod $module; fi
            if [ -e /sys/module/$module ]; then
                not_ok "$given: neither taken nor refused"
                return
            fi
        done
        count=$((count + 1))
    done
    at_most "parameters that take or refuse whatever is given: $count, fewer than 8" 0 $((count < 8))
}

# A port that somebody listens on is what a failing start meets.
port_taken() {
    local holder
    busybox nc -l -p $port >/dev/null </dev/null &
    holder=$!
    sleep 1
    refused "$port" 'Address already in use' port=$port
    kill $holder 2>/dev/null || true
    wait $holder 2>/dev/null || true
}
