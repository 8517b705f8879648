// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// All the trees that a server serves, by their numbers (ktcp_resource_request.root).
#pragma once

#include "posix_files.hh"

#include <span>
#include <vector>

namespace ktcp::user {

// Shared by all workers, constant once opened.
class Roots {
public:
    // An empty path: the server has no root of that number. Throws StartError.
    explicit Roots(std::span<const std::string> paths,
                   ktcp_symlinks symlinks = KTCP_SYMLINKS_BENEATH);

    // nullptr: there is no such root.
    const Root* find(uint32_t number) const noexcept {
        return number < roots_.size() ? roots_[number].get() : nullptr;
    }

    size_t size() const { return roots_.size(); }

    // For a child process: the descriptors that it has to have kept, and what it has to
    // open anew then. False if it cannot.
    void append_descriptors(std::vector<int>& descriptors) const;
    bool open_own_descriptors() noexcept { return own_->open(); }

private:
    std::shared_ptr<OwnDescriptors> own_;
    std::vector<std::unique_ptr<const Root>> roots_;
};

} // namespace ktcp::user
