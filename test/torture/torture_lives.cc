// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// torture_lives MODULE.ko: loads a module, waits until it is under load, and unloads it, as
// often as wanted, with other parameters each time. Each time that unloading takes is measured.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/arguments.hh"
#include "torture/module.hh"

namespace {

using namespace ktcp::test;
using std::chrono::milliseconds;

// A module that has a user is not unloaded: a file that is open, another that unloads it.
constexpr milliseconds busy_patience{5000};

struct Options {
    std::string module;
    std::string fixed, vary, fails;
    unsigned lives = 10, seed = 1, need = 0, patience = 3000, linger = 60, drain = 0,
             allowance = 3000;
    bool contested = false;
};

struct Choice {
    std::string name;
    std::vector<std::string> values;
};

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    for (size_t at = 0; !text.empty() && at <= text.size();) {
        size_t end = std::min(text.find(separator, at), text.size());
        parts.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

std::vector<Choice> choices_of(const std::string& text) {
    std::vector<Choice> choices;
    for (const std::string& one : split(text, ';')) {
        size_t equals = one.find('=');
        if (equals == one.npos)
            throw std::runtime_error("'" + one + "' is not NAME=VALUE,VALUE...");
        choices.push_back({one.substr(0, equals), split(one.substr(equals + 1), ',')});
    }
    return choices;
}

int error_of(const std::string& name) {
    const std::pair<const char*, int> known[] = {
        {"EINVAL", EINVAL}, {"EADDRINUSE", EADDRINUSE}, {"ENOTDIR", ENOTDIR}, {"", 0}};
    for (auto& [text, number] : known)
        if (name == text)
            return number;
    throw std::runtime_error("no error called " + name + " is known here");
}

double ms_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

class Lives {
public:
    explicit Lives(const Options& options)
        : options_(options), module_(options.module), choices_(choices_of(options.vary)),
          error_(error_of(options.fails)), random_(options.seed) {}

    int run() {
        auto begin = Clock::now();
        for (life_ = 1; life_ <= options_.lives; life_++)
            error_ ? fail_to_load() : live();
        std::cout << module_.name() << ": " << options_.lives << " lives, " << loaded_ << " loads, "
                  << laden_ << " under load, " << accepted_ << " connections, " << open_
                  << " open at the end, " << bytes_ << " bytes; load took " << int(slowest_load_)
                  << " ms at most, unload " << int(slowest_) << ", beyond drain_timeout "
                  << int(worst_) << " ms; " << int(ms_since(begin) / options_.lives) << " ms each; "
                  << faults_ << " faults" << std::endl;
        return faults_ ? 1 : 0;
    }

private:
    std::string choose() {
        std::string parameters = options_.fixed;
        drain_ = options_.drain;
        for (const Choice& choice : choices_) {
            const std::string& value = choice.values[random_() % choice.values.size()];
            // An empty one: left to its default.
            if (!value.empty())
                parameters += " " + choice.name + "=" + value;
            if (choice.name == "drain_timeout")
                drain_ = static_cast<unsigned>(std::stoul(value));
        }
        return parameters;
    }

    void fault(const std::string& what) {
        faults_++;
        std::cout << "fault: life " << life_ << " of seed " << options_.seed << " (" << parameters_
                  << "): " << what << std::endl;
    }

    void fail_to_load() {
        parameters_ = choose();
        int error = module_.load(parameters_);
        if (error == 0) {
            fault("loads, and should not");
            module_.unload();
        } else if (error != error_) {
            fault(std::string("fails by ") + strerror(error));
        }
        if (module_.loaded())
            fault("is there although it did not load");
    }

    void live() {
        parameters_ = choose();
        auto begin = Clock::now();
        if (int error = module_.load(parameters_)) {
            // What another one does meanwhile is no fault.
            if (!options_.contested || (error != EEXIST && error != EBUSY && error != EADDRINUSE))
                fault(std::string("does not load: ") + strerror(error));
            return;
        }
        slowest_load_ = std::max(slowest_load_, ms_since(begin));
        loaded_++;
        serve();
        unload();
    }

    // Most lives end when all clients are there, some in the middle of their coming.
    void serve() {
        unsigned need = random_() % 5 ? options_.need : unsigned(random_() % (options_.need + 1));
        auto until = Clock::now() + milliseconds(options_.patience);
        auto seen = module_.counters();
        while (seen["accepted"] + seen["refused"] < need && Clock::now() < until) {
            std::this_thread::sleep_for(milliseconds(2));
            seen = module_.counters();
        }
        if (options_.linger)
            std::this_thread::sleep_for(milliseconds(random_() % options_.linger));
        seen = module_.counters();
        accepted_ += seen["accepted"];
        bytes_ += seen["bytes_sent"];
        open_ += seen["open"];
        laden_ += seen["accepted"] + seen["refused"] >= need;
    }

    void unload() {
        auto begin = Clock::now();
        int error = 0;
        do
            error = module_.unload();
        while ((error == EAGAIN || error == EBUSY) && options_.contested &&
               Clock::now() - begin < busy_patience);
        double took = ms_since(begin);
        if (error && !(options_.contested && (error == ENOENT || error == EBUSY)))
            return fault(std::string("does not unload: ") + strerror(error));
        if (!options_.contested && module_.loaded())
            fault("is still there");
        slowest_ = std::max(slowest_, took);
        worst_ = std::max(worst_, took - drain_);
        if (took > drain_ + options_.allowance)
            fault("unloading took " + std::to_string(int(took)) + " ms");
    }

    const Options& options_;
    Module module_;
    std::vector<Choice> choices_;
    int error_;
    std::mt19937 random_;
    std::string parameters_;
    unsigned life_ = 0, loaded_ = 0, laden_ = 0, faults_ = 0, drain_ = 0;
    uint64_t accepted_ = 0, bytes_ = 0, open_ = 0;
    double slowest_load_ = 0, slowest_ = 0, worst_ = 0;
};

} // namespace

int main(int argc, char** argv) {
    Options options;
    Arguments arguments("Loads and unloads a module, again and again, and measures it. Its "
                        "clients are others' business. Exit status 1: something was wrong.");
    arguments.positional("module", options.module, "MODULE.ko");
    arguments.option("lives", options.lives, "how many", 1);
    arguments.option("seed", options.seed, "of all that is chosen");
    arguments.option("fixed", options.fixed, "parameters of each load, as for insmod");
    arguments.option("vary", options.vary, "others: NAME=VALUE,VALUE;NAME=... one of each a life");
    arguments.option("need", options.need, "connections that it must have had to be under load");
    arguments.option("patience", options.patience, "ms to wait for them");
    arguments.option("linger", options.linger, "ms that it lives on then, at most");
    arguments.option("drain", options.drain, "drain_timeout, unless it varies");
    arguments.option("allowance", options.allowance,
                     "ms that unloading may take beyond drain_timeout");
    arguments.option("fails", options.fails, "each load must fail by that: EADDRINUSE, EINVAL");
    arguments.flag("contested", options.contested, "others load, unload or use it as well");
    arguments.parse(argc, argv);
    return run_program([&] { return Lives(options).run(); });
}
