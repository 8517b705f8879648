# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2086
#
# Sourced in the VM: floods of connections, and of clients that hold on to theirs.

crowd() { attackers+=("hostile_clients $attacked:$port $* --again --seconds 300"); }
at_many="--from $crowd_from --addresses"

# From one address, which has its share and no more.
part_one() {
    local server
    for server in $(servers); do
        serve_as $server
        settings=(backlog=1024)
        limit max_per_address=50 max_per_address=0
        crowd silent --clients 800 --rate 1500
        assault "connections from one address" $((50 + polite_places)) one_during
    done
}
polite_places=20 # more than there are polite clients, since one that has gone may count for a moment

one_during() {
    await "$1: it is turned away" stat_reaches refused 800
    polite_$module "$1"
    at_least "$1: refused" 800 "$(stat refused)"
}

# From many, each with its share, and then more of them than there may be in all.
part_many() {
    attacks_on khttpd || return 0
    settings=(backlog=1024 max_connections=600)
    limit max_per_address=8 max_per_address=0
    crowd silent --clients 800 --rate 1500 $at_many 50
    assault "connections from many addresses" $((400 + polite_places)) many_during

    settings=(backlog=1024 idle_timeout=600000)
    limit max_connections=300 max_connections=65536
    crowd silent --clients 800 --rate 1500 $at_many 800
    later=1
    assault "more connections than there may be" 300 many_full
}

many_during() {
    await "$1: they have what they may" stat_reaches open 400
    await "$1: and are turned away" stat_reaches refused 400
    polite_khttpd "$1"
    at_least "$1: refused" 400 "$(stat refused)"
    at_least "$1: connections that were held" 400 "$(most 1)"
}

# Whoever was there before goes on as if nothing happened.
many_full() {
    kept_start "$1"
    attackers_start
    await "$1: all places are taken" stat_reaches open 300
    await "$1: others are turned away" stat_reaches refused 800
    kept_end "$1"
    at_least "$1: refused" 800 "$(stat refused)"
}

# Slowloris in three forms, at once.
part_slow() {
    attacks_on khttpd || return 0
    settings=(backlog=1024 idle_timeout=2000 linger_timeout=500)
    limit head_timeout=2000 head_timeout=86400000
    limit send_timeout=2000 send_timeout=86400000
    limit send_rate=500 send_rate=0
    for kind in headers body read; do crowd $kind --clients 200 $at_many 100 --pause 250; done
    assault "slow heads, bodies and readers" $((600 + 600 + polite_places)) slow_during
    patience=$usual_patience
}

slow_during() {
    await "$1: they hold on" stat_reaches open 500
    polite_khttpd "$1"
    at_least "$1: connections meanwhile" 200 "$(stat open)"
    # Each of the 600 once, at least: their heads, bodies and answers took too long.
    [ "$LIMITS" = on ] || patience=20
    await "$1: they are given up" stat_reaches timeouts 600
    at_least "$1: timeouts" 600 "$(stat timeouts)"
}

part_window() {
    if attacks_on khttpd; then window_khttpd; fi
    if attacks_on kecho; then window_kecho; fi
}

window_khttpd() {
    settings=(backlog=1024)
    limit send_timeout=4000 send_timeout=86400000
    limit send_rate=500 send_rate=0
    # Some always come while others have been given up.
    crowd window --clients 300 $at_many 150 --rate 75 --hold 5000
    story=(TcpExtTCPAbortOnTimeout)
    assault "clients with a window of nothing" $((2 * 300 + polite_places)) window_during
    patience=$usual_patience
}

# Who echoes has to wait, and takes no more than the buffers hold.
window_kecho() {
    settings=(backlog=1024)
    crowd unread --clients 300 $at_many 150
    assault "clients that do not read their echoes" $((300 + polite_places)) unread_during
}

window_during() {
    await "$1: they hold on" stat_reaches open 200
    polite_khttpd "$1"
    at_least "$1: connections meanwhile" 100 "$(stat open)"
    [ "$LIMITS" = on ] || patience=20
    # By TCP_USER_TIMEOUT, which is send_timeout: all that there is to send is TCP's.
    await "$1: they are given up" counter_grows TcpExtTCPAbortOnTimeout 300
    counted "$1" TcpExtTCPAbortOnTimeout 300
    at_least "$1: windows that were closed" 300 "$(counter TcpExtTCPToZeroWindowAdv attack)"
}

unread_during() {
    await "$1: they hold on" stat_reaches open 300
    polite_kecho "$1"
    at_least "$1: connections meanwhile" 200 "$(stat open)"
}
