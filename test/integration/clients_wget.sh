# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086,SC2001
#
# Sourced by clients.sh: wget.

clients_wget() {
    local url=$1 mirror=$scratch/mirror
    clients_need wget || return 0
    mkdir -p "$mirror"
    wget -q -r -l 20 -np -nH -P "$mirror" --restrict-file-names=nocontrol "$url/many/" \
        "$url/deep/" "$url/plain/" || true
    check "wget -r gets 500 files" test "$(find "$mirror/many" -name 'entry-*' | wc -l)" -eq 500
    check "and all are the same" diff -r --exclude='index.html*' "$tree/many" "$mirror/many"
    check "wget -r goes into deep directories" \
        cmp "$tree/deep/a/b/c/d/e/f.txt" "$mirror/deep/a/b/c/d/e/f.txt"
    rm -rf "$mirror"
}

# The whole of a directory that has every name that is hard to link to.
clients_wget_odd_names() {
    local url=$1 mirror=$scratch/mirror status=0
    clients_need wget || return 0
    mkdir -p "$mirror"
    wget -q -r -l 20 -np -nH -P "$mirror" --no-iri --restrict-file-names=unix,nocontrol \
        "$url/odd/" || status=$?
    equal "wget -r of odd names: status" 0 "$status"
    # wget decodes what it calls a file once more than what it asks for. "..." is hidden.
    mv "$mirror/odd/A.txt" "$mirror/odd/%41.txt" || true
    check "wget -r of odd names: the same tree" \
        diff -r --exclude='index.html*' --exclude=... "$tree/odd" "$mirror/odd"
    rm -rf "$mirror"
}

# wget_statuses OUTPUT: of the responses that wget -S has shown.
wget_statuses() {
    sed -n 's,^ *HTTP/1\.1 \([0-9]*\) .*,\1,p' <<<"$1" | paste -sd' '
}

clients_wget_resume() {
    local url=$1 part=$scratch/1m.bin output status=0
    clients_need wget || return 0
    head -c 300000 "$tree/1m.bin" >"$part"
    output=$(wget -S -c -P "$scratch" "$url/1m.bin" 2>&1) || status=$?
    equal "wget -c goes on at 300,000 bytes: statuses" "206, 0" "$(wget_statuses "$output"), $status"
    check "and the whole is the same" cmp "$part" "$tree/1m.bin"
    output=$(wget -S -c -P "$scratch" "$url/1m.bin" 2>&1) || status=$?
    equal "wget -c of what is complete: statuses" "416, 0" "$(wget_statuses "$output"), $status"
    check "which it stays" cmp "$part" "$tree/1m.bin"
    rm -f "$part"
}

clients_wget_timestamps() {
    local url=$1 news got=$scratch/news.txt output
    clients_need wget || return 0
    news=$(clients_renewable)
    output=$(wget -S -N -P "$scratch" "$url/$news" 2>&1) || true
    equal "wget -N fetches what is not here" 200 "$(wget_statuses "$output")"
    equal "and takes over its date" "$(stat_modified "$tree/$news")" "$(stat_modified "$got")"
    output=$(wget -S -N -P "$scratch" "$url/$news" 2>&1) || true
    equal "wget -N does not fetch it again" 304 "$(wget_statuses "$output")"
    clients_renew
    output=$(wget -S -N -P "$scratch" "$url/$news" 2>&1) || true
    equal "wget -N fetches what has changed" 200 "$(wget_statuses "$output")"
    check "and that came" cmp "$tree/$news" "$got"
    rm -rf "$tree/renewed" "$got"
}
