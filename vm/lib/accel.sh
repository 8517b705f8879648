# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Which accelerator runs the guest. Sourced by vm/boot.
# shellcheck shell=bash

# A /dev/kvm that opens is no promise: under some hypervisors a stock kernel hangs on it before its
# first line. So a kernel is booted once as far as its init, and the answer is kept, since trying
# costs seconds where it fails.
accel_probe_seconds=8

# accel_choose TREE INITRAMFS: prints kvm or tcg.
accel_choose() {
    local answer file
    [ -r /dev/kvm ] && [ -w /dev/kvm ] || {
        echo tcg
        return
    }
    file=$ktcp_cache/accel/$(uname -r)
    if [ ! -s "$file" ]; then
        mkdir -p "${file%/*}"
        answer=tcg
        if accel_works_kvm "$1" "$2"; then answer=kvm; fi
        [ $answer = kvm ] || say "KVM does not boot a stock kernel on this machine:" \
            "emulating from now on (delete $file to try KVM again)"
        echo $answer >"$file.$$"
        mv "$file.$$" "$file"
    fi
    cat "$file"
}

accel_works_kvm() {
    timeout -k 1 "$accel_probe_seconds" qemu-system-x86_64 -M q35 -accel kvm -cpu host -smp 2 \
        -m 512 -nodefaults -display none -no-reboot -serial stdio -kernel "$1/vmlinux" -initrd "$2" \
        -append "console=ttyS0 quiet panic=-1 ktcp.probe" </dev/null 2>/dev/null |
        grep -q 'ktcp: alive'
}
