# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086
#
# Sourced in the VM: nothing outside of the root is ever served, whatever links, mounts
# and special files are in it, and whoever moves them about meanwhile.
# Wants report.sh, module.sh, request.sh, $scratch and $address.

# Beside the root there is what must never be seen; in it, links of all kinds.
confinement_tree() {
    local www=$1
    mkdir -p "$www"/{dir/deep,etc,mnt,bound} "$scratch/beside"
    echo secret >"$scratch/secret"
    echo secret >"$scratch/beside/secret"
    echo inside >"$www/file"
    echo inside >"$www/dir/file"
    echo 'inside etc' >"$www/etc/passwd"
    mount -t tmpfs none "$www/mnt"
    echo mounted >"$www/mnt/file"
    echo bound >"$scratch/beside/file"
    mount --bind "$scratch/beside" "$www/bound"
    (
        cd "$www" || exit
        ln -s file relative
        ln -s /file absolute
        ln -s ../file dir/up
        ln -s ../../../../../../file dir/far-up
        ln -s dir to-dir
        ln -s /dir to-dir-absolute
        ln -s "$scratch/secret" outside
        ln -s ../secret outside-relative
        ln -s "$scratch" outside-dir
        ln -s ../confined/file out-and-in
        ln -s "$www/file" by-full-path
        ln -s chain2 chain1 && ln -s /dir/chain3 chain2
        ln -s ../../../../etc/passwd dir/chain3
        ln -s chain-out2 chain-out1 && ln -s dir/chain-out3 chain-out2
        ln -s ../../secret dir/chain-out3
        ln -s to-dir/../to-dir/up winding
        ln -s /proc/1/root/etc/passwd magic
        ln -s loop loop
        ln -s nowhere broken
        ln -s ../file mnt/up
        ln -s ../../secret mnt/out
        ln -s /file mnt/absolute
        ln -s ../file bound/up
    )
}

# PATH, and what the answer is under each rule: s is 200 with what is inside, f 403, n 404.
confinement_cases='
file                  s s s
relative              s s f
absolute              f s f
dir/up                s s f
dir/far-up            f s f
to-dir/file           s s f
to-dir-absolute/file  f s f
to-dir/up             s s f
outside               f n f
outside-relative      f n f
outside-dir/secret    f n f
out-and-in            f n f
by-full-path          f n f
chain1                f s f
chain-out1            f n f
winding               s s f
magic                 f n f
loop                  f f f
broken                n n f
mnt/file              s s s
mnt/up                s s f
mnt/out               f n f
mnt/absolute          f s f
bound/file            s s s
bound/up              s s f
..%2fsecret           n n n
%2e%2e/secret         n n n
dir/..%2f..%2fsecret  n n n
..%252fsecret         n n n
%c0%ae%c0%ae/secret   n n n
'

confinement_links() {
    local rule=$1 column=$2 path answers wanted wrong=() count=0
    while read -r path answers; do
        [ -n "$path" ] || continue
        answers=${answers// /}
        case ${answers:column:1} in s) wanted=200 ;; f) wanted=403 ;; *) wanted=404 ;; esac
        request "/$path"
        count=$((count + 1))
        # Dot segments are resolved, or refused, before anything is looked up.
        case $path in *%2[ef]*) [ "$status" != 400 ] || status=$wanted ;; esac
        [ "$status" = $wanted ] || wrong+=("$path: $status")
        case $body in *secret*) wrong+=("$path shows what is outside") ;; esac
        case $status-$body in 200-inside*|200-mounted*|200-bound*) ;; 200-*) wrong+=("$path: $body") ;; esac
    done <<<"$confinement_cases"
    equal "symlinks=$rule: $count paths by links, mounts and dots" '' "${wrong[*]}"
}

# In a listing a link is what it leads to, if it may be followed.
confinement_listing() {
    local rule=$1 expected=$2 name type all=''
    request / 'Accept: application/json'
    for name in file relative absolute to-dir to-dir-absolute outside outside-dir chain1 loop broken fifo; do
        type=${body#*"\"name\":\"$name\","}
        type=${type#*\"type\":\"}
        all+=${type:0:1}
    done
    equal "symlinks=$rule: what a listing says of links" $expected $all
    request /mnt/ 'Accept: application/json'
    type=${body#*'"name":"up",'}
    type=${type#*\"type\":\"}
    equal "symlinks=$rule: of one from a mount up to the root's files" ${expected:1:1} ${type:0:1}
}

# What is neither a file nor a directory is not even opened: a FIFO would wait, a device
# would do something.
confinement_kinds() {
    local www=$1
    mkfifo "$www/fifo"
    mknod "$www/null" c 1 3 && mknod "$www/zero" c 1 5 && mknod "$www/block" b 7 0
    python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$www/socket"
    ln -s fifo "$www/to-fifo" && ln -s zero "$www/to-zero"
}

confinement_refuses_kinds() {
    local name answers=''
    for name in fifo null zero block socket to-fifo to-zero; do
        request /$name
        answers+="$status "
    done
    equal "FIFO, devices, socket, and links to them" "403 403 403 403 403 403 403 " "$answers"
}

# As root, but without root's right to read everything.
confinement_permissions() {
    local www=$1 path answers=''
    mkdir "$www"/{closed,no-list,no-search}
    echo secret >"$www/closed/file"
    echo inside >"$www/no-list/file"
    echo secret >"$www/no-search/file"
    echo secret >"$www/unreadable"
    ln -s closed/file "$www/to-closed"
    chmod 000 "$www/closed" "$www/unreadable"
    chmod 111 "$www/no-list"
    chmod 444 "$www/no-search"
    setpriv --bounding-set=-dac_override,-dac_read_search \
        insmod "$scratch/khttpd.ko" port=$port "WWWROOT=$www" ||
        { not_ok 'loading without CAP_DAC_OVERRIDE'; return; }
    for path in unreadable closed/ closed/file to-closed no-list/ no-list/file no-search/ no-search/file; do
        request /$path
        answers+="$path $status, "
        case $body in *secret*) answers+='and it shows a secret, ' ;; esac
    done
    unload
    equal "what the loader may not read" \
        'unreadable 403, closed/ 403, closed/file 403, to-closed 403, no-list/ 403, no-list/file 200, no-search/ 403, no-search/file 403, ' \
        "$answers"
}

# pseudo_paths DIRECTORY DEPTH: every name to that depth, without those of other processes. What has
# gone again, or is not for find to read, is none.
pseudo_paths() {
    (cd "$1" && find . -maxdepth "$2" \( -path './[2-9]*' -o -path './1[0-9]*' -o -path './self/task' \
        -o -path './1/task' -o -path './thread-self' \) -prune -o -print 2>/dev/null || true) |
        sed -n 's|^\./||p'
}

# File systems that are made up as they are read: directories are shown, and no file, as
# its size is not known and to open it may do something; and there is no way out by the
# links that are doors (/proc/PID/root, cwd, exe, fd, ns).
confinement_pseudo() {
    local root=$1 rule=$2 depth=$3 path statuses lost
    load "WWWROOT=$root" symlinks=$rule send_timeout=5000
    pseudo_paths $root $depth | sed 's/%/%25/g; s/[?#]/_/g; s/ /%20/g' >"$scratch/paths"
    sed "s|.*|url = \"http://$address/&\"\noutput = /dev/null|" "$scratch/paths" >"$scratch/urls"
    statuses=$(timeout 240 curl -s -g --max-time 10 -w '%{http_code} %{exitcode}\n' \
        -K "$scratch/urls" | sort | uniq -c) || true
    echo "# $root: $(wc -l <"$scratch/paths") paths; count, status, curl's exit code: $(tr -s ' \n' ' ;' <<<"$statuses")"
    # Processes may have gone since.
    lost=$(awk '!($2 == 301 || $2 == 403 || $2 == 404 && $1 < 20) || $3 != 0' <<<"$statuses")
    equal "$root, symlinks=$rule: directories are redirected to, files refused" '' "$lost"
    if [ $root = /proc ]; then
        statuses=
        for path in 1/root/ 1/root/etc/passwd 1/cwd/ 1/exe self/root/etc/passwd 1/fd/0 1/ns/net \
            thread-self/root/ 1/task/1/root/etc/passwd kmsg 1/mem 1/maps meminfo kcore; do
            request /$path
            # By its name is a process's own door a link as well: to nowhere, without a process.
            statuses+="${status/404/403} "
            case $body in *root:*) not_ok "/$path of /proc leads out" ;; esac
        done
        equal "/proc, symlinks=$rule: doors, and what cannot be read from here" \
            "$(printf '403 %.0s' {1..14})" "$statuses"
    fi
    unload
}

confinement_race() {
    local www=$scratch/race rule options
    [ -x "$scratch/bin/swap_race" ] || { echo "# swap_race is not built: left out"; return 0; }
    for rule in beneath in_root none; do
        rm -rf "$www" && mkdir "$www"
        options=()
        [ $rule != none ] || options=(--no-links)
        load "WWWROOT=$www" symlinks=$rule
        check "symlinks=$rule: directories and files exchanged with links to the outside" \
            swap_race "$www" "$address" --seconds 10 "${options[@]}"
        unload
    done
}

part_confinement() {
    local www=$scratch/confined column=0 rule lines
    lines=$(dmesg | wc -l)
    confinement_tree "$www"
    confinement_kinds "$www"
    for rule in beneath in_root none; do
        load "WWWROOT=$www" symlinks=$rule
        confinement_links $rule $column
        case $rule in
        beneath) confinement_listing $rule ffodooooooo ;;
        in_root) confinement_listing $rule fffddoofooo ;;
        none) confinement_listing $rule foooooooooo ;;
        esac
        [ $rule = none ] || confinement_refuses_kinds
        unload
        column=$((column + 1))
    done
    umount "$www/mnt" "$www/bound"
    confinement_permissions "$www"
    confinement_race
    confinement_pseudo /proc beneath 2
    confinement_pseudo /proc in_root 1
    confinement_pseudo /sys beneath 3
    at_most "lines that all this added to the kernel's log" 40 $(($(dmesg | wc -l) - lines))
}
