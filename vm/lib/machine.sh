# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The guest as QEMU's arguments, and the job that it finds. Sourced by vm/boot.
# shellcheck shell=bash disable=SC2034,SC2154

# quote TEXT: for the shell in the guest, which knows only plain single quotes.
quote() { printf "'%s'" "${1//\'/\'\\\'\'}"; }

# job_write: what the guest's init and job read, and the command as a script of its own.
job_write() {
    local one reveal
    reveal=$(printf '%s\n' "$PWD" "$ktcp_repo_dir")
    # Arguments that name something in a folder that is scratch in the guest.
    for one in "${command[@]}"; do
        case $one in
            /tmp/?* | /var/tmp/?* | /run/?* | /var/log/?* | /dev/shm/?*)
                [[ $one == *$'\n'* ]] || [ ! -e "$one" ] || reveal+=$'\n'$one
                ;;
        esac
    done
    {
        printf 'cwd=%s\n' "$(quote "$PWD")"
        printf 'reveal=%s\n' "$(quote "$reveal")"
        printf 'modules_dir=%s\n' "$(quote "$(realpath "$tree/modules")")"
        printf 'grace=%s\n' "$grace"
        printf 'has_out=%s has_share=%s has_network=%s has_leaks=%s interactive=%s\n' \
            "${out:+1}" "${share:+1}" "${forwards[0]:+1}" "$leaks" "$interactive"
        # When both streams of the caller are one file, so are the command's: they keep their order.
        if [ "$(readlink "/proc/$$/fd/1")" = "$(readlink "/proc/$$/fd/2")" ]; then
            echo one_stream=1
        else
            echo one_stream=
        fi
        if [ -n "$interactive" ]; then
            read -r rows columns < <(stty size) || true
            printf 'rows=%s columns=%s\n' "${rows:-24}" "${columns:-80}"
        fi
    } >"$job/settings"
    {
        echo '#!/bin/bash'
        echo 'export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
        echo 'export HOME=/tmp TMPDIR=/tmp LANG=C.UTF-8 USER=root LOGNAME=root SHELL=/bin/bash'
        [ -z "$interactive" ] || printf 'export TERM=%q\n' "${TERM:-vt100}"
        printf 'cd %q || exit 125\n' "$PWD"
        # The process that --grace ends.
        printf 'echo $$ >/run/ktcp/pid\nexec'
        printf ' %q' "${command[@]}"
        echo
    } >"$job/command"
    chmod 755 "$job/command"
    : >"$job/stdout"
    : >"$job/stderr"
    : >"$job/serial.log"
}

# machine_share TAG DIR OPTIONS. A comma in a path is written twice for QEMU.
machine_share() {
    machine+=(-virtfs "local,mount_tag=$1,path=${2//,/,,},security_model=none,multidevs=remap$3")
}

machine_arguments() {
    local one network image
    # After an oops nothing that follows proves anything, and what waits for it waits until the time-out.
    local arguments="console=ttyS0 quiet oops=panic panic=-1 nokaslr no_timer_check tsc=reliable apparmor=0 audit=0"
    [ -n "$mitigations" ] || arguments+=" mitigations=off"
    if is_debug "$kernel"; then
        arguments+=" page_poison=1"
        [ -n "$leaks" ] || arguments+=" kmemleak=off"
    fi
    machine=(-M q35 -smp "$cpus" -m "$memory" -nodefaults -display none -no-reboot
        -serial "file:$job/serial.log")
    case $accel in
        kvm) machine+=(-accel kvm -cpu host) ;;
        tcg)
            # Byte-by-byte string moves are what TCG makes of erms and fsrm.
            machine+=(-cpu "max,-erms,-fsrm")
            if [ -n "$icount" ]; then
                machine+=(-accel "tcg,thread=single" -icount "shift=0,sleep=off")
            else
                machine+=(-accel "tcg,thread=multi")
            fi
            ;;
    esac
    # The unpacked kernel starts by PVH, in half the time that a bzImage takes to unpack itself. But
    # there KASAN's checks run before they have their memory.
    image=$tree/vmlinux
    ! is_debug "$kernel" || image=$tree/vmlinuz
    machine+=(-kernel "$image" -initrd "$initramfs" -append "$arguments${append:+ $append}")
    machine_share host / ,readonly=on
    machine_share job "$job" ''
    [ -z "$out" ] || machine_share out "$out" ''
    [ -z "$share" ] || machine_share share "$share" ,readonly=on
    if [ ${#forwards[@]} -gt 0 ]; then
        # restrict: the guest reaches nothing outside itself; forwarded ports still work.
        network=user,id=net0,restrict=on,ipv6=off
        for one in "${forwards[@]}"; do network+=",hostfwd=tcp:127.0.0.1:${one%%:*}-:${one#*:}"; done
        machine+=(-netdev "$network" -device "virtio-net-pci,netdev=net0")
    fi
    if [ -n "$interactive" ]; then
        machine+=(-chardev "stdio,id=terminal,signal=off" -device "isa-serial,chardev=terminal")
    fi
    [ -z "$plugin" ] || machine+=(-plugin "$plugin" -d plugin -D "$job/plugin.log")
}
