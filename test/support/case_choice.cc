// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/case_choice.hh"

#include <fnmatch.h>

#include <atomic>
#include <stdexcept>
#include <thread>

namespace ktcp::test {

void CaseChoice::add_to(Arguments& arguments) {
    arguments.positional("server", server, "HOST:PORT");
    arguments.option("case", pattern, "only cases whose names match this glob");
    arguments.option("profile", profile, "the settings the server runs with");
    arguments.option("cases", directory, "where *.case, tree and profiles are");
    arguments.flag("unprivileged", unprivileged,
                   "the server runs as a user who cannot read every file");
    arguments.option("jobs", jobs, "cases at a time", 1);
}

std::vector<Case> CaseChoice::load() const {
    std::vector<Case> cases = load_all_cases(directory);
    std::erase_if(cases, [this](const Case& one) {
        return one.profile != profile || one.engine_only || (one.unprivileged && !unprivileged) ||
               fnmatch(pattern.c_str(), one.name.c_str(), 0) != 0;
    });
    if (cases.empty())
        throw std::runtime_error("no case matches: see --case, --profile, --cases");
    return cases;
}

void CaseChoice::play(size_t count, const std::function<void(size_t)>& play) const {
    std::atomic<size_t> next = 0;
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < jobs; i++)
        threads.emplace_back([&] {
            for (size_t at; (at = next++) < count;)
                play(at);
        });
}

} // namespace ktcp::test
