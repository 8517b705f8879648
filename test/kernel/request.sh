# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154
#
# Sourced in the VM: requests by the shell alone, since to start a program is slow there.
# Wants $port.

# request TARGET [FIELD...]: sets $status and $body; $status is 000 if no response came
# within 20 s. Over IPv4, or to $from, which is an address of this machine and then the
# client's as well.
request() {
    local target=$1 all='' connection
    shift
    status=000 body=''
    { exec {connection}<>"/dev/tcp/${from:-127.0.0.1}/$port"; } 2>/dev/null || return 0
    { printf 'GET %s HTTP/1.0\r\n' "$target" && printf '%s\r\n' "$@" ''; } 2>/dev/null \
        1>&"$connection" || true
    IFS= read -r -t 20 -d '' all <&"$connection" 2>/dev/null || true
    exec {connection}<&-
    case $all in "HTTP/1.1 "*) status=${all:9:3} body=${all#*$'\r\n\r\n'} ;; esac
}

# asks TARGET [FIELD...]: "STATUS", or "200 BODY" without the last line's end. In a shell
# of its own, which survives a connection that is closed while it writes.
asks() {
    trap '' PIPE
    request "$@"
    case $status in
    200) printf '200 %s' "${body%$'\n'}" ;;
    *) printf %s "$status" ;;
    esac
}
