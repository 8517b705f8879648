// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The fixed tree of documents that the conformance cases are about, as described by
// the manifest test/conformance/tree: held in memory, and made on a disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ktcp/host.h"

namespace ktcp::test {

struct Node {
    enum class Kind { file, directory, link, fifo, socket, locked };

    Kind kind = Kind::file;
    std::string bytes; // of a file; of a link: its target
    uint64_t inode = 0;
    // Of a file: its coded forms by coding. Only the scripted host serves them.
    std::map<std::string, std::string> coded{};
};

class DocumentTree {
public:
    // Throws std::runtime_error that names the file and line at fault.
    static DocumentTree load(const std::filesystem::path& manifest);

    // By path relative to the root, without following any link; "" is the root.
    const Node* find(std::string_view path) const;
    // What open() beneath the root would get, by the rule for links. `refused` tells a link
    // that may not be followed (it leaves the root) from a name that is missing.
    const Node* resolve(std::string_view path, bool& refused,
                        ktcp_symlinks rule = KTCP_SYMLINKS_BENEATH) const;
    // The names in a directory; resolve()'s answer is a key here.
    std::vector<std::string> entries(std::string_view path,
                                     ktcp_symlinks rule = KTCP_SYMLINKS_BENEATH) const;
    // The path that `path` leads to once links are followed, or path itself.
    std::string real_path(std::string_view path, ktcp_symlinks rule = KTCP_SYMLINKS_BENEATH) const;

    int64_t modified_seconds() const { return modified_seconds_; }

    // Further roots that stand beside this one, by name: DIRECTORY.NAME on a disk.
    const std::map<std::string, DocumentTree, std::less<>>& others() const { return others_; }

    // Makes the whole tree in an empty or absent directory, and the others beside it.
    void make(const std::filesystem::path& directory) const;

private:
    bool follow(std::string_view path, std::string& real, bool& refused, ktcp_symlinks rule,
                int& links_left) const;
    void add(std::string path, Node node);
    void add_line(const std::string& kind, std::istringstream& words);

    std::map<std::string, Node, std::less<>> nodes_;
    std::map<std::string, DocumentTree, std::less<>> others_;
    int64_t modified_seconds_ = 0;
};

} // namespace ktcp::test
