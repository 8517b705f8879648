# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2034
#
# Sourced: the parts of the test (see run.sh), for any host. A host is host_start ROOT
# [SETTING=VALUE...], host_stop WHAT, host_stat NAME, host_sample, host_most NAME, host_samples,
# host_memory, host_reads (how much is read from files: bytes, or
# calls), and the variables $host_name, $address, $scratch, $bin, $compare
# $single (settings for one reader),
# $churn_options, $flood_names and $reads_most (for reading 30,000 bytes once).
# shellcheck source=test/support/report.sh
. "$here/../support/report.sh"
# shellcheck source=test/churn/memory.sh
. "$here/memory.sh"

MiB=1048576

# churn_seconds SHORT LONG
churn_seconds() {
    if [ -n "${CHURN_SECONDS:-}" ]; then echo "$CHURN_SECONDS"; elif [ -n "${CHECK_FULL:-}" ]; then echo "$2"; else echo "$1"; fi
}

# churn WHAT SECONDS SETTING... -- OPTION...
churn() {
    local what=$1 seconds=$2 settings=() hits misses
    shift 2
    while [ "$1" != -- ]; do
        settings+=("$1")
        shift
    done
    shift
    rm -rf "$scratch/www" && mkdir "$scratch/www"
    host_start "$scratch/www" "${settings[@]}"
    check "$host_name, $what" "$bin/churn_check" "$scratch/www" "$address" --seconds "$seconds" \
        --connections 100 "${churn_options[@]}" "$@"
    hits=$(host_stat cache_hits) misses=$(host_stat cache_misses)
    echo "# hits $hits, misses $misses, out of date $(host_stat cache_stale)," \
        "filled $(host_stat cache_fills), waited $(host_stat cache_waits)," \
        "coded $(host_stat coded_gzip) $(host_stat coded_deflate) $(host_stat coded_zstd)"
    # Who keeps nothing is never wrong.
    at_least "$what: answers out of what was kept, in percent" 5 \
        $((hits * 100 / (hits + misses + 1)))
    host_stop "$what"
    rm -rf "$scratch/www"
}

part_churn() {
    churn churn "$(churn_seconds 12 60)" -- --siblings
}

part_nobody() {
    [ "$(id -u)" -eq 0 ] || { echo '# not root: the part "nobody" is left out'; return 0; }
    as_nobody=1
    churn 'churn, as nobody' "$(churn_seconds 6 30)" -- --siblings --unprivileged
    as_nobody=
}

part_renames() {
    churn 'churn by renames' "$(churn_seconds 6 30)" -- --siblings --only-renames --pause 200
}

# crowd WHAT TARGET OPTION...
crowd() {
    local what=$1 target=$2 fills waits reads
    shift 2
    fills=$(host_stat cache_fills) waits=$(host_stat cache_waits) reads=$(host_reads)
    check "$host_name, $what" "$bin/crowd_check" "$address" "$target" 1000 "$@"
    crowd_reads=$(($(host_reads) - reads))
    equal "$what: it was made once" 1 $(($(host_stat cache_fills) - fills))
    echo "# $what: $(($(host_stat cache_waits) - waits)) waited for it"
}

part_crowd() {
    local i size=30000
    rm -rf "$scratch/www" && mkdir -p "$scratch/www/many"
    head -c $size /dev/urandom >"$scratch/www/cold.bin"
    for ((i = 0; i < 120; i++)); do : >"$scratch/www/many/entry-$i.txt"; done
    sleep 1.2 # what is kept is a little older
    host_start "$scratch/www" backlog=1024 "${single[@]}"
    crowd 'a crowd for one cold file' /cold.bin --file "$scratch/www/cold.bin"
    at_least 'a crowd for one cold file: read' 1 "$crowd_reads"
    at_most 'a crowd for one cold file: read, but not once for each client' "$reads_most" "$crowd_reads"
    crowd 'a crowd for one cold listing' /many/
    host_stop crowd
    rm -rf "$scratch/www"
}

# flood WHAT ENTRIES LEAST OPTION...: at LEAST so many percent of what is asked for again and again
# are hits, while names that are not there come and go.
flood() {
    local what=$1 entries=$2 least=$3 hits asked word
    shift 3
    host_start "$scratch/www" cache_entries="$entries" cache_size=$((8 * MiB)) "${single[@]}"
    touch "$scratch/sampling"
    host_sample &
    local sampler=$!
    coproc FLOOD { "$bin/flood_check" "$address" /hot/ "$@" 2>&1; }
    read -r -d ' ' word <&"${FLOOD[0]}" || true
    equal "$what: ready" warm "$word"
    hits=$(host_stat cache_hits)
    echo go >&"${FLOOD[1]}"
    read -r word asked <&"${FLOOD[0]}" || true
    rm "$scratch/sampling"
    wait "$sampler" || true
    equal "$host_name, $what: answered" hot "$word"
    hits=$(($(host_stat cache_hits) - hits))
    echo "figure: $host_name, $what: the hot set asked for ${asked:-0} times, $hits hits"
    at_least "$what: hits in percent of what was hot" "$least" $((hits * 100 / ${asked:-1}))
    at_most "$what: answers kept, of $entries" $((entries + entries / 20)) "$(host_most cache_answers)"
    at_most "$what: bytes kept, of $((8 * MiB))" $((8 * MiB + 8 * MiB / 20)) "$(host_most cache_bytes)"
    host_stop flood
}

part_flood() {
    local i names=$flood_names
    [ -z "${CHECK_FULL:-}" ] || names=100000
    rm -rf "$scratch/www" && mkdir -p "$scratch/www/hot"
    for ((i = 0; i < 40; i++)); do head -c $((100 + i * 400)) /dev/zero | tr '\0' "$((i % 10))" >"$scratch/www/hot/$i.txt"; done
    sleep 1.2
    flood "a flood of $names names" 2048 97 --names "$names"
    # What is asked for so seldom is looked up anew each time, and is in use all the same.
    flood 'a flood in waves' 256 90 --names 960 --batch 120 --pause 2200
    rm -rf "$scratch/www"
}

run_parts() {
    local part parts=("$@")
    [ ${#parts[@]} -gt 0 ] || parts=(churn nobody renames memory crowd flood)
    for part in "${parts[@]}"; do
        declare -F "part_$part" >/dev/null || { echo "unknown part '$part'" >&2; exit 2; }
        SECONDS=0
        "part_$part"
        echo "# part $part took $SECONDS s"
    done
    report_end
}
