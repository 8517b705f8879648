// SPDX-License-Identifier: MIT OR GPL-2.0-only
// A window with a known number of instructions in it, for lab/self_check.
#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
    const unsigned long turns = argc == 2 ? std::strtoul(argv[1], nullptr, 10) : 0;
    if (turns == 0) {
        std::fprintf(stderr, "usage: ktcp_plugin_loop TURNS  (two instructions each)\n");
        return 2;
    }
    unsigned long left = turns;
    // The displacements are those of marker.hh.
    asm volatile("nopl 0x4b740b01(%%rax)\n"
                 "1: dec %0\n"
                 "jnz 1b\n"
                 "nopl 0x4b740e02(%%rax)\n"
                 : "+r"(left)
                 :
                 : "cc", "memory");
    return 0;
}
