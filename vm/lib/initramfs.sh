# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The small initramfs: busybox, the modules that mount the 9p shares, and vm/guest. Sourced by vm/boot.
# shellcheck shell=bash

# Those of guest/init, then those of guest/job.
initramfs_applets=(cat chmod chown cp insmod ln mkdir mount poweroff rm stat switch_root uname
    dmesg hostname ifconfig mkfifo mv route setsid sleep stty)
initramfs_9p=(virtio_pci 9pnet_virtio 9p)
initramfs_net=(virtio_pci virtio_net)

# initramfs_files MODULES_DIR NAME: NAME's module file and those it needs, first needed first.
# modules.dep lists what a module needs in the opposite order. Built-in modules have no file.
initramfs_files() {
    local line file
    line=$(grep -E "/$2\.ko(\.[a-z]+)?:" "$1/modules.dep") || {
        grep -q "/$2\.ko\$" "$1/modules.builtin" || die "this kernel has no module $2 ($1)"
        return 0
    }
    for file in ${line#*:} ${line%%:*}; do printf '%s\n' "$file"; done |
        awk -v first="${line%%:*}" '$0 != first { list = $0 "\n" list } END { print list first }'
}

# initramfs_load MODULES_DIR STAGING NAME...: puts the modules and what they need into STAGING,
# unpacked, and prints their file names in the order of loading.
initramfs_load() {
    local modules=$1 staging=$2 module file name
    shift 2
    for module in "$@"; do initramfs_files "$modules" "$module"; done |
        awk '!seen[$0]++' | while read -r file; do
        name=$(basename "$file")
        # The kernel's own name, by which /sys/module knows it.
        name=${name%.ko*}
        name=${name//-/_}.ko
        case $file in
            *.xz) xz -dc "$modules/$file" ;;
            *.zst) zstd -qdc "$modules/$file" ;;
            *.gz) gzip -dc "$modules/$file" ;;
            *) cat "$modules/$file" ;;
        esac >"$staging/modules/$name"
        printf '%s\n' "$name"
    done
}

# initramfs_make TREE: prints the path of the initramfs for a kernel tree, made if it is not there
# yet. The name carries a checksum of all that goes in, so a changed guest script makes a new one.
initramfs_make() {
    local tree=$1 modules busybox sum made staging name
    modules=$(realpath "$tree/modules")
    busybox=$(command -v busybox) || die "busybox is not installed; run: scripts/setup vm"
    sum=$(cat "$ktcp_vm_dir"/guest/* "${BASH_SOURCE[0]}" "$busybox" | sha256sum | cut -c 1-16)
    made=$tree/initramfs-$sum.cpio
    if [ ! -s "$made" ]; then
        staging=$(mktemp -d "$tree/.initramfs.XXXXXX")
        mkdir -p "$staging"/{bin,dev,proc,sys,root,host,job,modules}
        cp "$busybox" "$staging/bin/busybox"
        for name in "${initramfs_applets[@]}"; do ln -s busybox "$staging/bin/$name"; done
        initramfs_load "$modules" "$staging" "${initramfs_9p[@]}" >"$staging/modules.9p"
        initramfs_load "$modules" "$staging" "${initramfs_net[@]}" >"$staging/modules.net"
        install -m 755 "$ktcp_vm_dir/guest/init" "$staging/init"
        install -m 755 "$ktcp_vm_dir/guest/job" "$staging/job.sh"
        (cd "$staging" && find . | cpio -o -H newc -R 0:0 --quiet) >"$staging.cpio"
        find "$tree" -maxdepth 1 -name 'initramfs-*.cpio' -mtime +1 -delete
        mv "$staging.cpio" "$made"
        rm -rf "$staging"
    fi
    printf '%s\n' "$made"
}
