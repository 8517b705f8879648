# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Debian's archive, asked through an apt whose lists, cache and status are private to our cache
# directory: the machine's sources and preferences are read for the mirror's address and otherwise
# neither used nor changed, and no root is needed. Sourced by vm/kernel.
# shellcheck shell=bash

# Both series are bookworm's, so that their modules are built by bookworm's own gcc-12.
archive_suite=bookworm
archive_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# first PATTERN: the first line that matches. It reads to the end, since with pipefail a reader that
# leaves early fails the writer.
first() { awk -v pattern="$1" '!found && $0 ~ pattern { print; found = 1 }'; }

# archive_mirror SUFFIX: the base address under which the machine itself finds SUITE's InRelease.
# `--print-uris` has apt read its own configuration, whether one-line or deb822, without a download.
archive_mirror() {
    apt-get update --print-uris 2>/dev/null |
        sed -nE "s|^'([^']+)/dists/[a-z]+$1/InRelease'.*|\\1|p" | first '/debian'
}

# archive_open SERIES: writes the private configuration and fetches the lists.
archive_open() {
    local series=$1 dir=$ktcp_cache/apt/$1 main security
    main=${KTCP_DEBIAN_MIRROR:-$(archive_mirror '')}
    [ -n "$main" ] || {
        say "no Debian mirror among this machine's apt sources;" \
            "set KTCP_DEBIAN_MIRROR=http://.../debian and try again"
        return 1
    }
    security=$(archive_mirror '-security')
    mkdir -p "$dir"/{lists/partial,cache/archives/partial}
    : >"$dir/status"
    : >"$dir/none"
    {
        # Proxies and the like live here; the Post-Invoke hooks there are about the machine's own lists.
        [ ! -f /etc/apt/apt.conf ] || echo '#include /etc/apt/apt.conf;'
        echo '#clear APT::Update::Pre-Invoke;'
        echo '#clear APT::Update::Post-Invoke;'
        echo '#clear APT::Update::Post-Invoke-Success;'
        echo '#clear DPkg::Post-Invoke;'
    } >"$dir/apt.conf"
    {
        local from="[arch=amd64 signed-by=$archive_keyring]"
        if [ "$series" = 6.12 ]; then
            echo "deb $from $main $archive_suite-backports main"
        else
            echo "deb $from $main $archive_suite main"
            [ -z "$security" ] || echo "deb $from $security $archive_suite-security main"
        fi
    } >"$dir/sources.list"
    archive_dir=$dir
    archive_apt apt-get -q update >"$dir/update.log" 2>&1 && ! grep -q '^[EW]: .*Failed' "$dir/update.log" || {
        sed "s/^/$series archive: /" "$dir/update.log" | grep -E ': [EW]: ' >&2 || true
        return 1
    }
}

# archive_apt PROGRAM ARGS...: an apt tool with every directory pointed into archive_dir.
archive_apt() {
    local program=$1
    shift
    "$program" -o Dir::Etc::main="$archive_dir/apt.conf" \
        -o Dir::Etc::sourcelist="$archive_dir/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::Etc::preferences="$archive_dir/none" -o Dir::Etc::preferencesparts=/dev/null \
        -o Dir::State="$archive_dir" -o Dir::State::lists="$archive_dir/lists" \
        -o Dir::State::status="$archive_dir/status" \
        -o Dir::Cache="$archive_dir/cache" \
        -o APT::Architecture=amd64 -o APT::Architectures::=amd64 \
        -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=2 \
        -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 \
        -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false \
        -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
        "$@"
}

# archive_version PACKAGE / archive_depends PACKAGE: of the candidate.
archive_version() {
    archive_apt apt-cache show --no-all-versions "$1" 2>/dev/null | sed -n 's/^Version: //p' | first .
}
archive_depends() {
    archive_apt apt-cache show --no-all-versions "$1" 2>/dev/null | sed -n 's/^Depends: //p' |
        tr ',' '\n' | sed -E 's/^ *([^ ]+).*/\1/'
}

# archive_fetch DIR PACKAGE...: the .deb files, into DIR.
archive_fetch() {
    local dir=$1
    shift
    (cd "$dir" && archive_apt apt-get -q download "$@" >download.log 2>&1) || {
        tail -n 5 "$dir/download.log" >&2
        return 1
    }
}
