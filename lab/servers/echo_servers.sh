# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash
# The echo servers that the lab compares, how each is started and stopped. One runs at a time, as a
# module can be loaded once. Sourced by the lab's commands, and in the guest, where it needs
# $programs (a folder with our own programs and modules) and $state.

# A model's name follows the server's: kecho:MODEL, with :bound or :unbound behind it for the models
# with a work queue, and user-echo-server:MODEL. Without it: the server's default. PARAMETER=VALUE or
# OPTION=VALUE may follow, as in servers.sh.
lab_other_servers="kecho[:MODEL[:bound|:unbound]] user-echo-server[:MODEL] plain-epoll"
echo_port=22090

all_echo_servers=(
  kecho:inline kecho:event:unbound kecho:event:bound kecho:cmwq:unbound kecho:cmwq:bound kecho:kthread
  user-echo-server:epoll-et user-echo-server:epoll-lt user-echo-server:io_uring
  user-echo-server:poll user-echo-server:select user-echo-server:thread plain-epoll
)

# is_echo_server NAME
is_echo_server() {
  case $1 in
    plain-epoll | kecho | kecho:* | user-echo-server | user-echo-server:*) return 0 ;;
    *) return 1 ;;
  esac
}

# kecho_parameters NAME: of the module, for the words behind the server's name.
kecho_parameters() {
  local words word
  IFS=: read -r -a words <<<"$1"
  for word in "${words[@]:1}"; do
    case $word in
      bound) echo bench=1 ;;
      unbound) echo bench=0 ;;
      *=*) echo "$word" ;;
      *) echo "model=$word" ;;
    esac
  done
}

# echo_start NAME: leaves the process id in server_pid (empty for a module).
echo_start() {
  server_pid=
  case $1 in
    kecho*)
      # shellcheck disable=SC2046,SC2086
      insmod "$programs/kecho.ko" port=$echo_port backlog=4096 $(kecho_parameters "$1") \
        ${KECHO_OPTIONS:-}
      return
      ;;
    user-echo-server*)
      local threads=(--threads 1)
      [[ $1 != *:threads=* ]] || threads=()
      # shellcheck disable=SC2046,SC2086
      ${server_prefix[@]+"${server_prefix[@]}"} "$programs/user-echo-server" --port $echo_port \
        --backlog 4096 "${threads[@]}" $(variant_options "$1") \
        ${USER_ECHO_SERVER_OPTIONS:-} >"$state/echo.log" 2>&1 &
      ;;
    plain-epoll) ${server_prefix[@]+"${server_prefix[@]}"} "$programs/plain-epoll-echo" $echo_port >"$state/echo.log" 2>&1 & ;;
  esac
  server_pid=$!
}

# echo_stop NAME PID
echo_stop() {
  if [[ $1 == kecho* ]]; then
    rmmod kecho
  else
    kill "$2" 2>/dev/null || true
    wait "$2" 2>/dev/null || true
  fi
}
