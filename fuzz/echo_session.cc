// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "drive.hh"

#include "ktcp/echo.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    ktcp::fuzz::drive(ktcp_echo_protocol, nullptr, ktcp::fuzz::Input(data, size));
    return 0;
}
