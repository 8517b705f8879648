#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# One window of edge-trap: 64 KiB, and a server that reads them in the variant's way.
# shellcheck source=lab/lib/script.sh
. "${here:?}/../lib/script.sh"
write_json "" "$(python3 "$experiments/edge_trap.py" "$variant" "$(case_value read)")"
