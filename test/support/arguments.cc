// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/arguments.hh"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>

namespace ktcp::test {

namespace {

template <class Number> bool read_number(const std::string& text, Number& value) {
    const char* end = text.data() + text.size();
    auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && stop == end && !text.empty();
}

auto reader(std::string& value) {
    return [&value](const std::string& text) {
        value = text;
        return true;
    };
}

auto reader(unsigned& value, unsigned least) {
    return [&value, least](const std::string& text) {
        return read_number(text, value) && value >= least;
    };
}

} // namespace

void Arguments::positional(const char* name, std::string& value, const char* help) {
    positionals_.push_back({name, help, {}, true, reader(value)});
}

void Arguments::positional(const char* name, unsigned& value, const char* help) {
    positionals_.push_back({name, help, {}, true, reader(value, 1)});
}

void Arguments::option(const char* name, std::string& value, const char* help) {
    options_.push_back({name, help, value, true, reader(value)});
}

void Arguments::option(const char* name, unsigned& value, const char* help, unsigned least) {
    options_.push_back({name, help, std::to_string(value), true, reader(value, least)});
}

void Arguments::option(const char* name, double& value, const char* help) {
    char preset[32];
    snprintf(preset, sizeof(preset), "%g", value);
    options_.push_back({name, help, preset, true,
                        [&value](const std::string& text) { return read_number(text, value); }});
}

void Arguments::flag(const char* name, bool& value, const char* help) {
    options_.push_back({name, help, {}, false, [&value](const std::string&) {
                            value = true;
                            return true;
                        }});
}

void Arguments::fail(const std::string& what) const {
    fprintf(stderr, "%s; see --help\n", what.c_str());
    exit(2);
}

const Arguments::Argument* Arguments::find(const std::string& name) const {
    for (const Argument& one : options_)
        if (one.name == name)
            return &one;
    return nullptr;
}

void Arguments::print_help(const char* program) const {
    printf("usage: %s", program);
    for (const Argument& one : positionals_)
        printf(" %s", one.name.c_str());
    printf(" [options]\n\n%s\n\n", purpose_.c_str());
    for (const Argument& one : positionals_)
        printf("  %-18s  %s\n", one.name.c_str(), one.help.c_str());
    for (const Argument& one : options_) {
        std::string preset = one.preset.empty() ? "" : " (" + one.preset + ")";
        printf("  --%-16s  %s%s\n", (one.name + (one.takes_value ? " VALUE" : "")).c_str(),
               one.help.c_str(), preset.c_str());
    }
}

void Arguments::parse(int argc, char** argv) const {
    size_t position = 0;
    for (int i = 1; i < argc; i++) {
        std::string word = argv[i], value;
        if (word == "--help" || word == "-h") {
            print_help(argv[0]);
            exit(0);
        }
        if (!word.starts_with("--")) {
            if (position == positionals_.size())
                fail("'" + word + "' is too much");
            const Argument& one = positionals_[position++];
            if (!one.set(word))
                fail("'" + word + "' is no " + one.name);
            continue;
        }
        size_t equals = word.find('=');
        const Argument* one = find(word.substr(2, equals == word.npos ? equals : equals - 2));
        if (!one || (!one->takes_value && equals != word.npos))
            fail("there is no option " + word);
        if (equals != word.npos)
            value = word.substr(equals + 1);
        else if (one->takes_value && i + 1 < argc)
            value = argv[++i];
        else if (one->takes_value)
            fail(word + " wants a value");
        if (!one->set(value))
            fail("'" + value + "' is no value for --" + one->name);
    }
    if (position < positionals_.size())
        fail(positionals_[position].name + " is missing");
}

int run_program(const std::function<int()>& body) {
    try {
        return body();
    } catch (const std::exception& e) {
        fprintf(stderr, "%s: %s\n", program_invocation_short_name, e.what());
        return 2;
    }
}

} // namespace ktcp::test
