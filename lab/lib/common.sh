# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash
# What lab/bench, lab/profile and lab/self_check have in common: building, collecting, booting.

lab_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
repository=$(cd "$lab_folder/.." && pwd)
# shellcheck source=lab/servers/servers.sh
. "$lab_folder/servers/servers.sh"

KERNEL=${KERNEL:-6.1}

lab_fail() {
  echo "lab: $*" >&2
  exit 1
}

# lab_folder_for FOLDER: makes it, and keeps a second run out of it until this one ends.
lab_folder_for() {
  mkdir -p "$1"
  exec {lab_lock}>"$1/lock"
  flock -n "$lab_lock" || lab_fail "another run is using $1; wait for it to end"
  programs_folder=$1/programs
}

# lab_build SERVERS: the load generator, the plugin and our own servers, if asked for, copied to
# $programs_folder, so that the next build does not change what is being measured.
# LAB_BUILD names a folder with programs that are built already.
lab_build() {
  local from=${LAB_BUILD:-$repository/build/release} targets=(htstress ktcp_plugin) release
  release=$("$repository/vm/kernel" "$KERNEL" release)
  if [[ -z ${LAB_BUILD:-} ]]; then
    [[ " $1 " == *" user-http-server "* ]] && targets+=(user-http-server)
    (cd "$repository" && { [[ -f build/release/build.ninja ]] || cmake --preset release; } &&
      cmake --build build/release --target "${targets[@]}") >&2 || lab_fail "the build failed"
  fi
  if [[ " $1 " == *" khttpd "* && -z ${LAB_NO_MODULES:-} ]]; then
    make -s -C "$repository" modules KDIR="$("$repository/vm/kernel" "$KERNEL" build)" >&2 ||
      lab_fail "the modules did not build for $release"
  fi
  mkdir -p "$programs_folder"
  rm -f "$programs_folder"/*
  cp "$from/htstress" "$from/ktcp_plugin.so" "$programs_folder/"
  [[ ! -x $from/user-http-server ]] || cp "$from/user-http-server" "$programs_folder/"
  [[ ! -r $repository/build/modules/$release/khttpd.ko ]] ||
    cp "$repository/build/modules/$release/khttpd.ko" "$programs_folder/"
}

# lab_boot WAY OUT COMMAND...: one VM. Ways:
#   exact   one vCPU, one guest nanosecond is one instruction, with the plugin: repeatable
#   server  two vCPUs, the plugin counts
#   time    two vCPUs, nothing counts: for the clock
lab_boot() {
  local way=$1 to=$2 options=() plugin
  shift 2
  mkdir -p "$to"
  rm -f "$to/windows.jsonl" "$to"/profile.*
  plugin=$programs_folder/ktcp_plugin.so,out=$to/windows.jsonl
  [[ -z ${MAPS:-} ]] || plugin+=,profile=$to/profile.
  case $way in
    exact) options=(--icount --plugin "$plugin,$("$lab_folder/lib/guest_facts" "$KERNEL")") ;;
    server) options=(--cpus 2 --plugin "$plugin,$("$lab_folder/lib/guest_facts" "$KERNEL")") ;;
    time) options=(--cpus 2) ;;
    *) lab_fail "no way is called '$way'; known: exact server time" ;;
  esac
  [[ -z ${APPEND:-} ]] || options+=(--append "$APPEND")
  "$repository/vm/boot" --kernel "$KERNEL" "${options[@]}" --timeout "${BOOT_TIMEOUT:-7200}" \
    --out "$to" -- env SERVERS="$SERVERS" SIZES="$SIZES" CASES="$CASES" ROUNDS="$ROUNDS" \
    REQUESTS="$REQUESTS" MAPS="${MAPS:-}" KHTTPD_OPTIONS="${KHTTPD_OPTIONS:-}" \
    USER_HTTP_SERVER_OPTIONS="${USER_HTTP_SERVER_OPTIONS:-}" KTCP_PROGRAMS="$programs_folder" "$@"
}

# check_servers NAMES: the known ones only.
check_servers() {
  local name
  for name in $1; do server_port "$name" >/dev/null || exit 2; done
}
