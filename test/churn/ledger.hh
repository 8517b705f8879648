// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What each entity tag stood for, when it was first seen: no two contents of one resource may
// bear the same.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "churn/stamped_text.hh"

namespace ktcp::test {

struct ListedEntry {
    std::string name;
    bool directory = false;
    bool exact = false; // the rest was said, too
    bool is_file = false;
    uint64_t size = 0;
    int64_t modified = 0;
};

struct Representation {
    std::string etag;
    int64_t modified = 0; // Last-Modified, 0: none
    size_t hash = 0;      // of the bytes as they were sent
    bool whole = true;    // false: seen in the middle of a write
    bool precompressed = false;
    StampedText text; // of a file, decoded
    bool listing = false;
    std::vector<ListedEntry> entries;
};

class Ledger {
public:
    // Notes it; what was noted before under the same tag, if anything was.
    std::optional<Representation> note(const std::string& target, Representation seen) {
        std::lock_guard lock(mutex_);
        Resource& resource = resources_[target];
        auto [at, fresh] = resource.by_tag.emplace(seen.etag, std::move(seen));
        resource.last = &at->second;
        if (fresh)
            return std::nullopt;
        return at->second;
    }

    std::optional<Representation> find(const std::string& target, const std::string& etag) const {
        std::lock_guard lock(mutex_);
        auto resource = resources_.find(target);
        if (resource == resources_.end())
            return std::nullopt;
        auto found = resource->second.by_tag.find(etag);
        if (found == resource->second.by_tag.end())
            return std::nullopt;
        return found->second;
    }

    // The one seen last.
    std::optional<Representation> last(const std::string& target) const {
        std::lock_guard lock(mutex_);
        auto resource = resources_.find(target);
        if (resource == resources_.end() || !resource->second.last)
            return std::nullopt;
        return *resource->second.last;
    }

private:
    struct Resource {
        std::unordered_map<std::string, Representation> by_tag;
        const Representation* last = nullptr;
    };

    mutable std::mutex mutex_;
    std::unordered_map<std::string, Resource> resources_;
};

} // namespace ktcp::test
