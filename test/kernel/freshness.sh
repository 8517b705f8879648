# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# Sourced in the VM: whatever happens to a file, a directory above it, or a permission is seen
# by the next request. Each question is asked three times, since the first answer may come from
# the disk and the others from what was kept; by the shell, as what is kept on tmpfs is kept for a
# second only, and to start a program can take as long.
# Wants report.sh, module.sh, request.sh and $scratch.

# sees WHAT PATH EXPECTED: "status" or "status content", the same each time.
sees() {
    equal "fresh: $1" "$3 $3 $3" "$(asks "/$2") $(asks "/$2") $(asks "/$2")"
}

# kept PATH EXPECTED: not so new any more that it would be read each time; so this one may be kept, and is.
kept() {
    local hits
    sleep 0.1
    hits=$(stat cache_hits)
    sees "$1, settled" "$1" "$2"
    at_least "fresh: $1: hits of three" 1 $(($(stat cache_hits) - hits))
}

freshness_files() {
    local www=$scratch/fresh
    echo two >"$www/new"
    sees 'a file' f '200 one'
    kept f '200 one'
    mv "$www/new" "$www/f" && sees 'another renamed over it' f '200 two'
    kept f '200 two'
    rm "$www/f" && sees 'deleted' f 404
    echo three >"$www/f" && sees 'made again' f '200 three'
    kept f '200 three'
    printf four >>"$www/f" && sees 'appended to' f $'200 three\nfour'
    printf six >"$www/f" && sees 'truncated and rewritten' f '200 six'
    kept f '200 six'
    printf SIX | dd of="$www/f" conv=notrunc status=none && sees 'written in place' f '200 SIX'
    ln -s f "$www/link" && sees 'by a link' link '200 SIX'
    echo other >"$www/g"
    ln -sfn g "$www/link" && sees 'the link points elsewhere' link '200 other'
    ln -sfn ../outside.txt "$www/link" && sees 'the link points out of the root' link 403
    kept f '200 SIX'
    rm "$www/f" && ln -s g "$www/f" && sees 'a file becomes a link' f '200 other'
    rm "$www/f" && mkdir "$www/f" && sees 'and then a directory' f 301
    rmdir "$www/f" && mkfifo "$www/f" && sees 'and then a FIFO' f 403
}

freshness_directories() {
    local www=$scratch/fresh
    mkdir -p "$www/d/e" && echo deep >"$www/d/e/g"
    sees 'a file below directories' d/e/g '200 deep'
    kept d/e/g '200 deep'
    mv "$www/d" "$www/d2" && sees 'a directory above renamed' d/e/g 404
    sees 'and found at its new name' d2/e/g '200 deep'
    kept d2/e/g '200 deep'
    mv "$www/d2" "$scratch/moved-out" && sees 'moved out of the root' d2/e/g 404
    mv "$scratch/moved-out" "$www/d" && sees 'moved in again' d/e/g '200 deep'
    kept d/e/g '200 deep'
    mount -t tmpfs none "$www/d/e" && sees 'something mounted over it' d/e/g 404
    umount "$www/d/e" && sees 'and unmounted' d/e/g '200 deep'
    kept d/e/g '200 deep'
    mv "$www/d/e" "$www/d/x" && ln -s x "$www/d/e" && sees 'a directory becomes a link' d/e/g '200 deep'
    rm -r "$www/d" && sees 'removed with all below it' d/e/g 404
}

# As somebody who is not root, since root may read everything.
freshness_permissions() {
    local www=$scratch/fresh
    mkdir "$www/p" && printf secret >"$www/p/f"
    chmod 755 "$scratch" "$www" "$www/p" && chmod 644 "$www/p/f"
    setpriv --reuid 65534 --clear-groups --inh-caps +sys_module --ambient-caps +sys_module \
        insmod "$scratch/khttpd.ko" port="$port" WWWROOT="$www" || { not_ok 'loading as nobody'; return; }
    sees 'a readable file' p/f '200 secret'
    kept p/f '200 secret'
    chmod 600 "$www/p/f" && sees 'made unreadable' p/f 403
    chmod 644 "$www/p/f" && sees 'made readable' p/f '200 secret'
    kept p/f '200 secret'
    chmod 700 "$www/p" && sees 'its directory closed' p/f 403
    chmod 755 "$www/p" && sees 'its directory opened' p/f '200 secret'
    chmod 711 "$www" && sees 'the root not listable' p/f '200 secret'
    kept p/f '200 secret'
    chmod 700 "$www" && sees 'the root closed' p/f 403
    chmod 755 "$www" && sees 'the root opened' p/f '200 secret'
    unload
}

part_freshness() {
    rm -rf "$scratch/fresh" && mkdir "$scratch/fresh" && echo one >"$scratch/fresh/f"
    load "WWWROOT=$scratch/fresh"
    freshness_files
    freshness_directories
    unload
    freshness_permissions
}
