#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# One window of nagle: so many exchanges over one connection, written in the variant's way.
# shellcheck source=lab/lib/script.sh
. "${here:?}/../lib/script.sh"
write_json "" "$(python3 "$experiments/nagle.py" "$variant" "$(case_value exchanges)")"
