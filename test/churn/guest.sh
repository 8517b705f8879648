#!/usr/bin/env bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Runs in the VM: guest.sh MODULE.ko BUILD_DIRECTORY [PART...] (see run.sh).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
module_file=$1 build=$2
shift 2
# shellcheck source=test/churn/parts.sh
. "$here/parts.sh"
# shellcheck source=test/churn/host_kernel.sh
. "$here/host_kernel.sh"
run_parts "$@"
