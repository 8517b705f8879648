// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What comes back is what was sent.
#include "drive.hh"

#include "ktcp/echo.h"

namespace {

class EchoClient : public ktcp::fuzz::Peer {
public:
    void delivered(std::string_view bytes) override { owed_ += bytes; }
    void arrived(std::string_view bytes) override {
        ktcp::fuzz::check(std::string_view(owed_).starts_with(bytes), "another echo");
        owed_.erase(0, bytes.size());
    }
    void ended(ktcp_verdict verdict, bool, const ktcp::test::OsStub&) override {
        ktcp::fuzz::check(verdict != KTCP_CLOSE || owed_.empty(), "part of an echo");
    }
    bool owes_nothing() const override { return owed_.empty(); }

private:
    std::string owed_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    EchoClient client;
    ktcp::fuzz::Drive(ktcp_echo_protocol, nullptr, ktcp::fuzz::Input(data, size), client).run();
    return 0;
}
