# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash
# What the lab's commands have in common: building, collecting, booting.

lab_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
repository=$(cd "$lab_folder/.." && pwd)
# shellcheck source=lab/servers/servers.sh
. "$lab_folder/servers/servers.sh"
# shellcheck source=lab/servers/echo_servers.sh
. "$lab_folder/servers/echo_servers.sh"
# shellcheck source=lab/lib/resources.sh
. "$lab_folder/lib/resources.sh"

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

# lab_build PROGRAM|MODULE.ko...: with the plugin, copied to $programs_folder, so that the next
# build does not change what is being measured.
# LAB_BUILD names a folder with programs that are built already, LAB_MODULES one with modules.
lab_build() {
  local from=${LAB_BUILD:-$repository/build/release} release word programs=() modules=()
  release=$("$repository/vm/kernel" "$KERNEL" release)
  for word; do
    if [[ $word == *.ko ]]; then modules+=("$word"); else programs+=("$word"); fi
  done
  if [[ -z ${LAB_BUILD:-} ]]; then
    (cd "$repository" && { [[ -f build/release/build.ninja ]] || cmake --preset release; } &&
      cmake --build build/release --target ktcp_plugin "${programs[@]}") >&2 || lab_fail "the build failed"
  fi
  if ((${#modules[@]})) && [[ -z ${LAB_MODULES:-} ]]; then
    make -s -C "$repository" modules KDIR="$("$repository/vm/kernel" "$KERNEL" build)" >&2 ||
      lab_fail "the modules did not build for $release"
  fi
  mkdir -p "$programs_folder"
  rm -f "$programs_folder"/*
  modules=("${modules[@]/#/${LAB_MODULES:-$repository/build/modules/$release}/}")
  cp "$from/ktcp_plugin.so" "${programs[@]/#/$from/}" "${modules[@]}" "$programs_folder/" ||
    lab_fail "not all that is to be measured is built"
}

# http_parts SERVERS, echo_parts SERVERS: what has to be built to measure them.
http_parts() {
  echo htstress
  [[ " $1 " != *" user-http-server"[-:\ ]* ]] || echo user-http-server
  [[ " $1 " != *" khttpd"[-:\ ]* ]] || echo khttpd.ko
}
echo_parts() {
  echo bench
  [[ " $1 " != *" user-echo-server"[\ :]* ]] || echo user-echo-server
  [[ " $1 " != *" plain-epoll "* ]] || echo plain-epoll-echo
  [[ " $1 " != *" kecho"[\ :]* ]] || echo kecho.ko
}

# lab_boot WAY OUT COMMAND...: one VM; LAB_CLIENT names the load generators. Ways:
#   exact   one vCPU, one guest nanosecond is one instruction, with the plugin: repeatable
#   server  two vCPUs, the plugin counts
#   time    two vCPUs, nothing counts: for the clock
lab_boot() {
  local way=$1 to=$2 options=() plugin name
  shift 2
  mkdir -p "$to"
  rm -f "$to/windows.jsonl" "$to"/profile.*
  plugin=$programs_folder/ktcp_plugin.so,out=$to/windows.jsonl
  for name in $LAB_CLIENT; do plugin+=,client=$name; done
  plugin+=,first_port=${lab_ports%-*},last_port=${lab_ports#*-}
  [[ -z ${MAPS:-} ]] || plugin+=,profile=$to/profile.
  case $way in
    exact) options=(--icount --plugin "$plugin,$("$lab_folder/lib/guest_facts" "$KERNEL")") ;;
    server) options=(--cpus 2 --plugin "$plugin,$("$lab_folder/lib/guest_facts" "$KERNEL")") ;;
    time) options=(--cpus 2) ;;
    *) lab_fail "no way is called '$way'; known: exact server time" ;;
  esac
  [[ -z ${APPEND:-} ]] || options+=(--append "$APPEND")
  "$repository/vm/boot" --kernel "$KERNEL" "${options[@]}" --timeout "${BOOT_TIMEOUT:-7200}" \
    --out "$to" -- env SERVERS="$SERVERS" SIZES="${SIZES:-}" CASES="$CASES" COLD="${COLD:-}" WWW="${WWW:-}" ROUNDS="$ROUNDS" \
    REQUESTS="$REQUESTS" DURATION="${DURATION:-}" MAPS="${MAPS:-}" KHTTPD_OPTIONS="${KHTTPD_OPTIONS:-}" \
    USER_HTTP_SERVER_OPTIONS="${USER_HTTP_SERVER_OPTIONS:-}" KECHO_OPTIONS="${KECHO_OPTIONS:-}" \
    USER_ECHO_SERVER_OPTIONS="${USER_ECHO_SERVER_OPTIONS:-}" KTCP_PROGRAMS="$programs_folder" "$@"
}

# lab_resources FOLDER: an archive there, named by WWW, of all that CASES ask for.
lab_resources() {
  local root
  root=$(mktemp -d)
  # shellcheck disable=SC2086
  make_resources "$COLD" $CASES || lab_fail "could not make what is to be fetched"
  tar -C "$root" -cf "$1/www.tar" .
  rm -rf "$root"
  export WWW=$1/www.tar
}

# lab_environment COMMAND [PACKAGE...]: what a reader has to know to judge the figures.
lab_environment() {
  local command=$1 package
  shift
  echo "date: $(date --iso-8601=seconds)"
  echo "commit: $(git -C "$repository" describe --always --dirty 2>/dev/null || echo unknown)"
  echo "guest kernel: $("$repository/vm/kernel" "$KERNEL" release)"
  echo "host CPU: $(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -1), $(nproc) cores"
  echo "host kernel: $(uname -r)"
  echo "emulator: $(qemu-system-x86_64 --version | head -1)"
  for package; do
    echo "$package: $(dpkg-query -W -f '${Version}' "$package" 2>/dev/null || echo 'not a package')"
  done
  echo "command: $command"
}

# check_servers NAMES: the known ones only.
check_servers() {
  local name
  for name in $1; do server_port "$name" >/dev/null || exit 2; done
}
