# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash
# The cases that the lab measures, and the files and directories that they ask for.
#
# A case is QUESTION/RESOURCE/MODE:N[xT][/CODING][/cold]: RESOURCE as below; MODE keep (persistent
# connections) or new (a connection per request), N at a time, shared among T threads (1); CODING gzip or zstd, which the client
# then asks for; cold: each request is the first for its resource, of which there are many.
#
#   4096         a file of so many bytes that no coding makes smaller
#   text-65536   a text of so many bytes, to be compressed by the server
#   ready-65536  the same with its .gz and .zst beside it
#   list-1000    the listing of a directory of so many files

# read_case WORD: into the variables question, resource, mode, connections, threads, coding and
# state_of_cache.
read_case() {
  local pieces piece
  IFS=/ read -ra pieces <<<"$1"
  question=${pieces[0]:-} resource=${pieces[1]:-} coding=identity state_of_cache=warm
  [[ ${pieces[2]:-} =~ ^(keep|new):([1-9][0-9]*)(x([1-9][0-9]*))?$ ]] || return 1
  mode=${BASH_REMATCH[1]} connections=${BASH_REMATCH[2]} threads=${BASH_REMATCH[4]:-1}
  ((connections % threads == 0)) || return 1
  [[ $resource =~ ^((text|ready|list)-)?[1-9][0-9]*$ ]] || return 1
  for piece in "${pieces[@]:3}"; do
    case $piece in
      identity | gzip | zstd) coding=$piece ;;
      cold) state_of_cache=cold ;;
      *) return 1 ;;
    esac
  done
}

# path_of RESOURCE [NUMBER]: in the URL; with a number (or {}), one of many alike.
path_of() {
  local folder=
  [[ -z ${2:-} ]] || folder=many-$1/
  case $1 in
    list-*) echo "${folder:-$1/}${2:+$2/}" ;;
    text-* | ready-*) echo "$folder${2:-$1}.txt" ;;
    *) echo "$folder${2:-$1}.html" ;;
  esac
}

# make_resource RESOURCE PATH: at a path as path_of says, beneath $root.
make_resource() {
  local size=${1#*-} path=$root/$2
  mkdir -p "$(dirname "$path")"
  case $1 in
    list-*)
      mkdir -p "$path"
      # Names as people give them, of one length.
      seq -f "$path/An article with the number %05.0f.html" "$size" | xargs -d '\n' touch
      ;;
    text-* | ready-*)
      # English, and the same everywhere; head ends the loop.
      while cat /usr/share/common-licenses/{GPL-3,Apache-2.0,LGPL-2.1,MPL-2.0}; do :; done 2>/dev/null |
        head -c "$size" >"$path" || true
      [[ $1 != ready-* ]] || { gzip -9 -k -n "$path" && zstd -q -19 -k "$path"; }
      ;;
    12) printf 'Hello World!' >"$path" ;;
    *) head -c "$size" /dev/urandom >"$path" ;;
  esac
}

# make_resources COUNT CASE...: all of them; of those that are asked for cold, COUNT.
make_resources() {
  local count=$1 word number
  shift
  mkdir -p "$root"
  echo ready >"$root/ready.html"
  for word; do
    read_case "$word" || { echo "lab: '$word' is not a case" >&2 && return 1; }
    [[ -e $root/$(path_of "$resource") ]] || make_resource "$resource" "$(path_of "$resource")"
    if [[ $state_of_cache == cold && ! -e $root/many-$resource ]]; then
      for ((number = 0; number < $(cold_count "$resource" "$count"); number++)); do
        make_resource "$resource" "$(path_of "$resource" "$number")"
      done
    fi
  done
}

# cold_count RESOURCE COUNT: how many of a resource there are for the cold cases; fewer large ones, at least 10.
cold_count() {
  local weight=1 count
  case $1 in
    list-*) weight=32 ;;
    *) ((${1#*-} <= 65536)) || weight=8 ;;
  esac
  count=$(($2 / weight))
  echo $((count < 10 ? 10 : count))
}
