# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154,SC2086
#
# Sourced in the VM: what khttpd keeps of its answers is what is there, is counted, stays
# within its budgets, is given back, and is made once for all who want it.
# Wants report.sh, module.sh, request.sh, freshness.sh, $scratch, $port and $address.

# counted NAME COMMAND...: by how much a counter grows over a command; that one's output
# goes away. (A counter is read here, as a subshell would count its own.)
counted() {
    local name=$1 before
    shift
    before=$(stat "$name")
    "$@" >/dev/null
    echo $(($(stat "$name") - before))
}

# twice TARGET: two answers, of which the second comes from what was kept.
twice() {
    echo "$(asks "$1") $(asks "$1")"
}

# changed WHAT TARGET EXPECTED: a change that was made just now, to what was being kept.
changed() {
    equal "cache: $1" "$3 $3" "$(twice "$2")"
}

cache_counters() {
    local www=$scratch/cache/counters i stale
    mkdir -p "$www/d" && echo one >"$www/f" && sleep 0.1
    load "WWWROOT=$www"
    equal "cache: what is asked for first is no hit" '0 1 1' \
        "$(stat cache_hits) $(counted cache_misses asks /f) $(stat cache_fills)"
    equal "cache: ten more hits" 10 "$(counted cache_hits eval 'for i in 1 2 3 4 5 6 7 8 9 10; do asks /f; done')"
    equal "cache: and nothing was read again" 1 "$(stat cache_fills)"
    asks /nothing >/dev/null
    equal "cache: a name that is not there is kept" '2 404 404' \
        "$(counted cache_hits twice /nothing) $(twice /nothing)"
    asks /d >/dev/null
    equal "cache: a directory is kept" '2 301 301' "$(counted cache_hits twice /d) $(twice /d)"
    at_most "cache: answers, fewer than 3" 0 $(($(stat cache_answers) < 3))
    at_most "cache: bytes, fewer than a page" 0 $(($(stat cache_bytes) < 4096))
    sleep 2.2
    equal "cache: what has aged is looked up once more" '1 0' \
        "$(counted cache_revalidations asks /nothing) $(counted cache_fills asks /f)"
    # Unless it has been swept away already, which must not happen each time.
    stale=$(stat cache_stale)
    for i in 1 2 3; do
        asks /f >/dev/null
        echo "$i" >"$www/f"
        equal "cache: what was changed is read again" "200 $i" "$(asks /f)"
    done
    at_most "cache: and counted as stale: fewer than 1" 0 $(($(stat cache_stale) - stale < 1))
    unload
}

cache_freshness() {
    local www=$1
    mkdir -p "$www/a/b" && echo one >"$www/f" && echo deep >"$www/a/b/g" && sleep 0.1
    load "WWWROOT=$www"
    twice /f >/dev/null
    echo longer >"$www/f" && changed 'written' /f '200 longer'
    echo LONGER >"$www/f" && changed 'written, of the same size' /f '200 LONGER'
    echo other >"$www/new" && mv "$www/new" "$www/f" && changed 'another renamed over it' /f '200 other'
    truncate -s 3 "$www/f" && changed 'truncated' /f '200 oth'
    : >"$www/f" && changed 'emptied' /f '200 '
    rm "$www/f" && changed 'deleted' /f 404
    echo again >"$www/f" && changed 'appears after a 404' /f '200 again'
    touch -d '2001-01-01 00:00:00' "$www/f"
    equal "cache: its time set back is told" 'Last-Modified: Mon, 01 Jan 2001 00:00:00 GMT' \
        "$(TZ=UTC head_field /f Last-Modified)"
    chmod 600 "$www/f" && changed 'chmod' /f '200 again'
    changed 'in a directory' /a/b/g '200 deep'
    changed 'below nothing' /x/y/z 404
    mv "$www/a" "$www/x" && changed 'a directory above renamed' /a/b/g 404
    changed 'and found at its new name' /x/b/g '200 deep'
    mkdir "$www/x/y" && echo z >"$www/x/y/z" && changed 'a way that was not there' /x/y/z '200 z'
    rm "$www/x/y/z" && mkdir "$www/x/y/z" && changed 'a file becomes a directory' /x/y/z 301
    rmdir "$www/x/y/z" && ln -s ../b/g "$www/x/y/z" && changed 'and then a link' /x/y/z '200 deep'
    mount -t tmpfs none "$www/x/b" && changed 'something mounted over it' /x/b/g 404
    echo over >"$www/x/b/g" && changed 'and a file in that' /x/b/g '200 over'
    umount "$www/x/b" && changed 'and unmounted' /x/b/g '200 deep'
    changed 'a listing' '/x/b/' "$(asks /x/b/)"
    equal "cache: which is kept, as is that there is no index page" 2 \
        "$(counted cache_hits asks /x/b/)"
    echo new >"$www/x/b/entry" && listed 'a new entry is listed' /x/b/ '>entry<'
    echo longer >>"$www/x/b/entry" && listed 'with the size that it has now' /x/b/ '11 B'
    mv "$www/x/b/entry" "$www/x/b/renamed" && listed 'and the name' /x/b/ '>renamed<'
    rm "$www/x/b/renamed" && unlisted 'and not when it is deleted' /x/b/ '>renamed<'
    unload
}

# listed WHAT TARGET TEXT: both listings have it, of which the second was kept.
listed() {
    local i found=''
    for i in 1 2; do
        request "$2"
        [[ $body != *"$3"* ]] || found+=" $i"
    done
    equal "cache: $1" ' 1 2' "$found"
}

unlisted() {
    request "$2"
    case $body in *"$3"*) not_ok "cache: $1" ;; *) ok "cache: $1" ;; esac
}

# head_field TARGET NAME: a line of the head of the answer to HEAD.
head_field() {
    curl -s -m 20 -I "http://$address$1" | tr -d '\r' | grep "^$2:"
}

# Written through a mapping: that nobody dates on tmpfs, so it is seen after a second.
cache_mapping() {
    local www=$1 bound=$2 began
    have python3 || return 0
    printf before >"$www/mapped" && sleep 0.1
    load "WWWROOT=$www"
    twice /mapped >/dev/null
    began=$(now_ms)
    python3 -c '
import mmap, sys
with open(sys.argv[1], "r+b") as file:
    with mmap.mmap(file.fileno(), 0) as memory:
        memory[0:6] = b"after."' "$www/mapped"
    [ "$bound" = 0 ] || sleep "$bound"
    equal "cache: written through a mapping, seen after $bound s" '200 after.' "$(asks /mapped)"
    unload
}

# A thousand want what nobody has asked for yet, and what has just been written besides, so
# that whoever reads it has to wait for the clock.
cache_single_flight() {
    local www=$scratch/cache/flight
    mkdir -p "$www" && head -c 100000 /dev/urandom >"$www/cold"
    load "WWWROOT=$www" backlog=2000
    touch "$www/cold"
    check "cache: 1,000 clients at once" \
        htstress -n 1000 -c 1000 "http://$address/cold"
    equal "cache: it was read once" 1 "$(stat cache_fills)"
    echo "figure: of 1,000 requests for a cold file $(stat cache_waits) waited for the one that read it, $(stat cache_hits) hit"
    unload
}

# fetch_all COUNT: what budget_tree() has made, by one client; prints the most bytes that
# were kept meanwhile.
fetch_all() {
    local pid now most=0
    curl -s "http://$address/[0-$(($1 - 1))]" >"$scratch/fetched" &
    pid=$!
    while kill -0 "$pid" 2>/dev/null; do
        now=$(stat cache_bytes)
        [ "$now" -le "$most" ] || most=$now
    done
    wait "$pid" || true
    echo "$most"
}

# 200 files of 50,000 bytes, each of its own.
budget_tree() {
    local i
    mkdir -p "$1"
    for ((i = 0; i < 200; i++)); do printf '%050000d' "$i" >"$1/$i"; done
    cat "$1"/{0..199} >"$scratch/whole"
    sleep 0.1
}

cache_budgets() {
    local www=$scratch/cache/budget i most setting
    budget_tree "$www"
    load "WWWROOT=$www" cache_size=1000000
    most=$(fetch_all 200)
    at_most "cache: ten times the budget of 1,000,000 bytes: the most that was kept" 1050000 "$most"
    at_most "cache: and no less than half of it" 0 $((most < 500000))
    at_most "cache: fewer than 100 evicted" 0 $(($(stat cache_evictions) < 100))
    check "cache: and the answers are right" cmp "$scratch/whole" "$scratch/fetched"
    unload
    load "WWWROOT=$www" cache_entries=16
    fetch_all 100 >/dev/null
    equal "cache: of 16 answers 16 are kept" 16 "$(stat cache_answers)"
    for ((i = 0; i < 100; i++)); do asks "/no-$i"; [ $((i % 4)) != 0 ] || asks /no; done >/dev/null
    equal "cache: nor more of names that are not there" 16 "$(stat cache_answers)"
    equal "cache: which do not push out what is in use" 1 "$(counted cache_hits asks /no)"
    unload
    load "WWWROOT=$www" cache_file_size=40000
    at_most "cache: a file that is too large is not kept, bytes of it" 40000 \
        "$(counted cache_bytes curl -s "http://$address/[7-8]")"
    unload
    for setting in cache_size=0 cache_entries=0; do
        load "WWWROOT=$www" $setting
        fetch_all 200 >/dev/null
        check "cache: $setting: the answers are right" cmp "$scratch/whole" "$scratch/fetched"
        equal "cache: and nothing is kept" "404 404 0 0 0" \
            "$(twice /nothing) $(stat cache_bytes) $(stat cache_answers) $(stat cache_hits)"
        unload
    done
}

# What is being sent cannot be given up, so that for what comes after it there is no room: that is sent
# without being kept.
cache_in_use() {
    local www=$scratch/cache/in_use buffers i client clients=() status right=0 kept
    mkdir -p "$www"
    for ((i = 0; i < 24; i++)); do truncate -s 2000000 "$www/$i"; done
    sleep 0.1
    # Else TCP would take all of a file at once, which is then in use no more.
    buffers=$(</proc/sys/net/ipv4/tcp_wmem)
    echo '4096 16384 262144' >/proc/sys/net/ipv4/tcp_wmem
    load "WWWROOT=$www" cache_size=16000000 drain_timeout=100
    for ((i = 0; i < 24; i++)); do
        exec {client}<>"/dev/tcp/127.0.0.1/$port"
        printf 'GET /%d HTTP/1.1\r\nHost: h\r\n\r\n' $i >&"$client"
        clients+=("$client")
    done
    for client in "${clients[@]}"; do
        read -r -t 20 -u "$client" status || status=
        [[ $status != 'HTTP/1.1 200'* ]] || right=$((right + 1))
    done
    kept=$(stat cache_bytes)
    equal "cache: of 24 clients that take 2 MB slowly, answered" 24 $right
    at_most "cache: bytes of 16,000,000 that are kept for those who take them slowly" 16000000 "$kept"
    at_most "cache: and no less than half of it" 0 $((kept < 8000000))
    for client in "${clients[@]}"; do exec {client}>&-; done
    unload
    echo "$buffers" >/proc/sys/net/ipv4/tcp_wmem
}

cache_shrinks() {
    local www=$scratch/cache/budget free
    load "WWWROOT=$www"
    fetch_all 200 >/dev/null
    at_most "cache: fewer than 200 answers are kept" 0 $(($(stat cache_answers) < 200))
    echo 2 >/proc/sys/vm/drop_caches
    sleep 0.5
    at_most "cache: bytes that are kept when the kernel wants memory" 100000 "$(stat cache_bytes)"
    equal "cache: and it is kept again" "1" "$(asks /no >/dev/null; counted cache_hits asks /no)"
    unload
}

# A file that is deleted while it is kept gives its space back, soon.
cache_lets_go() {
    local www=$scratch/cache/space before
    mkdir -p "$www" && mount -t tmpfs none "$www"
    head -c 20000000 /dev/zero >"$www/large"
    head -c 1000000 /dev/zero >"$www/small"
    sleep 0.1
    load "WWWROOT=$www"
    curl -s "http://$address/large" "http://$address/small" >/dev/null
    at_most "cache: fewer than 2 answers are kept" 0 $(($(stat cache_answers) < 2))
    rm "$www/large" "$www/small"
    equal "cache: the space of deleted files is free soon" 0 "$(until_equal 0 space_used "$www")"
    unload
    check "cache: and the file system can be unmounted" umount "$www"
}

space_used() {
    df --output=used "$1" | tail -1 | tr -d ' '
}

# Where to look is dear (9p has what every program here is read from), or the way leads
# through a link: nothing is kept but by trust, and then not looked at for so long.
cache_trusts() {
    local www=$scratch/cache/trust
    load "WWWROOT=$here"
    twice /run.sh >/dev/null
    equal "cache: nothing of a network file system is kept" '0 0' \
        "$(stat cache_hits) $(stat cache_answers)"
    unload
    load "WWWROOT=$here" cache_trust=60000
    twice /run.sh >/dev/null
    equal "cache: but by trust" '1 1' "$(counted cache_hits asks /run.sh) $(stat cache_answers)"
    equal "cache: a name that is not there as well" 1 \
        "$(asks /nothing >/dev/null; counted cache_hits asks /nothing)"
    unload
    mkdir -p "$www/d" && echo one >"$www/d/f" && ln -s d/f "$www/link" && sleep 0.1
    load "WWWROOT=$www" cache_trust=1500
    equal "cache: by a link, trusted" '200 one 200 one' "$(twice /link)"
    echo two >"$www/d/f"
    equal "cache: for as long as it was said" '200 one' "$(asks /link)"
    sleep 1.6
    equal "cache: and no longer" '200 two' "$(asks /link)"
    equal "cache: a plain way is looked at nevertheless" '200 two' "$(asks /d/f)"
    echo three >"$www/d/f"
    equal "cache: each time" '200 three' "$(asks /d/f)"
    unload
}

# With answers of all kinds, and while more come.
cache_unload_full() {
    local www=$scratch/cache/budget lives=3 i n pid
    note_baseline
    for ((i = 0; i < lives; i++)); do
        load "WWWROOT=$www" drain_timeout=100
        fetch_all 50 >/dev/null
        htstress -c 20 -k -n 0 -D 20 "http://$address/9" >/dev/null 2>&1 &
        pid=$!
        for n in 1 2 3 4 5; do asks "/no-$n"; done >/dev/null
        asks / >/dev/null
        asks / 'Accept-Encoding: gzip' >/dev/null
        unload
        wait "$pid" || true
    done
    no_growth "cache: unloaded $lives times, full" 4000
}

# One that dates what is written through mappings.
cache_on_ext4() {
    local www=$scratch/cache/ext4
    have mkfs.ext4 || return 0
    truncate -s 64M "$scratch/disk" && mkfs.ext4 -q "$scratch/disk" && mkdir -p "$www"
    modprobe -a loop ext4 2>/dev/null || true
    mount -o loop "$scratch/disk" "$www" || { not_ok 'mounting ext4'; return; }
    cache_freshness "$www"
    cache_mapping "$www" 0
    umount "$www" || not_ok "ext4 cannot be unmounted"
    rm "$scratch/disk"
}

# A file of a layer grows behind overlayfs's back: what is told of it is asked of the layer, and the
# inode that overlayfs has still says how long it was.
cache_layers() {
    local www=$scratch/cache/layers opened body
    mkdir -p "$www/lower" "$www/lowest" "$www/root"
    printf '%05000d' 1 >"$www/lower/f.txt"
    modprobe overlay 2>/dev/null || true
    mount -t overlay -o "lowerdir=$www/lower:$www/lowest" overlay "$www/root" || { not_ok 'mounting layers'; return; }
    load "WWWROOT=$www/root" cache_trust=60000
    exec {opened}<"$www/root/f.txt"
    printf '%0100000d' 2 >"$www/lower/f.txt"
    sleep 0.1
    curl -sS --max-time 10 -o "$scratch/layer" "http://$address/f.txt" || true
    check "cache: a file that has grown in its layer: all of it" cmp "$www/lower/f.txt" "$scratch/layer"
    rm -f "$scratch/layer"
    curl -sS --max-time 10 -r 60000- -o "$scratch/layer" "http://$address/f.txt" || true
    check "cache: and what was not there before" cmp <(tail -c 40000 "$www/lower/f.txt") "$scratch/layer"
    exec {opened}<&-
    unload
    umount "$www/root" || not_ok "layers cannot be unmounted"
    rm -f "$scratch/layer"
}

# A listing of many entries has them all pinned, which is most of what it costs.
cache_weighs_listings() {
    local www=$scratch/cache/weights i files evictions
    mkdir -p "$www/many"
    for ((i = 0; i < 4000; i++)); do : >"$www/many/$i"; done
    for ((i = 0; i < 40; i++)); do truncate -s 100K "$www/$i"; done
    truncate -s 1900K "$www/large"
    sleep 0.1
    load "WWWROOT=$www" cache_size=8388608
    curl -sS -o "$scratch/many" "http://$address/many/" || not_ok "a listing of 4,000 entries"
    # An entry weighs more where locks have a name.
    files=$(((8388608 - $(stat cache_bytes) - 400000) / 105000))
    at_least "cache: files that fit beside a listing" 10 $files
    at_least "cache: bytes that a listing of 4,000 entries takes" 2000000 "$(stat cache_bytes)"
    for ((i = 0; i < files && i < 40; i++)); do curl -sS -o "$scratch/many" "http://$address/$i" || not_ok "file $i"; done
    evictions=$(stat cache_evictions)
    equal "cache: driven out by what there is room for" 0 "$evictions"
    curl -sS -o "$scratch/many" "http://$address/large" || not_ok "a large file"
    at_most "cache: the listing makes room for 1.9 MB; others that go as well" 5 $(($(stat cache_evictions) - evictions))
    at_least "cache: driven out" 1 $(($(stat cache_evictions) - evictions))
    unload
    rm -r "$www" "$scratch/many"
}

part_cache() {
    have curl || return 0
    rm -rf "$scratch/cache" && mkdir -p "$scratch/cache/files"
    cache_counters
    cache_freshness "$scratch/cache/files"
    cache_mapping "$scratch/cache/files" 1.1
    cache_on_ext4
    cache_layers
    cache_weighs_listings
    cache_single_flight
    cache_budgets
    cache_in_use
    cache_shrinks
    cache_lets_go
    cache_trusts
    cache_unload_full
    rm -rf "$scratch/cache"
}
