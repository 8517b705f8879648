# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash
# Goes through a plan (plan.py's windows), one window after the other, and writes a line of $runs for
# each. Sourced by guest_lab and native_lab, which set: here, programs, state, root, runs, LAB_WAY and
# WWW, and say how a window is counted:
#   around_window COMMAND...           as measure.sh wants it
#   around_echo WORDS...               calls echo_load with them
#   account                            members for the line, each with a comma before it: what the
#                                      machine did while the window's load ran
# shellcheck source=lab/servers/servers.sh
. "$here/../servers/servers.sh"
# shellcheck source=lab/servers/echo_servers.sh
. "$here/../servers/echo_servers.sh"
# shellcheck source=lab/lib/resources.sh
. "$here/resources.sh"
# shellcheck source=lab/lib/measure.sh
. "$here/measure.sh"
# shellcheck source=lab/lib/echo.sh
. "$here/echo.sh"
servers_folder=$here/../servers
: "${LAB_SCENARIOS_COPY:?}"
window=0
failed=0
declare -A missing=()

# json_text WORDS: as they may stand between quotes.
json_text() {
  local text=$*
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  tr -d '\000-\037' <<<"$text"
}

# write_line MEMBERS: behind those that all lines have.
write_line() {
  printf '{"scenario": "%s", "way": "%s", "round": %s, "variant": "%s", "case": %s, %s}\n' \
    "$scenario" "$LAB_WAY" "$round" "$variant" "$case_json" "$1" >>"$runs"
}

http_step() {
  local why fault="" status=0
  read_case "$word" || { write_line "\"fault\": \"not a case: $word\"" && failed=1 && return; }
  if [[ -z ${missing[$variant]+known} ]]; then missing[$variant]=$(server_missing "$variant"); fi
  why=${missing[$variant]}
  if [[ -n $why ]]; then
    write_line "\"fault\": \"$(json_text "$why")\""
    return
  fi
  : >"$out/runs.jsonl"
  measure "$variant" 2>"$state/said" || status=1
  cat "$state/said" >&2
  ((!status)) || {
    fault=$(sed -n 's/^lab: //p' "$state/said" | head -1)
    failed=1
  }
  if [[ -s $out/runs.jsonl ]]; then
    write_line "\"fault\": \"$(json_text "$fault")\", \"http\": $(<"$out/runs.jsonl")"
  else
    fault=${fault:-${checked[$variant $word]:-"not measured"}}
    write_line "\"fault\": \"$(json_text "$fault")\""
  fi
}

echo_step() {
  local mode size connections threads length
  read -r mode size connections threads <<<"$word"
  read -ra length <<<"$(echo_length "$connections")"
  echo_window "$variant" "$mode" "$size" "$connections" "$threads"
  if [[ $result != null ]]; then
    echo "round $round: $variant, $word: $(sed -n 's|round trips/s: *||p' "$state/bench.log") /s" >&2
  else
    echo "round $round: $variant, $word: $fault" >&2
    echo_fault_known "$variant" "$fault" || failed=1
  fi
  write_line "\"fault\": \"$fault\", \"window\": $window$(account), \"warmup\": ${length[3]}, \"result\": $result"
  [[ $result == null ]] || window=$((window + 1))
}

# A scenario's own script writes lines by itself; here they get what they have in common.
script_step() {
  local lines=$state/lines status=0 line last
  : >"$lines"
  # shellcheck disable=SC2086
  env PATH="${plain_path:-$PATH}" programs="$programs" state="$state" root="$root" out="$kept" here="$here" \
    LAB_WAY="$LAB_WAY" LAB_SCENARIO="$scenario" LAB_ROUND="$round" LAB_WINDOW="$window" \
    LAB_LINES="$lines" REQUESTS="$REQUESTS" DURATION="$DURATION" \
    "$LAB_SCENARIOS_COPY/$script" "$variant" $word >"$state/said" 2>&1 || status=$?
  sed "s|^|$scenario: $variant: |" "$state/said" >&2
  if ((status)); then
    failed=1
    write_line "\"fault\": \"$(json_text "$(tail -n 1 "$state/said")" "(exit status $status)")\""
  elif [[ ! -s $lines ]]; then
    write_line "\"fault\": \"$(json_text "$(tail -n 1 "$state/said")")\""
  fi
  while IFS= read -r line; do
    write_line "\"own\": $line"
    last=$(sed -nE 's/.*"window": *([0-9]+).*/\1/p' <<<"$line")
    [[ -z $last ]] || window=$((last + 1))
  done <"$lines"
}

# What the plugin has counted is the truth about windows: a step that broke off may have left one
# that it does not own up to, and the next step's must not be taken for it.
next_window() {
  if [[ -e ${counted_windows:-} ]]; then grep -c . "$counted_windows" || true; else echo "$window"; fi
}

# run_plan FILE
run_plan() {
  local total=0 number=0
  total=$(grep -c . "$1" || true)
  : >"$runs"
  out=$state/raw # where measure.sh writes
  mkdir -p "$out" "$root" "$kept"
  [[ -z ${WWW:-} ]] || tar -C "$root" -xf "$WWW"
  while IFS=$'\t' read -r -u 9 round scenario how variant word REQUESTS DURATION script case_json; do
    # Tabs in a row are one to `read`, so an empty field is written as "-".
    [[ $DURATION != - ]] || DURATION=
    [[ $word != - ]] || word=
    number=$((number + 1))
    echo "lab: $LAB_WAY: window $number of $total: $scenario, $variant" >&2
    "${how}_step"
    window=$(next_window)
  done 9<"$1"
  return $failed
}
