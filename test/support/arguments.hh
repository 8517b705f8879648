// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Command lines of the test tools. CLI11, which the users' programs have, takes minutes
// to compile with sanitizers, and the tests are compiled that way each time.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace ktcp::test {

class Arguments {
public:
    explicit Arguments(std::string purpose) : purpose_(std::move(purpose)) {}

    // What each must be given, in order.
    void positional(const char* name, std::string& value, const char* help);
    void positional(const char* name, unsigned& value, const char* help);
    // `--name VALUE` or `--name=VALUE`; the value beforehand is the default.
    void option(const char* name, std::string& value, const char* help);
    void option(const char* name, unsigned& value, const char* help, unsigned least = 0);
    void option(const char* name, double& value, const char* help);
    void flag(const char* name, bool& value, const char* help);

    // Prints and exits, with 0 after --help, with 2 if something is wrong.
    void parse(int argc, char** argv) const;

private:
    struct Argument {
        std::string name;
        std::string help;
        std::string preset;
        bool takes_value = true;
        std::function<bool(const std::string&)> set; // false: not such a value
    };

    [[noreturn]] void fail(const std::string& what) const;
    void print_help(const char* program) const;
    const Argument* find(const std::string& name) const;

    std::string purpose_;
    std::vector<Argument> positionals_;
    std::vector<Argument> options_;
};

// What main() of such a tool returns: what `body` does, or 2 if it throws, and says why.
int run_program(const std::function<int()>& body);

} // namespace ktcp::test
