# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086,SC2001
#
# Sourced in the VM: khttpd's parameters that are wrong, and several that mean the same.

part_parameters() {
    local invalid='Invalid parameters' root
    refused 'port=0' "$invalid" port=0
    refused 'backlog=0' "$invalid" port=$port backlog=0
    parameters_limits
    refused 'root.*empty' "$invalid" port=$port root=
    refused 'WWWROOT.*wwwroot' "$invalid" port=$port WWWROOT=/tmp wwwroot=/usr
    refused '/nowhere' "$invalid" port=$port WWWROOT=/nowhere
    refused 'hello.txt' 'Not a directory' port=$port "WWWROOT=$tree/hello.txt"
    refused 'model=epoll.*inline, event, cmwq' "$invalid" port=$port model=epoll
    refused 'bench' "$invalid" port=$port bench=maybe
    refused 'symlinks=inside.*beneath in_root none' "$invalid" port=$port symlinks=inside
    refused 'list_hidden' "$invalid" port=$port list_hidden=maybe
    refused 'cache_control.*256 bytes' "$invalid" port=$port cache_control=a$'\001'b
    refused 'cache_control.*256 bytes' "$invalid" port=$port "cache_control=$(printf '%0257d' 0)"
    parameters_hosts
    refused 'stats.*only be read' "$invalid" port=$port stats=1
    port_taken
    check_refusals
    any_value
    parameters_defaults
    for root in WWWROOT root wwwroot root_dir; do
        load "$root=$tree"
        equal "$root= is the root" "hello, file" "$(body_of /hello.txt)"
        unload
    done
    load
    equal "parameters can be read in sysfs" "8081 100 inline" \
        "$(cd /sys/module/khttpd/parameters && cat port backlog model | paste -sd ' ')"
    equal "without a root: Hello World!, and nothing after it" "Hello World!." \
        "$(body_of /any && echo .)"
    unload
}

body_of() {
    request "$1"
    printf %s "$body"
}

# The tables of limits that the module is made of: NAME DEFAULT LEAST MOST a line.
limit_table() {
    cat "$here"/../../include/ktcp/{types,http,host}.h | awk '
        /^#define KTCP_[A-Z_]+ [0-9]+u?/ { value = $3; sub(/u$/, "", value); known[$2] = value }
        /^[ \t]*X\([a-z_]+, [0-9]+,/ {
            sub(/^[ \t]*X\(/, "")
            split($0, column, /, */)
            rows[++count] = column[1] " " column[2] " " column[3]
            most[count] = column[4]
        }
        END { for (i = 1; i <= count; i++) print rows[i], most[i] in known ? known[most[i]] : most[i] }
    '
}

# Of each limit the first value beyond either end.
parameters_limits() {
    local name least most
    while read -r name _ least most; do
        [ $least = 0 ] ||
            refused "$name=$((least - 1)).*$least to $most" "$invalid" port=$port $name=$((least - 1))
        [ $most = 4294967295 ] ||
            refused "$name=$((most + 1)).*$least to $most" "$invalid" port=$port $name=$((most + 1))
    done < <(limit_table)
}

# All defaults are those of the table, and both ends are taken.
parameters_defaults() {
    local name preset least most low=() high=() wrong=
    while read -r name preset least most; do low+=("$name=$least") high+=("$name=$most"); done < <(limit_table)
    at_most "limits in the tables: missing of 16" 0 $((16 - ${#low[@]}))
    load
    while read -r name preset _; do
        [ "$(</sys/module/khttpd/parameters/$name)" = $preset ] || wrong+=" $name"
    done < <(limit_table)
    equal "limits that do not have their default" '' "$wrong"
    unload
    load "${low[@]}" && ok "all limits at their least"
    unload
    load "${high[@]}" && ok "all limits at their most"
    unload
}

parameters_hosts() {
    local i many=
    refused 'host=a is.*NAME=DIRECTORY' "$invalid" port=$port host=a
    refused 'host=a= is' "$invalid" port=$port host=a=
    refused 'host==/tmp is' "$invalid" port=$port host==/tmp
    refused 'host=a b=/tmp is' "$invalid" port=$port 'host="a b=/tmp"'
    refused 'host= is' "$invalid" port=$port host=a=/tmp,
    refused 'host=A=/usr.*already' "$invalid" port=$port host=a=/tmp,A=/usr
    refused 'host=a=/usr.*already' "$invalid" port=$port host=a=/tmp host=a=/usr
    refused '/nowhere.*no such directory' "$invalid" port=$port host=a=/tmp,b=/nowhere
    refused 'hello.txt.*not a directory' 'Not a directory' port=$port "host=a=$tree/hello.txt"
    for i in $(seq 65); do many+=,h$i=/tmp; done
    refused 'host=h65=/tmp is one too many.*64' "$invalid" port=$port host=${many:1}
    refused 'too long.*4094' "$invalid" port=$port "host=a=/$(printf '%04094d' 0)"
}
