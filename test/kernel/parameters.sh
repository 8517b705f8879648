# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086,SC2001
#
# Sourced in the VM: khttpd's parameters that are wrong, and several that mean the same.

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
    refused 'model=epoll.*inline, event, cmwq' "$invalid" port=$port model=epoll
    refused 'bench' "$invalid" port=$port bench=maybe
    port_taken
    check_refusals
    for root in WWWROOT root wwwroot root_dir; do
        load "$root=$tree"
        equal "$root= is the root" "hello, file" "$(body_of /hello.txt)"
        unload
    done
    load
    equal "parameters can be read in sysfs" "8081 100 event" \
        "$(cd /sys/module/khttpd/parameters && cat port backlog model | paste -sd ' ')"
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
