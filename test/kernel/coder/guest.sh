#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# usage: guest.sh MODULE    (in the VM, as root)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
insmod "$1"
status=0
"$here/check.py" /tmp || status=$?
rmmod coder_device
exit "$status"
