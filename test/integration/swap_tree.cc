// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "integration/swap_tree.hh"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <random>
#include <system_error>

namespace ktcp::test {

namespace fs = std::filesystem;

namespace {

constexpr size_t outside_size = 54321;     // and nothing else here has that size,
constexpr time_t outside_date = 981173106; // nor that date, 3 February 2001
constexpr size_t large = 300 * 1024;       // goes another way than what fits a buffer

std::string random_word() {
    std::random_device random;
    std::string word;
    for (int i = 0; i < 24; i++)
        word += static_cast<char>('a' + random() % 26);
    return word;
}

std::string inside_bytes(const std::string& name, size_t size) {
    std::string bytes;
    while (bytes.size() < size)
        bytes += "inside " + name + "\n";
    bytes.resize(size);
    return bytes;
}

} // namespace

SwapTree::SwapTree(const fs::path& root, const fs::path& outside)
    : served_("swap-race-" + random_word()), inside_(fs::canonical(root) / served_),
      outside_(fs::canonical(outside) / ("swap-race-outside-" + random_word())),
      secret_(random_word()) {
    fs::path whole = fs::canonical(root);
    fs::path way = outside_.lexically_relative(whole);
    if (way.empty() || *way.begin() != "..")
        throw fs::filesystem_error("what is outside must not be beneath the root", outside_,
                                   std::make_error_code(std::errc::invalid_argument));
    build_outside();
    build_inside();
}

SwapTree::~SwapTree() {
    std::error_code ignored;
    fs::remove_all(inside_, ignored);
    fs::remove_all(outside_, ignored);
}

void SwapTree::write(const fs::path& path, const std::string& bytes) const {
    std::ofstream file(path, std::ios::binary);
    file << bytes;
    if (!file.flush())
        throw std::system_error(errno, std::generic_category(), "cannot write " + path.string());
}

void SwapTree::build_outside() {
    fs::create_directories(outside_ / "m");
    std::string bytes;
    while (bytes.size() < outside_size)
        bytes += "outside " + secret_ + "\n";
    bytes.resize(outside_size);
    for (const char* name : {"f", "m/f"}) {
        write(outside_ / name, bytes);
        const timespec times[] = {{outside_date, 0}, {outside_date, 0}};
        if (utimensat(AT_FDCWD, (outside_ / name).c_str(), times, 0) != 0)
            throw std::system_error(errno, std::generic_category(), "cannot set a date");
    }
    write(outside_ / secret_, "");
    write(outside_ / "m" / secret_, "");
}

void SwapTree::link(const std::string& to, const std::string& name) {
    fs::create_symlink(to, inside_ / name);
}

// The name that clients ask for is served from inside, or leads out; there is no moment
// at which it is not there at all.
void SwapTree::add_pair(const std::string& one, const std::string& other) {
    pairs_.emplace_back((inside_ / one).string(), (inside_ / other).string());
}

void SwapTree::build_inside() {
    for (const char* name : {"relative", "absolute", "nested/m", "nested.twin/m", "way"})
        fs::create_directories(inside_ / name);
    const std::string absolute = outside_.string();
    const std::string relative = outside_.lexically_relative(inside_).string();

    auto add_file = [this](const std::string& name, size_t size) {
        SwapTarget target{served_ + "/" + name, inside_bytes(name, size)};
        write(inside_ / name, target.inside);
        targets_.push_back(target);
    };
    auto add_link = [this](const std::string& to, const std::string& name, size_t of) {
        link(to, name);
        targets_.push_back({served_ + "/" + name, targets_[of].inside, false, true});
    };
    // A directory and a link out of the root; and a file and one.
    add_file("relative/f", 100);
    link(relative, "relative.link");
    add_pair("relative", "relative.link");
    add_file("absolute/f", large);
    link(absolute, "absolute.link");
    add_pair("absolute", "absolute.link");
    add_file("file", 5000);
    link(relative + "/f", "file.link");
    add_pair("file", "file.link");
    // One in the other: m is a link out, and what m is in is one, or a twin.
    add_file("nested/m/f", 1000);
    write(inside_ / "nested.twin/m/f", targets_.back().inside);
    link("../" + relative + "/m", "nested/m.link");
    add_pair("nested/m", "nested/m.link");
    link(relative, "nested.link");
    add_pair("nested", "nested.twin");
    add_pair("nested", "nested.link");
    // Links that stay inside lead through names that do not: without "..", and with it.
    add_link("relative/f", "through", 0);
    add_link("../absolute/f", "way/up", 1);
    targets_.push_back({served_ + "/relative/", "", true});
    targets_.push_back({served_ + "/nested/m/", "", true});
    targets_.push_back({served_ + "/", "", true});
}

void SwapTree::exchange() {
    const auto& [one, other] = pairs_[next_++ % pairs_.size()];
    // Of what is nested a part may be elsewhere at the moment.
    if (renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) != 0 &&
        errno != ENOENT)
        throw std::system_error(errno, std::generic_category(), "cannot exchange " + one);
}

std::string SwapTree::leak_in(const std::string& text) const {
    for (const std::string& mark : {secret_, std::to_string(outside_size), std::string("54,321"),
                                    std::string("2001-02-03"), std::string("Feb 2001")})
        if (text.find(mark) != text.npos)
            return mark;
    return "";
}

} // namespace ktcp::test
