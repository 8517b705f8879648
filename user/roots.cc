// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "roots.hh"

namespace ktcp::user {

Roots::Roots(std::span<const std::string> paths, ktcp_symlinks symlinks)
    : own_(std::make_shared<OwnDescriptors>()) {
    for (const std::string& path : paths)
        roots_.push_back(path.empty() ? nullptr : std::make_unique<Root>(path, symlinks, own_));
}

void Roots::append_descriptors(std::vector<int>& descriptors) const {
    for (const auto& root : roots_)
        if (root)
            descriptors.push_back(root->descriptor());
}

} // namespace ktcp::user
