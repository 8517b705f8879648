# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The options of vm/boot, as variables. Sourced by it.
# shellcheck shell=bash disable=SC2034

boot_usage() {
    cat <<'END'
usage: vm/boot [options] [-- command args...]

Boots a Debian kernel in QEMU and runs the command in it as root; / is this machine's own, read-only,
so programs, the repository and the working folder are where they are here. Without a command: a shell.

  --kernel SERIES           6.1, 6.12 or 6.1-debug, which looks for faults and for leaks (6.1)
  --cpus N                  processors of the guest (2)
  --memory MiB              (2048)
  --timeout SECONDS         boot included; 0: none (600; for a terminal none)
  --grace SECONDS           at Ctrl-C or SIGTERM, ask the command to end by a SIGTERM and give it so
                            long; a second one, or none of these, ends the guest at once
  --out DIR                 writable, /out in the guest; gets console.log, the whole kernel log
  --share DIR               live and read-only, /share in the guest
  --forward HOST:GUEST      a TCP port of this machine's 127.0.0.1 to one of the guest's; repeatable
  --console                 show the kernel log live on standard error
  --accel auto|kvm|tcg      auto: KVM if it boots a kernel here, else emulation
  --icount                  one guest nanosecond is one instruction (one processor, emulated)
  --plugin FILE.so[,args]   a TCG plugin; its output goes to standard error, or to DIR/plugin.log
  --leaks                   search for lost memory when the command has ended (6.1-debug; twice as slow)
  --mitigations             leave the mitigations of processor faults on
  --append "ARGS"           more kernel arguments

Exit status: the command's, or 124 time-out, 125 the guest did not boot or died, 126 the kernel log
has a report of a fault (see vm/scan_log), 2 wrong usage.
END
}

wrong() {
    say "$*; see vm/boot --help"
    exit 2
}

# number NAME VALUE LEAST
number() {
    [[ $2 =~ ^[0-9]{1,7}$ ]] && [ "$2" -ge "$3" ] || wrong "$1 wants a number of at least $3, not '$2'"
}

options_parse() {
    kernel=6.1 cpus=2 memory=2048 accel=auto
    timeout='' grace='' out='' share='' console='' icount='' plugin='' leaks='' mitigations='' append=''
    forwards=()
    while [ $# -gt 0 ]; do
        case $1 in
            --kernel | --cpus | --memory | --timeout | --grace | --out | --share | --forward | --accel | \
                --plugin | --append)
                [ $# -ge 2 ] || wrong "$1 wants a value"
                ;;
        esac
        case $1 in
            --kernel) kernel=$2; shift ;;
            --cpus) cpus=$2; number "$1" "$2" 1; shift ;;
            --memory) memory=$2; number "$1" "$2" 256; shift ;;
            --timeout) timeout=$2; number "$1" "$2" 0; shift ;;
            --grace) grace=$2; number "$1" "$2" 1; shift ;;
            --out) out=$2; shift ;;
            --share) share=$2; shift ;;
            --forward) forwards+=("$2"); shift ;;
            --accel) accel=$2; shift ;;
            --plugin) plugin=$2; shift ;;
            --append) append=$2; shift ;;
            --console) console=1 ;;
            --icount) icount=1 ;;
            --leaks) leaks=1 ;;
            --mitigations) mitigations=1 ;;
            -h | --help) boot_usage; exit ;;
            --) shift; break ;;
            *) wrong "no option '$1'" ;;
        esac
        shift
    done
    command=("$@")
    [ ${#command[@]} -gt 0 ] || command=(bash)
    options_check
}

options_check() {
    local one host guest
    case $accel in auto | kvm | tcg) ;; *) wrong "--accel is auto, kvm or tcg, not '$accel'" ;; esac
    known_series "$kernel" || wrong "no kernel '$kernel'; there are: ${ktcp_series[*]}"
    [ -z "$leaks" ] || is_debug "$kernel" || wrong "--leaks needs a debug kernel, not $kernel"
    if [ -n "$icount$plugin" ]; then
        [ "$accel" != kvm ] || wrong "--icount and --plugin work by emulation, not with --accel kvm"
        accel=tcg
    fi
    # With -icount and two processors QEMU hangs.
    [ -z "$icount" ] || cpus=1
    [ -z "$plugin" ] || [ -r "${plugin%%,*}" ] || wrong "cannot read the plugin ${plugin%%,*}"
    if [ -n "$share" ]; then
        [ -d "$share" ] || wrong "--share: there is no folder $share"
        share=$(realpath "$share")
    fi
    for one in "${forwards[@]}"; do
        host=${one%%:*} guest=${one#*:}
        [[ $one =~ ^[0-9]+:[0-9]+$ ]] && [ "$host" -le 65535 ] && [ "$guest" -le 65535 ] &&
            [ "$host" -ge 1 ] && [ "$guest" -ge 1 ] ||
            wrong "--forward wants HOSTPORT:GUESTPORT, not '$one'"
        ! (exec 3<>"/dev/tcp/127.0.0.1/$host") 2>/dev/null ||
            die "port $host of this machine is taken; stop what listens there (ss -ltnp) or" \
                "choose another"
    done
    if [ -z "$timeout" ]; then
        timeout=600
        if [ -t 0 ] && [ -t 1 ]; then timeout=0; fi
    fi
    # Generous, since a busy machine may emulate at a tenth of the usual speed.
    boot_seconds=180
    [ -z "$icount$plugin" ] || boot_seconds=240
    ! is_debug "$kernel" || boot_seconds=$((boot_seconds * 2))
}
