// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "directory.hh"

#include "temporary_tree.hh"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <map>
#include <sys/stat.h>

namespace ktcp::user {
namespace {

using testing::TemporaryTree;
namespace fs = std::filesystem;

class DirectoryTest : public ::testing::Test {
protected:
    Descriptor open(const std::string& path = "") {
        return Descriptor(::open((tree.root / path).c_str(), O_RDONLY | O_DIRECTORY));
    }
    std::map<std::string, ktcp_entry> list(const std::string& path = "",
                                           ktcp_symlinks symlinks = KTCP_SYMLINKS_BENEATH) {
        std::map<std::string, ktcp_entry> found;
        Descriptor file = open(path);
        Root served(tree.root, symlinks);
        auto directory = Directory::open(file.get(), path, served, buffers);
        ktcp_entry entry;
        while (directory->next(entry) == Directory::Step::entry) {
            EXPECT_EQ(buffers.lent(), 1u);
            EXPECT_TRUE(found.emplace(std::string(entry.name, entry.name_size), entry).second);
        }
        EXPECT_EQ(directory->next(entry), Directory::Step::end);
        return found;
    }

    TemporaryTree tree;
    Root root{tree.root};
    BlockPool buffers{KTCP_BUFFER_SIZE, 4};
};

TEST_F(DirectoryTest, TellsKindsSizesAndTimes) {
    TemporaryTree::write(tree.root / "a b\xff", "12345");
    fs::create_directory(tree.root / "sub");
    fs::create_symlink("/etc/passwd", tree.root / "link");
    mkfifo((tree.root / "fifo").c_str(), 0600);
    timespec times[] = {{7, 0}, {1234567890, 5}};
    ASSERT_EQ(utimensat(AT_FDCWD, (tree.root / "a b\xff").c_str(), times, 0), 0);
    auto found = list();
    ASSERT_EQ(found.size(), 4u); // neither . nor ..
    EXPECT_EQ(found["a b\xff"].kind, KTCP_ENTRY_FILE);
    EXPECT_EQ(found["a b\xff"].size, 5u);
    EXPECT_EQ(found["a b\xff"].modified_seconds, 1234567890);
    EXPECT_EQ(found["sub"].kind, KTCP_ENTRY_DIRECTORY);
    EXPECT_EQ(found["link"].kind, KTCP_ENTRY_OTHER); // it leads out
    EXPECT_EQ(found["fifo"].kind, KTCP_ENTRY_OTHER);
}

// A link is what a request for it would find; what it would refuse is not described.
TEST_F(DirectoryTest, LinksAreDescribedByTheRule) {
    fs::create_directory(tree.root / "sub");
    TemporaryTree::write(tree.root / "file", "12345");
    TemporaryTree::write(tree.base / "secret", "secret");
    timespec times[] = {{7, 0}, {1234567890, 5}};
    ASSERT_EQ(utimensat(AT_FDCWD, (tree.root / "file").c_str(), times, 0), 0);
    mkfifo((tree.root / "fifo").c_str(), 0600);
    auto link = [&](const char* to, const char* name) {
        fs::create_symlink(to, tree.root / "sub" / name);
    };
    link("../file", "up");
    link("../sub", "directory");
    link("/file", "absolute");
    link("../../secret", "out");
    link("../fifo", "to_fifo");
    link("nothing", "dangling");
    link("loop", "loop");
    link("/proc/self/root", "magic");

    auto found = list("sub");
    ASSERT_EQ(found.size(), 8u);
    EXPECT_EQ(found["up"].kind, KTCP_ENTRY_FILE);
    EXPECT_EQ(found["up"].size, 5u);
    EXPECT_EQ(found["up"].modified_seconds, 1234567890);
    EXPECT_EQ(found["directory"].kind, KTCP_ENTRY_DIRECTORY);
    for (const char* name : {"absolute", "out", "to_fifo", "dangling", "loop", "magic"})
        EXPECT_EQ(found[name].kind, KTCP_ENTRY_OTHER) << name;

    found = list("sub", KTCP_SYMLINKS_IN_ROOT);
    for (const char* name : {"up", "absolute"}) {
        EXPECT_EQ(found[name].kind, KTCP_ENTRY_FILE) << name;
        EXPECT_EQ(found[name].size, 5u) << name;
    }
    EXPECT_EQ(found["directory"].kind, KTCP_ENTRY_DIRECTORY);
    for (const char* name : {"out", "to_fifo", "dangling", "loop", "magic"})
        EXPECT_EQ(found[name].kind, KTCP_ENTRY_OTHER) << name;

    for (const auto& [name, entry] : list("sub", KTCP_SYMLINKS_NONE))
        EXPECT_EQ(entry.kind, KTCP_ENTRY_OTHER) << name;
    EXPECT_EQ(list("", KTCP_SYMLINKS_NONE)["file"].kind, KTCP_ENTRY_FILE);
}

TEST_F(DirectoryTest, ManyEntriesInOneBuffer) {
    std::string longest(KTCP_NAME_MAX - 4, 'n');
    for (int i = 1000; i < 4000; ++i)
        TemporaryTree::write(tree.root / (longest + std::to_string(i)), "");
    EXPECT_EQ(list().size(), 3000u);
    EXPECT_EQ(buffers.lent(), 0u);
}

TEST_F(DirectoryTest, ReadersOfOneDescriptorDoNotDisturbEachOther) {
    for (int i = 0; i < 10; ++i)
        TemporaryTree::write(tree.root / std::to_string(i), "");
    Descriptor shared = open();
    auto half = Directory::open(shared.get(), "", root, buffers);
    ktcp_entry entry;
    for (int i = 0; i < 5; ++i)
        ASSERT_EQ(half->next(entry), Directory::Step::entry);
    auto other = Directory::open(shared.get(), "", root, buffers);
    int count = 0;
    while (other->next(entry) == Directory::Step::entry)
        ++count;
    EXPECT_EQ(count, 10);
    for (int i = 0; i < 5; ++i)
        ASSERT_EQ(half->next(entry), Directory::Step::entry);
    EXPECT_EQ(half->next(entry), Directory::Step::end);
}

TEST_F(DirectoryTest, ADirectoryThatVanishesEndsOrFailsButDoesNotHang) {
    fs::create_directory(tree.root / "gone");
    Descriptor gone = open("gone");
    fs::remove(tree.root / "gone");
    auto directory = Directory::open(gone.get(), "gone", root, buffers);
    ktcp_entry entry;
    if (directory) {
        EXPECT_NE(directory->next(entry), Directory::Step::entry);
    }
    gone = Descriptor();
    EXPECT_EQ(Directory::open(gone.get(), "gone", root, buffers), nullptr);
}

} // namespace
} // namespace ktcp::user
