// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// kecho.ko: what comes back is what was sent.
#include "modules/exchange.hh"
#include "modules/target.hh"
#include "require.hh"

namespace ktcp::fuzz {
namespace {

class EchoTarget : public ModuleTarget {
public:
    explicit EchoTarget(const std::string& address) : to_(test::Endpoint::parse(address)) {}

    void run(Input input) override { converse(input); }

    void probe() override { check(converse(input_of("still there?")), "nothing is echoed"); }

private:
    // True if something came back.
    bool converse(Input input) {
        std::string owed;
        bool echoed = false;
        Exchange exchange(to_, {[&](std::string_view bytes) { owed += bytes; },
                                [&](std::string_view bytes) {
                                    check(std::string_view(owed).starts_with(bytes),
                                          "another echo");
                                    owed.erase(0, bytes.size());
                                    echoed = true;
                                }});
        const Exchange::End end = exchange.run(input);
        check(end != Exchange::End::reset, "reset without a reason");
        check(end == Exchange::End::abandoned || owed.empty(), "part of an echo");
        return echoed;
    }

    const test::Endpoint to_;
};

} // namespace

std::unique_ptr<ModuleTarget> echo_target(const std::string& address) {
    return std::make_unique<EchoTarget>(address);
}

} // namespace ktcp::fuzz
