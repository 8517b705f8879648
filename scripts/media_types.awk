# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Turns /etc/mime.types (Debian package media-types) into the rows of
# engine/http/media_type.cc's table:
#
#     awk -f scripts/media_types.awk /etc/mime.types > media_type_table.inc
#
# The first line that names an extension wins. Textual types get a charset: the
# files of today are UTF-8, and a browser that has to guess guesses windows-1252.

/^[[:space:]]*#/ || NF < 2 { next }

{
    type = $1
    if (type !~ /^[A-Za-z0-9!#$&^_.+-]+\/[A-Za-z0-9!#$&^_.+-]+$/)
        next
    value = type
    if (type ~ /^text\// || type ~ /\+xml$/ ||
        type ~ /^application\/(json|javascript|xml|ecmascript|toml|yaml|sql)$/ || type ~ /\+json$/)
        value = type "; charset=utf-8"
    for (i = 2; i <= NF; i++) {
        extension = tolower($i)
        if (extension ~ /^#/)
            break
        if (extension !~ /^[a-z0-9_+-]+$/ || extension in seen)
            continue
        seen[extension] = 1
        printf "{\"%s\"_b, \"%s\"_b},\n", extension, value
        rows++
    }
}

END {
    if (rows < 500) {
        print "media_types.awk: only " rows + 0 " extensions found: is this /etc/mime.types?" > "/dev/stderr"
        exit 1
    }
}
