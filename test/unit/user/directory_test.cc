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
    Descriptor open_root() {
        return Descriptor(::open(tree.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    std::map<std::string, ktcp_entry> list(int fd) {
        std::map<std::string, ktcp_entry> found;
        auto directory = Directory::open(fd, buffers);
        ktcp_entry entry;
        while (directory->next(entry) == Directory::Step::entry) {
            EXPECT_EQ(buffers.lent(), 1u);
            EXPECT_TRUE(found.emplace(std::string(entry.name, entry.name_size), entry).second);
        }
        EXPECT_EQ(directory->next(entry), Directory::Step::end);
        return found;
    }

    TemporaryTree tree;
    BlockPool buffers{KTCP_BUFFER_SIZE, 4};
};

TEST_F(DirectoryTest, TellsKindsSizesAndTimes) {
    TemporaryTree::write(tree.root / "a b\xff", "12345");
    fs::create_directory(tree.root / "sub");
    fs::create_symlink("/etc/passwd", tree.root / "link");
    mkfifo((tree.root / "fifo").c_str(), 0600);
    timespec times[] = {{7, 0}, {1234567890, 5}};
    ASSERT_EQ(utimensat(AT_FDCWD, (tree.root / "a b\xff").c_str(), times, 0), 0);
    auto found = list(open_root().get());
    ASSERT_EQ(found.size(), 4u); // neither . nor ..
    EXPECT_EQ(found["a b\xff"].kind, KTCP_ENTRY_FILE);
    EXPECT_EQ(found["a b\xff"].size, 5u);
    EXPECT_EQ(found["a b\xff"].modified_seconds, 1234567890);
    EXPECT_EQ(found["sub"].kind, KTCP_ENTRY_DIRECTORY);
    EXPECT_EQ(found["link"].kind, KTCP_ENTRY_OTHER); // not what it leads to
    EXPECT_EQ(found["fifo"].kind, KTCP_ENTRY_OTHER);
}

TEST_F(DirectoryTest, ManyEntriesInOneBuffer) {
    std::string longest(KTCP_NAME_MAX - 4, 'n');
    for (int i = 1000; i < 4000; ++i)
        TemporaryTree::write(tree.root / (longest + std::to_string(i)), "");
    EXPECT_EQ(list(open_root().get()).size(), 3000u);
    EXPECT_EQ(buffers.lent(), 0u);
}

TEST_F(DirectoryTest, ReadersOfOneDescriptorDoNotDisturbEachOther) {
    for (int i = 0; i < 10; ++i)
        TemporaryTree::write(tree.root / std::to_string(i), "");
    Descriptor shared = open_root();
    auto half = Directory::open(shared.get(), buffers);
    ktcp_entry entry;
    for (int i = 0; i < 5; ++i)
        ASSERT_EQ(half->next(entry), Directory::Step::entry);
    auto other = Directory::open(shared.get(), buffers);
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
    Descriptor fd(::open((tree.root / "gone").c_str(), O_RDONLY | O_DIRECTORY));
    fs::remove(tree.root / "gone");
    auto directory = Directory::open(fd.get(), buffers);
    ktcp_entry entry;
    if (directory) {
        EXPECT_NE(directory->next(entry), Directory::Step::entry);
    }
    EXPECT_EQ(Directory::open(-1, buffers), nullptr);
}

} // namespace
} // namespace ktcp::user
