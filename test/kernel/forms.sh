# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# Sourced in the VM: the other forms of an answer that khttpd keeps. Files beside the
# original in a coding, and listings, are as fresh as the file system; a listing that is
# kept costs a part of one that is made. Wants report.sh, module.sh, $here, $scratch, $port
# and $address.

# forms_fresh WHERE: in a new directory there.
forms_fresh() {
    local www=$1/forms
    mkdir "$www"
    sleep 0.1
    load "WWWROOT=$www"
    check "forms: siblings and listings on $(findmnt -no FSTYPE -T "$www")" \
        "$here/forms.py" "$port" "$www" "/sys/module/$module/parameters/stats"
    unload
    rm -r "$www"
}

forms_on_ext4() {
    have mkfs.ext4 || return 0
    modprobe -a loop ext4 || { not_ok 'loading loop and ext4'; return; }
    truncate -s 64M "$scratch/disk" && mkfs.ext4 -q "$scratch/disk" && mkdir -p "$scratch/ext4"
    mount -o loop "$scratch/disk" "$scratch/ext4" || { not_ok 'mounting ext4'; return; }
    forms_fresh "$scratch/ext4"
    umount "$scratch/ext4" || not_ok "forms: ext4 cannot be unmounted"
    rm "$scratch/disk"
}

# How long 30 listings of 1,000 entries take, in ms: the shortest of five times, since
# the machine may have other things to do.
forms_listings() {
    local begin took least=1000000 i
    htstress -n 2 -c 1 -k "http://$address/" >/dev/null
    for i in 1 2 3 4 5; do
        begin=$(now_ms)
        htstress -n 30 -c 1 -k "http://$address/" >/dev/null
        took=$(($(now_ms) - begin))
        [ "$took" -ge "$least" ] || least=$took
    done
    echo "$least"
}

# The client's part is in both, so the difference is larger than it looks.
forms_cost() {
    local www=$scratch/thousand made kept i
    mkdir "$www"
    for ((i = 0; i < 1000; i++)); do echo "$i" >"$www/entry-$i.txt"; done
    sleep 0.1
    load "WWWROOT=$www" cache_size=0
    made=$(forms_listings)
    unload
    load "WWWROOT=$www"
    kept=$(forms_listings)
    at_most "forms: listings that were made, of 152" 1 "$(stat cache_fills)"
    unload
    rm -r "$www"
    echo "figure: 30 listings of 1,000 entries take $made ms if they are made, $kept ms if they are kept, with the client"
    at_most "forms: a third of $made ms for listings that are kept" $((made / 3)) "$kept"
}

# A listing with all that it pins finds room among others.
forms_when_full() {
    local www=$scratch/full i before
    mkdir -p "$www/d"
    for ((i = 0; i < 1000; i++)); do echo "$i" >"$www/d/$i.txt"; done
    for ((i = 0; i < 120; i++)); do head -c 50000 /dev/zero >"$www/$i"; done
    sleep 0.1
    load "WWWROOT=$www" cache_size=4000000
    for ((i = 0; i < 120; i++)); do printf 'url = "http://%s/%s"\noutput = "/dev/null"\n' "$address" "$i"; done |
        curl -sK - || true
    htstress -n 1 -c 1 "http://$address/d/" >/dev/null
    # Not its fills: where making it takes as long as it is trusted, it ages, and is made anew.
    before=$(stat cache_misses)
    htstress -n 10 -c 1 "http://$address/d/" >/dev/null
    equal "forms: in a full cache a listing of 1,000 entries is kept as well, and not missed" "$before" "$(stat cache_misses)"
    at_most "forms: bytes of 4,000,000 that are kept" 4000000 "$(stat cache_bytes)"
    unload
    rm -r "$www"
}

part_forms() {
    have python3 || return 0
    forms_fresh "$scratch"
    forms_on_ext4
    forms_cost
    forms_when_full
}
