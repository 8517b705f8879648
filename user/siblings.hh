// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Files beside a file that have its content in a coding: NAME.br, NAME.zst, NAME.gz.
#pragma once

#include "answer.hh"

#include <algorithm>
#include <climits>

namespace ktcp::user {

struct SiblingKind {
    ktcp_coding coding;
    std::string_view suffix;
};

inline constexpr SiblingKind sibling_kinds[sibling_count] = {
    {KTCP_CODING_BR, ".br"},
    {KTCP_CODING_ZSTD, ".zst"},
    {KTCP_CODING_GZIP, ".gz"},
};

// The names to look for, made of the file's.
class SiblingNames {
public:
    explicit SiblingNames(std::string_view name) noexcept : name_(name) {}

    // Of the directory in which they are. Until the next call of any.
    const char* directory() noexcept {
        size_t slash = name_.rfind('/');
        return put(slash == name_.npos ? std::string_view() : name_.substr(0, slash), {});
    }
    // nullptr: such a long name cannot be.
    const char* sibling(size_t which) noexcept { return put(name_, sibling_kinds[which].suffix); }
    size_t size() const { return size_; } // of the name that was made last

private:
    const char* put(std::string_view begin, std::string_view end) noexcept {
        size_ = begin.size() + end.size();
        if (size_ >= sizeof text_)
            return nullptr;
        // Not memcpy(): an empty view may point to nothing.
        *std::copy(end.begin(), end.end(), std::copy(begin.begin(), begin.end(), text_)) = '\0';
        return text_;
    }

    const std::string_view name_;
    size_t size_ = 0;
    char text_[PATH_MAX];
};

} // namespace ktcp::user
