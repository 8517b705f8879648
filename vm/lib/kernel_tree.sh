# SPDX-License-Identifier: MIT OR GPL-2.0-only
# One unpacked kernel: image, modules and headers as Debian packs them, made usable where they lie.
# Sourced by vm/kernel.
# shellcheck shell=bash

# tree_fetch SERIES DIR: downloads and unpacks into DIR (a temporary one; the caller renames it).
# The metapackages say which version is the newest; the packages they lead to are what is wanted.
tree_fetch() {
    local dir=$2 image headers common kbuild deb
    image=$(archive_depends linux-image-amd64 | first '^linux-image-')
    headers=$(archive_depends linux-headers-amd64 | first '^linux-headers-')
    common=$(archive_depends "$headers" | first '^linux-headers-.*-common')
    kbuild=$(archive_depends "$headers" | first '^linux-kbuild-')
    [ -n "$image" ] && [ -n "$headers" ] && [ -n "$common" ] && [ -n "$kbuild" ] ||
        die "the mirror's $1 kernel lacks a package: image '$image', headers '$headers'," \
            "common '$common', kbuild '$kbuild'"
    mkdir -p "$dir/deb" "$dir/root"
    archive_fetch "$dir/deb" "$image" "$headers" "$common" "$kbuild"
    for deb in "$dir"/deb/*.deb; do dpkg-deb -x "$deb" "$dir/root"; done
    rm -rf "$dir/deb" "$dir/root/usr/share"
    tree_finish "$dir" "${image#linux-image-}" "${headers#linux-headers-}" "$common"
}

# tree_finish DIR RELEASE HEADERS COMMON: what the packages' own installation would have done, and
# the links that are absolute made relative, so that the tree works at any path.
tree_finish() {
    local dir=$1 release=$2 kdir=$1/root/usr/src/linux-headers-$3 modules
    modules=$dir/root/lib/modules/$release
    [ -d "$modules" ] || modules=$dir/root/usr/lib/modules/$release
    [ -d "$modules" ] || die "the image package has no modules for $release"
    printf '%s\n' "$release" >"$dir/release"
    # shellcheck disable=SC2016  # the $( ) is make's
    printf 'include $(dir $(lastword $(MAKEFILE_LIST)))../%s/Makefile\n' "$4" >"$kdir/Makefile"
    rm -f "$modules/build" "$modules/source"
    ln -s "$(realpath --relative-to="$modules" "$kdir")" "$modules/build"
    ln -s "$(realpath --relative-to="$modules" "$dir/root/usr/src/$4")" "$modules/source"
    ln -s "$(realpath --relative-to="$dir" "$modules")" "$dir/modules"
    ln -s "$(realpath --relative-to="$dir" "$kdir")" "$dir/build"
    ln -s "root/boot/vmlinuz-$release" "$dir/vmlinuz"
    PATH=$PATH:/usr/sbin:/sbin depmod -b "${modules%/lib/modules/*}" "$release"
    tree_vmlinux "$dir/vmlinuz" "$dir/vmlinux"
}

# tree_number FILE OFFSET BYTES: a little-endian number of the boot header.
tree_number() {
    od -An -v -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# tree_vmlinux VMLINUZ VMLINUX: unpacks the payload of a bzImage. The header says where it is
# (Documentation/arch/x86/boot.rst: setup_sects, payload_offset, payload_length); its last four
# bytes are the unpacked size, which is no part of the compressed stream.
tree_vmlinux() {
    local sectors offset length magic unpack
    sectors=$(tree_number "$1" $((0x1f1)) 1)
    offset=$(((sectors + 1) * 512 + $(tree_number "$1" $((0x248)) 4)))
    length=$(($(tree_number "$1" $((0x24c)) 4) - 4))
    magic=$(od -An -t x1 -j "$offset" -N 4 "$1" | tr -d ' ')
    case $magic in
        fd377a58) unpack=(xz -dc) ;;
        28b52ffd) unpack=(zstd -dc) ;;
        1f8b*) unpack=(gzip -dc) ;;
        02214c18) unpack=(lz4 -dc) ;;
        *) die "$1: compressed in a way not known here (magic $magic)" ;;
    esac
    need "${unpack[0]}" vm
    dd if="$1" bs=1M iflag=skip_bytes,count_bytes skip="$offset" count="$length" status=none |
        "${unpack[@]}" >"$2"
    [ "$(head -c 4 "$2" | od -An -c | tr -d ' ')" = '177ELF' ] || die "$2 is no ELF file"
}
