# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# Sourced by user_host.sh: which directories are served, to whom, and where links lead.

# host_gets HOST TARGET: the body.
host_gets() {
    curl -sS -H "Host: $1" "http://$address$2"
}

part_hosts() {
    local round
    start --root "$tree" --host "Site.test=$tree.site" --host "*.wild.test=$tree.wild" \
        --host "own.wild.test=$tree.site"
    # Twice, since the second time it is an open file that is found.
    for round in first second; do
        equal "a host's own file, the $round time" "$(cat "$tree.site/plain/a.txt")" \
            "$(host_gets site.test /plain/a.txt)"
        equal "the same name of another host, the $round time" "$(cat "$tree/plain/a.txt")" \
            "$(host_gets other.test /plain/a.txt)"
    done
    equal "hosts beneath a domain" "$(cat "$tree.wild/index.html")" "$(host_gets a.b.wild.test /)"
    equal "the domain itself is none of them" "$(host_gets other.test / | grep -o '<h1>.*</h1>')" \
        "$(host_gets wild.test / | grep -o '<h1>.*</h1>')"
    equal "a host's name beats the domain's" "$(cat "$tree.site/only-here.txt")" \
        "$(host_gets own.wild.test /only-here.txt)"
    equal "a listing is of the host's root" "only-here.txt" \
        "$(host_gets SITE.TEST / | grep -o 'href="only-here.txt"' | cut -d'"' -f2)"
    equal "what one host has is not another's" 404 \
        "$(curl -sS -o /dev/null -w '%{http_code}' "http://$address/only-here.txt")"
    ends
    start --model prefork --threads 2 --host "site.test=$tree.site" --host "wild.test=$tree.wild"
    equal "hosts of a server of processes" "$(cat "$tree.wild/index.html")" "$(host_gets wild.test /)"
    equal "a host that it has not, without a root" 421 \
        "$(curl -sS -o /dev/null -w '%{http_code}' "http://$address/hello.txt")"
    ends
}

# link_statuses: of what the tree has in links, in this order.
link_statuses() {
    local name
    for name in to-file to-directory/ to-link out-relative out-absolute out-and-back loop-a absolute; do
        printf '%s ' "$(curl -sS -o /dev/null -w '%{http_code}' "http://$address/links/$name")"
    done
}

# kinds_of NAME...: how a listing of links, as JSON, describes them.
kinds_of() {
    curl -sS -H 'Accept: application/json' "http://$address/links/" | python3 -c '
import json, sys
kinds = {entry["name"]: entry["type"] for entry in json.load(sys.stdin)}
print(*(kinds[name] for name in sys.argv[1:]))' "$@"
}

part_symlinks() {
    local seconds=$((sanitized ? 3 : ${SWAP_SECONDS:-10})) names=(to-file to-directory out-relative absolute loop-a)
    ln -s /hello.txt "$tree/links/absolute"
    start --root "$tree"
    equal "links beneath the root" "200 200 200 403 403 403 403 403 " "$(link_statuses)"
    equal "and a listing of them" "file directory other other other" "$(kinds_of "${names[@]}")"
    check "directories that become links, during the walk" \
        "$swap_race" "$tree" "$address" --seconds "$seconds"
    ends
    start --root "$tree" --symlinks in_root
    equal "links in the root" "200 200 200 404 404 404 403 200 " "$(link_statuses)"
    equal "and a listing of them, in the root" "file directory other file other" "$(kinds_of "${names[@]}")"
    check "the same, in the root" "$swap_race" "$tree" "$address" --seconds "$seconds"
    ends
    start --root "$tree" --symlinks none
    equal "no links" "403 403 403 403 403 403 403 403 " "$(link_statuses)"
    equal "and a listing of them, without any" "other other other other other" "$(kinds_of "${names[@]}")"
    check "the same, without any" "$swap_race" "$tree" "$address" --seconds "$seconds" --no-links
    ends
    rm "$tree/links/absolute"
}

# Roots in which names lead anywhere, and files do things when they are opened.
part_special() {
    local target
    start --root /proc
    equal "/proc is listed" 200 "$(curl -sS -o /dev/null -w '%{http_code}' "http://$address/")"
    for target in self/root/etc/passwd self/cwd/ self/exe 1/root/ self/fd/0; do
        equal "/proc/$target is refused" 403 \
            "$(curl -sS -o /dev/null -w '%{http_code}' "http://$address/$target")"
    done
    equal "a file that is made up as it is read is refused" 403 \
        "$(curl -sS -o /dev/null -w '%{http_code}' "http://$address/version")"
    ends
    start --root /dev
    for target in null zero random tty stdin fd/0; do
        equal "/dev/$target is refused" 403 \
            "$(curl -sS -m 20 -o /dev/null -w '%{http_code}' "http://$address/$target")"
    done
    equal "/dev is listed" 200 "$(curl -sS -o /dev/null -w '%{http_code}' "http://$address/")"
    ends
}
