#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# One window of time-per-request: bpftrace looks on while a server answers.
# shellcheck source=lab/lib/script.sh
. "${here:?}/../lib/script.sh"
# shellcheck source=lab/lib/bpf.sh
. "$here/../lib/bpf.sh"
connection=$(case_value connection) path=bpf.html

why=$(bpf_missing inet_csk_accept tcp_sendmsg_locked tcp_data_ready inet_csk_destroy_sock)
[[ -z $why ]] || { write_figures "$why" && exit; }
mkdir -p "$state" "$root"
[[ -e $root/$path ]] || head -c 4096 /dev/urandom >"$root/$path"
port=$(server_port "$variant")
keep=()
[[ $connection != keep ]] || keep=(-k)
load() {
  "$programs/htstress" "${keep[@]}" -c 1 -n "$1" "http://127.0.0.1:$port/$path" >"$state/htstress.log" 2>&1
}
start "$variant"
server_ready "$port" "$path"
load 200
fault='' figures='{}'
script=time_per_request.bt
[[ $connection == keep ]] || script=accept_to_first_byte.bt
if bpf_around "$experiments/../trace/$script" "$port" load "${REQUESTS:-500}"; then
  figures=$(python3 "$experiments/../trace/counts.py" "$state/bpf.jsonl")
  [[ $figures != '{}' ]] || fault="$script saw no request"
  mkdir -p "$out"
  cp "$state/bpf.jsonl" "$out/$script.${variant//:/-}.${LAB_ROUND:?}.jsonl"
else
  fault="bpftrace: $(tail -n 1 "$state/bpf.log")"
fi
stop
write_json "$fault" "$figures"
