// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// make_tree DIRECTORY: the document tree of the conformance cases, on a disk.
#include <cstdio>
#include <cstring>
#include <exception>

#include "support/document_tree.hh"

int main(int argc, char** argv) {
    if (argc < 2 || argc > 3 || argv[1][0] == '-') {
        fprintf(stderr, "usage: make_tree DIRECTORY [MANIFEST]\n"
                        "Makes the tree described by MANIFEST (default: the conformance cases')\n"
                        "in DIRECTORY, and its other roots in DIRECTORY.NAME; all of them must\n"
                        "be empty or absent.\n");
        return argc == 2 && strcmp(argv[1], "--help") == 0 ? 0 : 2;
    }
    try {
        const char* manifest = argc == 3 ? argv[2] : KTCP_CONFORMANCE_DIR "/tree";
        ktcp::test::DocumentTree::load(manifest).make(argv[1]);
    } catch (const std::exception& e) {
        fprintf(stderr, "make_tree: %s\n", e.what());
        return 1;
    }
}
