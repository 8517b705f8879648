# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086
#
# Sourced in the VM: a root is a file system of its own, of which everything was asked for that
# khttpd can be asked for; with the module the last reference to it goes, so that it can be
# unmounted. What is pinned is no memory that anybody counts: this is where it shows.
# Wants report.sh, module.sh, request.sh, $scratch, $tree, $port and $address.

part_unmount() {
    local www=$scratch/unmount setting
    mkdir -p "$www"
    for setting in cache_size=67108864 cache_size=0; do
        mount -t tmpfs none "$www"
        unmount_tree "$www"
        load "WWWROOT=$www" host=other.example="$www/d" drain_timeout=200 $setting
        unmount_asks
        refute "unmount, $setting: not while it is served" umount "$www"
        # One who is in mid-transfer.
        exec 4<>"/dev/tcp/127.0.0.1/$port"
        printf 'GET /large HTTP/1.1\r\nHost: a\r\n\r\n' >&4
        sleep 0.5
        unload
        exec 4>&-
        check "unmount, $setting: as soon as the module has gone" umount "$www"
    done
}

unmount_tree() {
    mkdir "$1/d" "$1/d/e" "$1/index"
    echo one >"$1/f" && echo deep >"$1/d/e/g" && echo index >"$1/index/index.html"
    head -c 8000 /dev/zero | tr '\0' a >"$1/d/text.txt" && cp "$1/d/text.txt" "$1/d/text.txt.gz"
    truncate -s 64M "$1/large"
    ln -s f "$1/link" && ln -s e/g "$1/d/link" && ln -s ../f "$1/d/up" && ln -s d "$1/to-d"
    ln -s /etc/passwd "$1/out" && ln -s nowhere "$1/broken" && mkfifo "$1/fifo"
    sleep 0.1
}

# Each twice: found out, and kept.
unmount_asks() {
    local target answers=''
    for _ in 1 2; do
        for target in / /d/ /d /d/e/g /f /link /to-d/link /d/up /out /broken /fifo /index/ /nothing \
            /d/text.txt '/d/?C=S;O=D'; do
            request "$target" 'Accept-Encoding: gzip'
            answers+="$status "
            request "$target" 'Accept: application/json'
        done
        request /e/g 'Host: other.example'
        answers+="$status "
    done
    set -- 200 200 301 200 200 200 200 200 403 404 403 200 404 200 200 200
    equal "unmount: all kinds of answers" "$* $* " "$answers"
}
