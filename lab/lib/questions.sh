# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash
# What lab/bench asks, as cases (lab/lib/resources.sh says how they are written). Sourced.

all_questions=(files cold listing coding)

# cases_of QUESTION: with SIZES, and MODES as keep:N and new:N.
cases_of() {
  local resource mode
  case $1 in
    # Popular files: how much is a request for one?
    files)
      for resource in $SIZES; do
        for mode in $MODES; do echo "files/$resource/$mode"; done
      done
      ;;
    # Files that nobody has asked for before.
    cold)
      for resource in $SIZES; do echo "cold/$resource/keep:20/cold"; done
      ;;
    listing) printf '%s\n' listing/list-1000/keep:{1,20} listing/list-1000/keep:20/cold ;;
    # A text that the server compresses, or that lies there compressed already; and as it is.
    coding)
      printf '%s\n' coding/text-65536/keep:20/{identity,gzip,zstd} \
        coding/ready-65536/keep:20/{gzip,zstd} coding/text-65536/keep:20/{gzip,zstd}/cold
      ;;
    *)
      echo "lab: no question is called '$1'; known: ${all_questions[*]}" >&2
      return 1
      ;;
  esac
}
