#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The lab from one end to the other, with scenarios that are over soon: in a VM by count, and natively.
# usage: test/lab/run.sh [vm] [native]
set -euo pipefail
cd "$(dirname "$0")/../.."
export LAB_SCENARIOS=$PWD/test/lab/scenarios ROUNDS=1

for host in "${@:-vm}"; do
  log=$(mktemp)
  status=0
  HOST=$host WAYS=$([[ $host == native ]] || echo exact) lab/run >"$log" 2>&1 || status=$?
  cat "$log"
  folder=$(sed -n 's|^lab: the report: \(.*\)/report.html$|\1|p' "$log")
  rm -f "$log"
  # One of the scripts fails, on purpose.
  ((status == 1)) || { echo "test: exit status $status, expected 1"; exit 1; }
  python3 test/lab/look.py "$folder" "$host"
  rm -r "$folder"
done
