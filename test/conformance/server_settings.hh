// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A profile as the engine and its host take it.
#pragma once

#include <list>
#include <string>
#include <vector>

#include "ktcp/http.h"
#include "support/document_tree.hh"
#include "support/profile.hh"
#include "support/scripted_host.hh"

namespace ktcp::test {

// The configuration points into the object, and the roots into the tree.
class ServerSettings {
public:
    // Throws std::runtime_error that names the setting at fault.
    ServerSettings(const Profile& profile, const DocumentTree& tree);
    ServerSettings(const ServerSettings&) = delete;
    ServerSettings& operator=(const ServerSettings&) = delete;

    ktcp_http_config config{};
    ScriptedHost::Roots roots;
    ktcp_symlinks symlinks = KTCP_SYMLINKS_BENEATH; // the host's

private:
    void set(const std::string& name, const std::string& value, const DocumentTree& tree);
    void add_sites(const std::string& list, const DocumentTree& tree);

    std::vector<ktcp_http_site> sites_;
    std::list<std::string> texts_;
};

} // namespace ktcp::test
