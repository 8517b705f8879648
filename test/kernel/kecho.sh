# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2086,SC2001
#
# Sourced in the VM: the parts of kecho.ko's test (see run.sh). Wants report.sh, module.sh
# and refusals.sh, $here, $build and $scratch.
# shellcheck source=test/kernel/model_list.sh
. "$here/model_list.sh"
# shellcheck source=test/kernel/echo_cycles.sh
. "$here/echo_cycles.sh"
# shellcheck source=test/kernel/echo_silent.sh
. "$here/echo_silent.sh"

# The last two leave hundreds of idle workers behind, for minutes, which would blur what
# the second measures.
# Each is in one of scripts/check's steps for the debug kernel, too.
parts=(parameters cycles silent echo)
port=12345
address=127.0.0.1:$port
to_scratch "$build"/test/integration/{echo_check,echo_starve,echo_traffic,idle_clients}

part_parameters() {
    local invalid='Invalid parameters' range='Numerical result out of range' name value
    refused 'port=0' "$invalid" port=0
    refused 'port' "$range" port=65536
    refused 'port' "$invalid" port=none
    refused 'backlog=0' "$invalid" port=$port backlog=0
    refused 'max_connections=0.*1 to 1000000' "$invalid" port=$port max_connections=0
    refused 'max_per_address=1000001.*0 to 1000000' "$invalid" port=$port max_per_address=1000001
    refused 'drain_timeout=86400001.*0 to 86400000' "$invalid" port=$port drain_timeout=86400001
    refused 'bench' "$invalid" port=$port bench=maybe
    refused 'model=epoll.*inline, event, cmwq' "$invalid" port=$port model=epoll
    refused 'model=.*inline, event, cmwq' "$invalid" port=$port model=
    refused 'model=inlin .*inline, event, cmwq' "$invalid" port=$port model=inlin
    refused 'stats.*only be read' "$invalid" port=$port stats=1
    port_taken
    check_refusals
    any_value
    insmod "$scratch/$module.ko"
    for name in port=12345 backlog=128 bench=N max_connections=65536 max_per_address=0 \
        drain_timeout=5000; do
        value=$(</sys/module/kecho/parameters/${name%=*})
        equal "${name%=*} is ${name#*=} unless given, and can be read" "${name#*=}" "$value"
    done
    check "without a parameter it echoes, on IPv4" \
        echo_check 127.0.0.1:12345 --only one-byte,sizes --bytes 1M --patience 30
    check "and on IPv6" echo_check '[::1]:12345' --only one-byte,sizes --bytes 1M --patience 30
    unload
    load backlog=7 bench=1 model=event
    equal "what was given can be read" "$port 7 Y event" \
        "$(cd /sys/module/kecho/parameters && cat port backlog bench model | paste -sd ' ')"
    unload
    refute "what it has no use for is no parameter" test -e /sys/module/kecho/parameters/sort_memory
    # More than one: a connection counts until the server has done with it, which on a busy
    # machine may be after the client has made its next.
    load max_per_address=4
    check "max_per_address=4: one connection at a time" \
        echo_check "$address" --only one-byte --patience 30
    equal "they count no more" '0 0' "$(until_equal 0 stat open) $(stat refused)"
    exec 4<>"/dev/tcp/127.0.0.1/$port" 5<>"/dev/tcp/127.0.0.1/$port" 6<>"/dev/tcp/127.0.0.1/$port"
    exec 7<>"/dev/tcp/127.0.0.1/$port" 8<>"/dev/tcp/127.0.0.1/$port"
    IFS= read -r -t 10 name <&8 || true
    equal "a fifth is closed, and four stay" '4 1' "$(stat open) $(stat refused)"
    exec 4>&- 5>&- 6>&- 7>&- 8>&-
    unload
    load bench=0
    equal "bench=0 is N" N "$(</sys/module/kecho/parameters/bench)"
    unload
}

# Small buffers of TCP's, so that what a server may take of a client that does not read
# is little: more than the buffers hold would be kecho's own.
small_buffers() {
    echo '4096 65536 262144' >/proc/sys/net/ipv4/tcp_rmem
    echo '4096 16384 262144' >/proc/sys/net/ipv4/tcp_wmem
}

part_echo() {
    local variant parameters at_once lines
    small_buffers
    for variant in $(models_chosen); do
        mapfile -t parameters < <(model_parameters $variant)
        # A work item that blocks is one of 256 at most (max_active).
        case $variant in cmwq/*) at_once=256 ;; *) at_once=0 ;; esac
        # As long as the crowd is large: beyond it TCP may refuse, however good the model is.
        load backlog=1024 "${parameters[@]}"
        lines=$(dmesg | wc -l)
        check "$variant: the echo cases" \
            echo_check "$address" --patience 30 --at-once $at_once --bytes "${LONGEST:-64M}"
        at_most "$variant: lines that this added to the kernel's log" 1 \
            $(($(dmesg | wc -l) - lines))
        equal "$variant: connections that are left" 0 "$(stat open)"
        unload
    done
}
