// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "churn/history.hh"

#include <algorithm>
#include <ctime>
#include <unordered_set>

namespace ktcp::test {

Nanoseconds monotonic_ns() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

History::Path History::add(std::string name) {
    const Path path = paths_.size();
    const size_t slash = name.rfind('/');
    if (!name.empty()) {
        auto parent = by_name_.find(slash == name.npos ? "" : name.substr(0, slash));
        if (parent != by_name_.end())
            paths_[parent->second].children.push_back(path);
    }
    by_name_.emplace(name, path);
    auto absent = std::make_shared<PathState>();
    absent->settled = true;
    paths_.push_back({std::move(name), {}, {std::move(absent)}});
    return path;
}

int History::find(const std::string& name) const {
    auto found = by_name_.find(name);
    return found == by_name_.end() ? -1 : static_cast<int>(found->second);
}

void History::exchange(std::string one, std::string other) {
    exchanged_.emplace(other, one);
    exchanged_.emplace(std::move(one), std::move(other));
}

int History::elsewhere(Path path) const {
    const std::string& name = paths_[path].name;
    for (const auto& [one, other] : exchanged_)
        if (name == one || name.starts_with(one + "/"))
            return find(other + name.substr(one.size()));
    return -1;
}

void History::announce(const std::vector<std::pair<Path, PathState>>& changes) {
    std::lock_guard lock(mutex_);
    const Nanoseconds now = monotonic_ns();
    for (const auto& [path, state] : changes) {
        auto next = std::make_shared<PathState>(state);
        next->begun = now;
        next->settled = false;
        if (next->file)
            by_file_[next->file].push_back(next);
        paths_[path].states.push_back(std::move(next));
    }
}

void History::settle(const std::vector<std::pair<Path, PathState>>& changes, Nanoseconds after,
                     const std::vector<int64_t>& dates) {
    {
        std::lock_guard lock(mutex_);
        for (size_t i = 0; i < changes.size(); i++) {
            auto& states = paths_[changes[i].first].states;
            states[states.size() - 2]->ended = after;
            states.back()->modified_ns = dates[i];
            states.back()->settled = true;
        }
    }
    settled_.notify_all();
}

States History::under_its_name(Path path, Nanoseconds from, Nanoseconds to) const {
    std::unique_lock lock(mutex_);
    const auto& states = paths_[path].states;
    settled_.wait(lock, [&] { return states.back()->settled || states.back()->begun > to; });
    States found;
    for (auto state = states.rbegin(); state != states.rend() && (*state)->ended >= from; ++state)
        if ((*state)->begun <= to)
            found.push_back(copy(*state, to));
    std::ranges::reverse(found);
    return found;
}

States History::during(Path path, Nanoseconds from, Nanoseconds to) const {
    States named = under_its_name(path, from, to);
    if (const int other = elsewhere(path); other >= 0 && named.size() > 1)
        std::ranges::copy(under_its_name(static_cast<Path>(other), from, to),
                          std::back_inserter(named));
    States found = named;
    std::unordered_set<uint64_t> followed;
    std::unique_lock lock(mutex_);
    for (const auto& first : named) {
        if (!first->file || !followed.insert(first->file).second)
            continue;
        const auto& life = by_file_.at(first->file);
        settled_.wait(lock, [&] { return life.back()->settled || life.back()->begun > to; });
        for (const auto& state : life) {
            const bool known = std::ranges::any_of(named, [&](const auto& other) {
                return other->file == state->file && other->begun == state->begun;
            });
            if (state->begun > first->begun && state->begun <= to && !known)
                found.push_back(copy(state, to));
        }
    }
    return found;
}

States History::before(Path path, Nanoseconds from) const {
    std::lock_guard lock(mutex_);
    States found;
    for (const auto& state : paths_[path].states)
        if (state->ended < from)
            found.push_back(state);
    return found;
}

} // namespace ktcp::test
