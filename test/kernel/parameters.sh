# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086,SC2001
#
# Sourced in the VM: parameters that are wrong, and several that mean the same.

refusals=()

# refused PATTERN ERROR PARAMETER=VALUE...: insmod fails with that error. That the log
# has a line of khttpd's that matches the pattern is seen to at the end, since every
# program that is started here costs a good part of a second.
refused() {
    local pattern=$1 error=$2 output
    shift 2
    echo "ktcp-test: refusal ${#refusals[@]}" >/dev/kmsg
    if output=$(insmod "$scratch/khttpd.ko" "$@" 2>&1); then
        not_ok "refused: $*"
        rmmod khttpd
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
        *khttpd:*) [ "$number" -lt 0 ] || said[number]+="${line#*khttpd: }" ;;
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

part_parameters() {
    local invalid='Invalid parameters' root
    refused 'port=0' "$invalid" port=0
    refused 'backlog=0' "$invalid" port=$port backlog=0
    refused 'head_timeout=0' "$invalid" port=$port head_timeout=0
    refused 'idle_timeout=86400001' "$invalid" port=$port idle_timeout=86400001
    refused 'send_timeout=0' "$invalid" port=$port send_timeout=0
    refused 'head_size=100' "$invalid" port=$port head_size=100
    refused 'head_size=8193' "$invalid" port=$port head_size=8193
    refused 'max_connections=0' "$invalid" port=$port max_connections=0
    refused 'root.*empty' "$invalid" port=$port root=
    refused 'WWWROOT.*wwwroot' "$invalid" port=$port WWWROOT=/tmp wwwroot=/usr
    refused '/nowhere' "$invalid" port=$port WWWROOT=/nowhere
    refused 'hello.txt' 'Not a directory' port=$port "WWWROOT=$tree/hello.txt"
    port_taken
    check_refusals
    for root in WWWROOT root wwwroot root_dir; do
        load "$root=$tree"
        equal "$root= is the root" "hello, file" "$(body_of /hello.txt)"
        unload
    done
    load
    equal "parameters can be read in sysfs" "8081 100" \
        "$(</sys/module/khttpd/parameters/port) $(</sys/module/khttpd/parameters/backlog)"
    equal "without a root: Hello World!, and nothing after it" "Hello World!." \
        "$(body_of /any && echo .)"
    unload
}

# body_of TARGET: by the shell alone.
body_of() {
    local all
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET %s HTTP/1.0\r\n\r\n' "$1" >&3
    IFS= read -r -d '' all <&3 || true
    exec 3<&-
    printf %s "${all#*$'\r\n\r\n'}"
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
