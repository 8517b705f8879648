# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2086
#
# Sourced in the VM: khttpd's limits hold, and give back what they took.
# Wants report.sh, module.sh, request.sh, $tree, $scratch and $port.

held=()

# hold ADDRESS COUNT: connections that stay; the client has the same address.
hold() {
    local one i
    for ((i = 0; i < $2; i++)); do
        exec {one}<>"/dev/tcp/$1/$port"
        held+=("$one")
    done
}

let_go() {
    local one
    for one in "${held[@]}"; do exec {one}>&-; done
    held=()
}

# From one of this machine's addresses.
asks_from() {
    local from=$1 # for request()
    shift
    asks "$@"
}

limits_connections() {
    load "WWWROOT=$tree" max_connections=4
    hold 127.0.0.1 4
    equal "max_connections=4: the fifth is closed" 000 "$(until_equal 000 asks /hello.txt)"
    at_most "which is counted: fewer than 1 more" 0 $(($(stat refused) < 1))
    let_go
    equal "and when they have gone, others come in" '200 hello, file' \
        "$(until_equal '200 hello, file' asks /hello.txt)"
    unload
}

limits_per_address() {
    load "WWWROOT=$tree" max_per_address=3
    hold 127.0.0.1 3
    equal "max_per_address=3: the fourth from an IPv4 address is closed" 000 \
        "$(until_equal 000 asks /hello.txt)"
    equal "another IPv4 address comes in" '200 hello, file' "$(asks_from 10.9.0.1 /hello.txt)"
    equal "IPv6 comes in" '200 hello, file' "$(asks_from ::1 /hello.txt)"
    hold fd01::1 2
    hold fd01::2 1
    equal "the fourth from an IPv6 /64 is closed, whichever address it has" 000 \
        "$(until_equal 000 asks_from fd01::2 /hello.txt)"
    equal "another /64 comes in" '200 hello, file' "$(asks_from fd01:0:0:1::1 /hello.txt)"
    at_most "what was closed is counted: fewer than 2" 0 $(($(stat refused) < 2))
    let_go
    equal "when they have gone, IPv4 comes in" '200 hello, file' \
        "$(until_equal '200 hello, file' asks /hello.txt)"
    equal "and IPv6" '200 hello, file' "$(until_equal '200 hello, file' asks_from fd01::1 /hello.txt)"
    unload
}

# Addresses of this machine that connections to them come from as well.
limits_addresses() {
    ip route add local 10.9.0.0/16 dev lo table local
    ip -6 address add fd01::1/128 dev lo
    ip -6 address add fd01::2/128 dev lo
    ip -6 address add fd01:0:0:1::1/128 dev lo
}

# However a connection ends, it gives its place back.
limits_counts_return() {
    local round settings
    mapfile -t settings < <(profile_settings tree)
    load "WWWROOT=$tree" max_per_address=3 "${settings[@]}"
    # Most are refused, and the rest ends in every way there is; whether they like it is
    # not the question here.
    rude_clients "$address" --each 3 --slack $((8000 * slower)) >/dev/null 2>&1 || true
    for round in $(seq 5); do
        equal "round $round: nobody is left" 0 "$(until_equal 0 stat open)"
        hold 127.0.0.1 3
        equal "round $round: three came in, a fourth does not" '3 000' \
            "$(until_equal 3 stat open) $(asks /hello.txt)"
        let_go
    done
    unload
}

# Many origins at a time, each of which has an entry; all are gone with them.
limits_many_origins() {
    local n
    load "WWWROOT=$tree" max_per_address=1 backlog=2000 idle_timeout=600000
    for ((n = 0; n < 500; n++)); do hold 10.9.$((n / 250)).$((1 + n % 250)) 1; done
    equal "500 addresses with one connection each" 500 "$(until_equal 500 stat open)"
    equal "no second one from the last" 000 "$(asks_from 10.9.1.250 /hello.txt)"
    let_go
    equal "and one again when it has gone" '200 hello, file' \
        "$(until_equal '200 hello, file' asks_from 10.9.1.250 /hello.txt)"
    equal "nobody is left" 0 "$(until_equal 0 stat open)"
    # Unloading with connections held: their entries go, too.
    for ((n = 0; n < 100; n++)); do hold 10.9.0.$((1 + n)) 1; done
    unload
    let_go
}

limits_hosts() {
    local www=$scratch/hosts i
    mkdir -p "$www"/{a,b,all}
    for i in a b all; do echo $i >"$www/$i/name"; done
    load "WWWROOT=$tree" "host=a.example=$www/a,B.Example=$www/b" "host=*.all.example=$www/all"
    for i in 1 2 3; do
        equal "round $i: each name has its root" '200 a 200 b 200 all 200 hello, file 404' \
            "$(asks /name 'Host: a.example') $(asks /name "Host: b.example:$port") $(asks \
                /name 'Host: x.all.example') $(asks /hello.txt 'Host: c.example') $(asks \
                /name 'Host: c.example')"
    done
    equal "sysfs shows them" "a.example=$www/a,B.Example=$www/b,*.all.example=$www/all" \
        "$(</sys/module/khttpd/parameters/host)"
    unload
    load "host=a.example=$www/a"
    equal "without a default root: the site, and nothing else" '200 a 421' \
        "$(asks /name 'Host: a.example') $(asks /name 'Host: b.example')"
    unload
    umount_at_once "$www"
}

# Roots are held while they are served, and not a moment longer.
umount_at_once() {
    mount -t tmpfs none "$1"
    mkdir "$1/a" "$1/b" && echo a >"$1/a/name"
    load "host=a.example=$1/a,b.example=$1/b"
    equal "a root of its own file system" '200 a' "$(asks /name 'Host: a.example')"
    refute "which cannot be unmounted while it is served" umount "$1"
    unload
    check "and can as soon as the module has gone" umount "$1"
}

# names TARGET: of a JSON listing, in its order.
names() {
    request "$1" 'Accept: application/json'
    grep -o '"name":"[^"]*"' <<<"$body"
}

limits_sorting() {
    local sorted unsorted
    load "WWWROOT=$tree"
    sorted=$(names /many/)
    unload
    equal "a listing is sorted" "$(LC_ALL=C sort <<<"$sorted")" "$sorted"
    load "WWWROOT=$tree" sort_memory=0
    unsorted=$(names /many/)
    request /many/
    equal "sort_memory=0: nothing is sorted" 1 "$(grep -c 'Not sorted' <<<"$body")"
    equal "sort_memory=0: it is whole all the same" "$sorted" "$(LC_ALL=C sort <<<"$unsorted")"
    check "and so are all others" tree_compare "$tree" "$address" --connections 4 --sample 7
    unload
    # Room for a buffer or two, for which eight listings at a time compete.
    load "WWWROOT=$tree" sort_memory=16384
    check "sort_memory=16384: 8 connections list everything" \
        tree_compare "$tree" "$address" --connections 8 --sample 3
    equal "sort_memory=16384: none of it is lost" "$(wc -l <<<"$sorted")" "$(names /many/ | wc -l)"
    # What the others had was given back: what fits is sorted.
    request /plain/
    equal "sort_memory=16384: a small listing is sorted" "200 0" \
        "$status $(grep -c 'Not sorted' <<<"$body")"
    unload
}

# ended_within SECONDS: until no connection is open.
ended_within() {
    local began=$SECONDS
    while [ "$(stat open)" != 0 ] && [ $((SECONDS - began)) -le $1 ]; do sleep 0.2; done
    at_most "$2: seconds until it was gone" $1 $((SECONDS - began))
}

# Clients that take a response a byte a second, or not at all.
limits_slow_readers() {
    local slow byte rmem wmem before small=131072
    rmem=$(</proc/sys/net/ipv4/tcp_rmem) wmem=$(</proc/sys/net/ipv4/tcp_wmem)
    truncate -s 64M "$scratch/slow/large" && truncate -s $small "$scratch/slow/small"
    load "WWWROOT=$scratch/slow" send_timeout=2000 idle_timeout=600000
    exec {slow}<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET /large HTTP/1.1\r\nHost: a\r\n\r\n' >&$slow
    (while sleep 1; do IFS= read -r -n 1 -d '' byte <&$slow || exit 0; done) &
    byte=$!
    sleep 1
    equal "a client that reads a byte a second is served" 1 "$(stat open)"
    ended_within 12 "and not for long"
    kill $byte 2>/dev/null || true
    wait $byte 2>/dev/null || true
    exec {slow}<&-

    # All of the response is TCP's, and the session waits for another request.
    echo '4096 16384 16384' >/proc/sys/net/ipv4/tcp_rmem
    echo '4096 4194304 4194304' >/proc/sys/net/ipv4/tcp_wmem
    before=$(stat bytes_sent)
    exec {slow}<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET /small HTTP/1.1\r\nHost: a\r\n\r\n' >&$slow
    sleep 1
    equal "one whose response lies in TCP's buffers is there" '1 1' \
        "$(stat open) $(($(stat bytes_sent) > before + small ? 1 : 0))"
    ended_within 12 "and not for ever, though the session is idle"
    exec {slow}<&-
    echo "$rmem" >/proc/sys/net/ipv4/tcp_rmem
    echo "$wmem" >/proc/sys/net/ipv4/tcp_wmem

    # Whoever owes nothing may be silent for many times as long.
    exec {slow}<>"/dev/tcp/127.0.0.1/$port"
    sleep 7
    printf 'GET /small HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' >&$slow
    equal "a silent one is served after 7 s with send_timeout=2000" $small \
        "$(sed -n '/^\r$/,$p' <&$slow | tail -c +3 | wc -c)"
    exec {slow}<&-
    unload
}

part_limits() {
    limits_addresses
    limits_connections
    limits_per_address
    limits_counts_return
    limits_many_origins
    limits_hosts
    limits_sorting
    mkdir -p "$scratch/slow"
    limits_slow_readers
    rm -rf "$scratch/slow"
}
