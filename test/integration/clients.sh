# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086,SC2001
#
# Sourced: what clients that people have do with a server of the conformance tree.
# Wants report.sh, $tree (the tree's directory) and $scratch.

clients_curl() {
    local url=$1
    have curl || return 0
    equal "curl gets a file" "$(cat "$tree/hello.txt")" "$(curl -sS "$url/hello.txt")"
    equal "curl follows a directory's redirect" "$(cat "$tree/site/index.html")" \
        "$(curl -sSL "$url/site")"
    equal "curl -I of 1 MiB" 1048576 \
        "$(curl -sSI "$url/1m.bin" | tr -d '\r' | sed -n 's/^Content-Length: //p')"
    clients_odd_names "$url"
    equal "curl uploads to no avail" 405 \
        "$(curl -sS -o /dev/null -w '%{http_code}' -T "$tree/4k.bin" "$url/up")"
    equal "curl uploads 1 MiB to no avail" 413 \
        "$(curl -sS -o /dev/null -w '%{http_code}' -H Expect: -X POST \
            --data-binary "@$tree/1m.bin" "$url/up")"
    equal "curl with 3 URLs uses one connection" 1 \
        "$(curl -sS -o /dev/null -o /dev/null -o /dev/null -w '%{num_connects}\n' \
            "$url/hello.txt" "$url/4k.bin" "$url/nowhere" | awk '{ n += $1 } END { print n }')"
}

# Every plain file of the odd directory, each byte of its name percent-encoded; one
# curl for all, since starting a program is slow in an emulated machine.
clients_odd_names() {
    local url=$1 path name encoded byte i LC_ALL=C arguments=()
    mkdir -p "$scratch/odd"
    for path in "$tree"/odd/*; do
        [ -f "$path" ] || continue
        name=${path##*/}
        encoded=
        for ((i = 0; i < ${#name}; i++)); do
            printf -v byte '%d' "'${name:i:1}"
            printf -v encoded '%s%%%02X' "$encoded" $((byte & 255))
        done
        arguments+=(-o "$scratch/odd/$name" "$url/odd/$encoded")
    done
    check "curl gets $((${#arguments[@]} / 3)) files with odd names" \
        curl -sSf -g "${arguments[@]}"
    check "and all are the same" diff -r --exclude='dir with*' --exclude='...' "$tree/odd" "$scratch/odd"
}

clients_wget() {
    local url=$1 mirror=$scratch/mirror
    have wget || return 0
    mkdir -p "$mirror"
    wget -q -r -l 20 -np -nH -P "$mirror" --restrict-file-names=nocontrol "$url/many/" \
        "$url/deep/" "$url/plain/" || true
    check "wget -r gets 500 files" test "$(find "$mirror/many" -name 'entry-*' | wc -l)" -eq 500
    check "and all are the same" diff -r --exclude='index.html*' "$tree/many" "$mirror/many"
    check "wget -r goes into deep directories" \
        cmp "$tree/deep/a/b/c/d/e/f.txt" "$mirror/deep/a/b/c/d/e/f.txt"
}

# clients_ab URL REQUESTS
clients_ab() {
    local url=$1 count=$2 output
    have ab || return 0
    for keep in '' -k; do
        # shellcheck disable=SC2086
        output=$(ab -q $keep -n "$count" -c 20 "$url/4k.bin" 2>&1) || true
        equal "ab $keep: $count requests, 20 at a time" "$count 0" \
            "$(awk '/^Complete requests/ { c = $3 } /^Failed requests/ { f = $3 }
                /^Non-2xx/ { f += $3 } END { print c, f }' <<<"$output")"
    done
}
