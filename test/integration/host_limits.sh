# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# Sourced by user_host.sh: what the server allows, to one client and to all, and what it
# costs while it does.

# memory_of FIELD: of the server's process, in kB: VmRSS now, VmHWM at most.
memory_of() {
    awk -v field="$1:" '$1 == field { print $2 }' "/proc/$server/status"
}

# counter NAME: of those that the server prints when it is asked.
counter() {
    kill -USR1 "$server"
    sleep 0.2
    tail -n 1 "$scratch/log" | tr ' ' '\n' | grep -A1 -x "$1" | tail -n 1
}

# listed TARGET OPTION...: the names in a listing, in its order.
listed() {
    curl -sS -H 'Accept: application/json' "${@:2}" "http://$address$1" |
        sed -n 's/^{"name":"\([^"]*\)".*/\1/p'
}

part_limits() {
    local model
    for model in epoll-et thread fork prefork io_uring; do
        start --root "$tree" --max-per-address 5 --model "$model"
        check "--max-per-address, $model: holds, and recovers" \
            python3 "$here/address_share.py" "${address#*:}" 5
        ends
    done
    start --root "$tree" --max-requests 3
    equal "--max-requests 3: 6 requests need 2 connections" 2 \
        "$(curl -sS -w '%{num_connects}\n' "http://$address/"{1,2,3,4,5,6} |
            awk '/^[0-9]+$/ { n += $1 } END { print n }')"
    ends
    start --root "$tree" --body-size 1000 --target-size 50 --field-count 10
    equal "a body of --body-size, and one byte more" "405 413" \
        "$(for size in 1000 1001; do head -c $size /dev/zero |
            curl -sS -o /dev/null -w '%{http_code} ' -H Expect: --data-binary @- "http://$address/"; done |
            sed 's/ $//')"
    equal "a target beyond --target-size" 414 \
        "$(curl -sS -o /dev/null -w '%{http_code}' "http://$address/$(printf '%050d' 0)")"
    equal "more fields than --field-count" 431 \
        "$(curl -sS -o /dev/null -w '%{http_code}' -H{a,b,c,d,e,f,g,h,i,j}:x "http://$address/")"
    ends
    part_hidden
}

part_hidden() {
    start --root "$tree"
    equal "hidden names are not listed" "" "$(listed / | grep '^\.' || true)"
    equal "but served" "$(cat "$tree/.hidden")" "$(curl -sS "http://$address/.hidden")"
    ends
    start --root "$tree" --list-hidden
    equal "--list-hidden lists them" ".hidden" "$(listed / | grep '^\.' || true)"
    ends
    start --root "$tree" --cache-control 'public, max-age=60'
    equal "--cache-control" "public, max-age=60" \
        "$(curl -sSI "http://$address/hello.txt" | tr -d '\r' | sed -n 's/^Cache-Control: //p')"
    ends
}

# A client that takes next to nothing is sent away, and what it held is free again.
part_slow() {
    local before held=200 size
    mkdir -p "$scratch/slow"
    truncate -s 1m "$scratch/slow/1m.bin"
    truncate -s 100m "$scratch/slow/100m.bin"
    start --root "$scratch/slow" --send-timeout 2000 --send-rate 8000 --linger-timeout 500
    curl -sS -o /dev/null "http://$address/1m.bin" # what the first request costs once
    before=$(memory_of VmRSS)
    # What fits into TCP's buffers, which the server is done with, and what does not.
    for size in 1m 100m; do
        check "$held clients that read one byte of $size a second are gone in time" \
            python3 "$here/slow_readers.py" "${address#*:}" /$size.bin $held --bound 20
    done
    check "and those whose window opens, but who are below --send-rate" \
        python3 "$here/slow_readers.py" "${address#*:}" /100m.bin $held --bound 20 --rate 4000
    check "who reads faster than --send-rate is left alone" \
        python3 "$here/slow_readers.py" "${address#*:}" /100m.bin 4 --bound 6 --rate 4000000 --kept
    sleep 1
    equal "none of them is left" 0 "$(counter connections)"
    at_most "sockets that are left of them" 0 \
        "$(ss -Htan "sport = :${address#*:}" | grep -vcE '^(LISTEN|TIME-WAIT)' || true)"
    # A sanitizer keeps what was freed for a while.
    [ -n "$sanitized" ] || at_most "kB that they leave behind" 2048 $(($(memory_of VmRSS) - before))
    ends
    rm -r "$scratch/slow"
}

# Memory to sort in is a convenience: a listing without it is the same but for its order.
part_sorting() {
    local expected others=()
    mkdir -p "$scratch/sorting/many"
    (cd "$scratch/sorting/many" && seq -f 'entry-%04.0f-with-a-name-of-some-length' 3000 | xargs touch)
    expected=$(cd "$scratch/sorting/many" && printf '%s\n' *)
    start --root "$scratch/sorting"
    equal "a listing is sorted" "$expected" "$(listed /many/)"
    ends
    start --root "$scratch/sorting" --sort-memory 0
    equal "without --sort-memory nothing is sorted" 1 \
        "$(curl -sS "http://$address/many/" | grep -c 'Not sorted')"
    equal "without --sort-memory it is whole" "$expected" "$(listed /many/ | sort)"
    ends
    # Some clients hold what there is, and go on slowly.
    start --root "$scratch/sorting" --sort-memory 524288 --send-timeout 60000 --send-rate 0
    for _ in 1 2 3 4; do
        curl -sS --limit-rate 1k -o /dev/null "http://$address/many/" &
        others+=($!)
    done
    sleep 1
    equal "while others use up --sort-memory it is whole" "$expected" "$(listed /many/ | sort)"
    kill "${others[@]}"
    sleep 1
    equal "and sorted again when they are gone" "$expected" "$(listed /many/)"
    ends
    rm -rf "$scratch/sorting"
}

# A million names in one directory: hard links, which are quick to make.
part_million() {
    local count=1000000 before sum=$((1000000 * 999999 / 2))
    [ -z "$sanitized" ] || return 0
    # In memory, if there is room: a disk takes its time.
    million=$scratch
    if [ "$(df --output=iavail /dev/shm 2>/dev/null | tail -n 1)" -gt $count ]; then
        million=$(mktemp -d /dev/shm/ktcp-user-host.XXXXXX)
    fi
    python3 "$here/many_links.py" "$million/names" $count
    start --root "$million/names" --threads 1
    curl -sS -o /dev/null "http://$address/0"
    before=$(memory_of VmHWM)
    equal "a listing of $count entries has each of them" "$count $sum" \
        "$(curl -sS "http://$address/" | grep -oE '<a href="[0-9]+"' | tr -dc '0-9\n' |
            awk '{ n++; sum += $1 } END { printf "%d %.0f", n, sum }')"
    equal "as JSON, too" "$count $sum" \
        "$(listed / | awk '{ n++; sum += $1 } END { printf "%d %.0f", n, sum }')"
    at_most "kB more that the server had in memory for it" 2048 $(($(memory_of VmHWM) - before))
    ends
    rm -rf "$million/names"
}
