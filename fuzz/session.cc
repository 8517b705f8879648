// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "drive.hh"

#include "ktcp/http.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    ktcp::fuzz::Input input(data, size);
    const uint8_t choice = input.decide();
    const ktcp_http_config config = {
        (choice & 7) != 0, 1000, 5000, 2000, 300, choice & 8 ? KTCP_BUFFER_SIZE : 256u, 100};
    ktcp::fuzz::drive(ktcp_http_protocol, &config, input);
    return 0;
}
