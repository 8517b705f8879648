#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# One window of backlog: a burst of clients, and the variant of a listener with the case's backlog.
# shellcheck source=lab/lib/script.sh
. "${here:?}/../lib/script.sh"
backlog=$(case_value backlog)
clients=$(case_value clients 200)
tool=$experiments/backlog.py
address=127.0.0.1 port=22098
helper='' orders=''

needs_vm() {
  echo "needs kernel settings, which are only changed in a VM"
  exit 0
}

# A listener that takes one connection in 5 ms.
slow_listener() {
  rm -f "$state/orders"
  mkfifo "$state/orders"
  python3 "$tool" listen "$1" $port "$backlog" 5 <"$state/orders" >"$state/listener.log" &
  helper=$! helpers+=($!)
  exec {orders}>"$state/orders"
  until grep -q ready "$state/listener.log"; do
    kill -0 $helper 2>/dev/null || { echo "the listener has died" && exit 1; }
    sleep 0.1
  done
}
# figures: what the clients saw, and how many of them the listener has.
burst() {
  local seen accepted=${1:-}
  seen=$(python3 "$tool" burst "$address" $port "$clients" 8)
  if [[ -n $orders ]]; then
    exec {orders}>&-
    wait "$helper"
    accepted=$(sed -n 's/^accepted //p' "$state/listener.log")
  else
    accepted=$($accepted)
  fi
  write_json "" "${seen%\}}, \"accepted\": $accepted}"
}

module_accepted() { sed -n 's/^accepted //p' /sys/module/khttpd/parameters/stats; }
# It writes its counters when it is asked to.
user_accepted() {
  kill -USR1 "$helper"
  sleep 0.5
  sed -nE 's/^.*accepted[: ]+([0-9]+).*/\1/p' "$state/log" | head -1
}

# Half-open connections from a network that nobody answers in: dummy0 swallows what is sent to it.
flood() {
  # Clients are strangers, or the last window's would find a part of the queue kept for them.
  with_setting net.ipv4.tcp_no_metrics_save 1
  modprobe dummy numdummies=0
  ip link delete lab0 2>/dev/null || true
  ip link add lab0 type dummy
  ip address add 198.51.100.1/24 dev lab0 # TEST-NET-2, RFC 5737
  ip link set lab0 up
  address=198.51.100.1
  slow_listener $address
  python3 "$tool" flood $address $port 400 198.51.100
  # Fewer than accept's queue has room for: of the half-open ones' queue alone is this.
  clients=$((backlog / 2 < 20 ? backlog / 2 : 20))
  burst
  ip link delete lab0
}

case $variant in
  slow) slow_listener $address && burst ;;
  slow-no-cookies)
    with_setting net.ipv4.tcp_syncookies 0 || needs_vm
    slow_listener $address && burst
    ;;
  flood)
    with_setting net.ipv4.tcp_syncookies 0 || needs_vm
    flood
    ;;
  flood-cookies)
    with_setting net.ipv4.tcp_syncookies 1 || needs_vm
    flood
    ;;
  khttpd*)
    insmod "$programs/khttpd.ko" port=$port backlog="$backlog"
    running=khttpd
    burst module_accepted
    ;;
  user-http-server*)
    "${server_prefix[@]}" "$programs/user-http-server" --port $port --threads 1 --backlog "$backlog" >"$state/log" 2>&1 &
    helper=$! helpers+=($!)
    sleep 1
    burst user_accepted
    ;;
  *) echo "no such listener" && exit 1 ;;
esac
