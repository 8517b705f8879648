# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2086,SC2001
#
# Sourced by clients.sh: curl.

# The status alone.
curl_status() {
    curl -sS -o /dev/null -w '%{http_code}' "$@"
}

# curl_field NAME OPTION...: a field of the response's head.
curl_field() {
    local name=$1
    shift
    curl -sS -o /dev/null -D - "$@" | tr -d '\r' | sed -n "s/^$name: //ip"
}

clients_curl() {
    local url=$1
    clients_need curl || return 0
    equal "curl gets a file" "$(cat "$tree/hello.txt")" "$(curl -sS "$url/hello.txt")"
    equal "curl follows a directory's redirect" "$(cat "$tree/site/index.html")" \
        "$(curl -sSL "$url/site")"
    equal "curl -I of 1 MiB" 1048576 \
        "$(curl -sSI "$url/1m.bin" | tr -d '\r' | sed -n 's/^Content-Length: //p')"
    clients_odd_names "$url"
    equal "curl uploads to no avail" 405 "$(curl_status -T "$tree/4k.bin" "$url/up")"
    equal "curl uploads 1 MiB to no avail" 413 \
        "$(curl_status -H Expect: -X POST --data-binary "@$tree/1m.bin" "$url/up")"
    equal "curl with 3 URLs uses one connection" 1 \
        "$(curl -sS -o /dev/null -o /dev/null -o /dev/null -w '%{num_connects}\n' \
            "$url/hello.txt" "$url/4k.bin" "$url/nowhere" | awk '{ n += $1 } END { print n }')"
}

# All in one curl, since starting a program is slow in an emulated machine.
clients_odd_names() {
    local url=$1 name target arguments=()
    mkdir -p "$scratch/odd"
    while IFS= read -r -d '' name && IFS= read -r -d '' target; do
        arguments+=(-o "$scratch/odd/$name" "$url/$target")
    done < <(clients_odd_targets)
    check "curl gets $((${#arguments[@]} / 3)) files with odd names" \
        curl -sSf -g "${arguments[@]}"
    check "and all are the same" diff -r --exclude='dir with*' --exclude='...' "$tree/odd" "$scratch/odd"
    rm -rf "$scratch/odd"
}

# RFC 9110 section 14: what curl -r asks for, and -C - of a download that broke off.
clients_curl_ranges() {
    local url=$1 whole=$tree/1m.bin part=$scratch/part
    clients_need curl || return 0
    curl -sS -r 1000-1999 -o "$part" "$url/1m.bin"
    check "curl -r 1000-1999" cmp "$part" <(tail -c +1001 "$whole" | head -c 1000)
    curl -sS -r -1000 -o "$part" "$url/1m.bin"
    check "curl -r -1000" cmp "$part" <(tail -c 1000 "$whole")
    curl -sS -r 1048000- -o "$part" "$url/1m.bin"
    check "curl -r 1048000-" cmp "$part" <(tail -c +1048001 "$whole")
    equal "curl -r: status and Content-Range" "206 bytes 0-0/1048576" \
        "$(curl_status -r 0-0 "$url/1m.bin") $(curl_field Content-Range -r 0-0 "$url/1m.bin")"
    equal "curl -r beyond the end" "416 bytes */1048576" \
        "$(curl_status -r 1048576- "$url/1m.bin") $(curl_field Content-Range -r 1048576- "$url/1m.bin")"
    equal "curl -r of two ranges: type" "multipart/byteranges" \
        "$(curl_field Content-Type -r 0-9,100-109 "$url/1m.bin" | sed 's/;.*//')"
    curl -sS -r 0-9,100-109 -o "$part" "$url/1m.bin"
    equal "curl -r of two ranges: each is there" 2 \
        "$(python3 - "$part" "$whole" <<'END'
import sys
parts, whole = (open(name, 'rb').read() for name in sys.argv[1:])
print(sum(parts.count(b'\r\n\r\n' + whole[a:a + 10] + b'\r\n--') for a in (0, 100)))
END
)"
    head -c 400000 "$whole" >"$part"
    check "curl -C - goes on at 400,000 bytes" curl -sSf -C - -o "$part" "$url/1m.bin"
    check "and the whole is the same" cmp "$part" "$whole"
    check "curl -C - of what is complete" curl -sS -C - -o "$part" "$url/1m.bin"
    check "which it stays" cmp "$part" "$whole"
    rm -f "$part"
}

# RFC 9110 section 13: by date and by entity tag.
clients_curl_conditions() {
    local url=$1 news got=$scratch/news
    clients_need curl || return 0
    news=$(clients_renewable)
    equal "curl -z of a later date" 304 \
        "$(curl_status -z 'Thu, 29 Feb 2024 12:00:00 GMT' "$url/$news")"
    equal "curl -z of an earlier date" 200 \
        "$(curl_status -z 'Thu, 29 Feb 2024 11:59:59 GMT' "$url/$news")"
    curl -sS -R --etag-save "$scratch/etag" -o "$got" "$url/$news"
    check "curl --etag-save saves one" grep -Eq '^"[^"]+"$' "$scratch/etag"
    equal "curl -R takes over the date" "$(stat_modified "$tree/$news")" "$(stat_modified "$got")"
    equal "curl --etag-compare of the same" 304 \
        "$(curl_status --etag-compare "$scratch/etag" "$url/$news")"
    equal "curl -z of its copy" 304 "$(curl_status -z "$got" "$url/$news")"
    clients_renew
    equal "curl --etag-compare of what has changed" 200 \
        "$(curl -sS --etag-compare "$scratch/etag" -o "$got" -w '%{http_code}' "$url/$news")"
    check "and that came" cmp "$tree/$news" "$got"
    rm -rf "$tree/renewed" "$got" "$scratch/etag"
}

# Seconds since 1970. By its path: where a module is tested, `stat` is something else.
stat_modified() {
    /usr/bin/stat -c %Y "$1"
}

# HEAD, other versions, other representations.
clients_curl_messages() {
    local url=$1 head=$scratch/head body=$scratch/body target
    clients_need curl || return 0
    for target in 1m.bin site/ plain/ nowhere; do
        curl -sSI "$url/$target" >"$head"
        curl -sS -D - -o /dev/null "$url/$target" >"$body"
        check "curl -I of /$target: the fields of GET" \
            diff <(grep -v '^Date:' "$head") <(grep -v '^Date:' "$body")
    done
    equal "curl -H 'Accept: application/json' of a listing" "application/json" \
        "$(curl_field Content-Type -H 'Accept: application/json' "$url/plain/" | sed 's/;.*//')"
    equal "which has its entries" "a.txt b.txt sub" \
        "$(curl -sS -H 'Accept: application/json' "$url/plain/" |
            sed -n 's/^{"name":"\([^"]*\)".*/\1/p' | sort | paste -sd' ')"
    curl -sS --http1.0 -o "$body" "$url/1m.bin"
    check "curl --http1.0 gets a file" cmp "$body" "$tree/1m.bin"
    curl -sS -o "$head" "$url/many/"
    curl -sS --http1.0 -o "$body" "$url/many/"
    check "curl --http1.0 gets the same listing" cmp "$head" "$body"
    equal "in which there are no chunks" "" "$(curl_field Transfer-Encoding --http1.0 "$url/many/")"
    curl -sS --compressed -o "$body" "$url/1m.bin"
    check "curl --compressed gets a file" cmp "$body" "$tree/1m.bin"
    equal "curl --limit-rate gets a file slowly" 1048576 \
        "$(curl -sS --limit-rate 1M -o /dev/null -w '%{size_download}' "$url/1m.bin")"
    rm -f "$head" "$body"
}

# What curl takes out of a path, if it is not told to leave it as it is.
clients_curl_traversal() {
    local url=$1 target answer refused=0 count=0
    clients_need curl || return 0
    for target in /../outside.txt /plain/../../outside.txt /%2e%2e/outside.txt \
        /plain/%2e%2e/%2E%2E/outside.txt /..%2foutside.txt /%252e%252e/outside.txt \
        /..%5coutside.txt /%c0%ae%c0%ae/outside.txt /./../outside.txt //../outside.txt \
        /links/out-relative /links/out-absolute /links/out-directory/passwd; do
        count=$((count + 1))
        answer=$(curl -sS --path-as-is -w '\n%{http_code}' "$url$target")
        case $answer in
            *'outside the root'* | *root:*) not_ok "curl --path-as-is $target gets out: $answer" ;;
            *$'\n'400 | *$'\n'403 | *$'\n'404) refused=$((refused + 1)) ;;
            *) not_ok "curl --path-as-is $target: ${answer##*$'\n'}" ;;
        esac
    done
    equal "curl --path-as-is does not get out" "$count refused" "$refused refused"
}
