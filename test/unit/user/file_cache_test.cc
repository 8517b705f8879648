// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "file_cache.hh"

#include "temporary_tree.hh"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace ktcp::user {
namespace {

using testing::TemporaryTree;
namespace fs = std::filesystem;

class FileCacheTest : public ::testing::Test {
protected:
    FileCacheTest() {
        for (const char* name : {"a", "b", "c"})
            TemporaryTree::write(tree.root / name, std::string("content of ") + name);
        make(2);
    }
    void make(size_t capacity) { cache.emplace(*roots, capacity, counters); }
    void make(ktcp_symlinks symlinks) {
        cache.reset();
        roots.emplace(paths, symlinks);
        make(4);
    }
    FileCache::Found look(const std::string& name, uint32_t number = 0) {
        return cache->acquire({name.c_str(), name.size(), number, 0, {}}, now);
    }

    FileCache::Found acquire(const std::string& name, uint32_t number = 0) {
        cache->input_arrived();
        return look(name, number);
    }
    void release(const FileCache::Found& found) {
        ASSERT_NE(found.file, nullptr);
        cache->release(*found.file, now);
    }
    // What a response would carry.
    std::string content(const std::string& name, uint32_t number = 0) {
        FileCache::Found found = acquire(name, number);
        if (!found.file)
            return "status " + std::to_string(found.status);
        std::string text(found.file->identity.size, '\0');
        EXPECT_EQ(pread(found.file->fd.get(), text.data(), text.size(), 0),
                  static_cast<ssize_t>(text.size()));
        release(found);
        return text;
    }
    uint64_t hits() const { return counters[count_cache_hits]; }

    TemporaryTree tree;
    std::vector<std::string> paths{tree.root};
    std::optional<Roots> roots{paths};
    Counters counters;
    ktcp_time now = 100 * KTCP_SECOND;
    std::optional<FileCache> cache;
};

TEST_F(FileCacheTest, ASecondRequestFindsTheOpenFile) {
    EXPECT_EQ(content("a"), "content of a");
    EXPECT_EQ(hits(), 0u);
    EXPECT_EQ(content("a"), "content of a");
    EXPECT_EQ(hits(), 1u);
}

TEST_F(FileCacheTest, UsersShareTheOpenFile) {
    FileCache::Found first = acquire("a"), second = acquire("a");
    EXPECT_EQ(first.file, second.file);
    EXPECT_EQ(first.file->users, 2u);
    release(first);
    release(second);
}

// What a request finds may be older than its answer, but not older than the request.
TEST_F(FileCacheTest, OneLookIsGoodUntilSomethingArrives) {
    content("a");
    FileCache::Found first = look("a");
    TemporaryTree::write(tree.root / "a", "another");
    FileCache::Found same_round = look("a");
    EXPECT_EQ(same_round.file, first.file);
    cache->input_arrived();
    FileCache::Found next_round = look("a");
    EXPECT_NE(next_round.file, first.file);
    EXPECT_EQ(next_round.file->identity.size, 7u);
    for (const FileCache::Found& found : {first, same_round, next_round})
        release(found);
}

TEST_F(FileCacheTest, APieceIsReadOnceUntilSomethingArrives) {
    FileCache::Found a = acquire("a"), b = acquire("b");
    auto piece = [&](const FileCache::Found& found, uint64_t offset, size_t size) {
        char* data = cache->read(*found.file, offset, size);
        return data ? std::string(data, size) : "none";
    };
    EXPECT_EQ(piece(a, 0, 12), "content of a");
    std::fstream(tree.root / "a") << "CONTENT";
    EXPECT_EQ(piece(a, 0, 12), "content of a");
    EXPECT_EQ(piece(a, 1, 3), "ONT"); // another piece
    EXPECT_EQ(piece(a, 0, 12), "CONTENT of a");
    std::fstream(tree.root / "a") << "content";
    cache->input_arrived();
    EXPECT_EQ(piece(a, 0, 12), "content of a");
    EXPECT_EQ(piece(b, 0, 12), "content of b"); // another file
    EXPECT_EQ(piece(a, 0, 12), "content of a");
    fs::resize_file(tree.root / "a", 5);
    cache->input_arrived();
    EXPECT_EQ(piece(a, 0, 12), "none");
    EXPECT_EQ(piece(a, 0, 5), "conte");
    release(a);
    release(b);
}

TEST_F(FileCacheTest, InFrontOfAPieceThereIsRoomForAHead) {
    TemporaryTree::write(tree.root / "big", std::string(KTCP_BUFFER_SIZE, 'b'));
    FileCache::Found big = acquire("big");
    char* data = cache->read(*big.file, 0, KTCP_BUFFER_SIZE);
    std::fill(data - FileCache::headroom, data, 'h');
    EXPECT_EQ(std::string(data, KTCP_BUFFER_SIZE), std::string(KTCP_BUFFER_SIZE, 'b'));
    release(big);
}

TEST_F(FileCacheTest, AChangedFileIsNew) {
    EXPECT_EQ(content("a"), "content of a");
    TemporaryTree::write(tree.root / "a", "longer content of a");
    EXPECT_EQ(content("a"), "longer content of a");
    EXPECT_EQ(hits(), 0u);
}

TEST_F(FileCacheTest, AChangeThatHidesItselfIsSeenByTheChangeTime) {
    struct stat before;
    fs::path path = tree.root / "a";
    ASSERT_EQ(stat(path.c_str(), &before), 0);
    EXPECT_EQ(content("a"), "content of a");
    usleep(20000); // past the granularity of a file system's clock
    TemporaryTree::write(path, "CONTENT OF A");
    timespec times[] = {before.st_atim, before.st_mtim};
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
    EXPECT_EQ(content("a"), "CONTENT OF A");
    EXPECT_EQ(hits(), 0u);
}

TEST_F(FileCacheTest, AReplacedFileIsNewEvenWhereAllElseIsEqual) {
    EXPECT_EQ(content("a"), "content of a");
    TemporaryTree::write(tree.root / "new", "content of A");
    fs::last_write_time(tree.root / "new", fs::last_write_time(tree.root / "a"));
    fs::rename(tree.root / "new", tree.root / "a");
    EXPECT_EQ(content("a"), "content of A");
}

TEST_F(FileCacheTest, ARemovedFileIsNotFound) {
    EXPECT_EQ(content("a"), "content of a");
    fs::remove(tree.root / "a");
    EXPECT_EQ(acquire("a").status, KTCP_RESOURCE_NOT_FOUND);
    EXPECT_EQ(cache->size(), 0u);
}

TEST_F(FileCacheTest, AMadeUnreadableFileIsNoLongerServed) {
    EXPECT_EQ(content("a"), "content of a");
    fs::permissions(tree.root / "a", fs::perms::owner_read);
    FileCache::Found found = acquire("a"); // opened again: mode changes are changes
    EXPECT_EQ(hits(), 0u);
    if (found.file)
        release(found);
}

TEST_F(FileCacheTest, ANameThatBecameALinkOutIsForbidden) {
    TemporaryTree::write(tree.base / "secret", "content of s");
    EXPECT_EQ(content("a"), "content of a");
    fs::remove(tree.root / "a");
    fs::create_symlink("../secret", tree.root / "a");
    EXPECT_EQ(acquire("a").status, KTCP_RESOURCE_FORBIDDEN);
}

TEST_F(FileCacheTest, TheSameNameInTwoRootsIsTwoFiles) {
    fs::create_directory(tree.base / "other");
    TemporaryTree::write(tree.base / "other" / "a", "another a");
    paths = {tree.root, "", tree.base / "other"};
    make(KTCP_SYMLINKS_BENEATH);
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(content("a", 0), "content of a");
        EXPECT_EQ(content("a", 2), "another a");
    }
    EXPECT_EQ(hits(), 2u);
    EXPECT_EQ(acquire("b", 2).status, KTCP_RESOURCE_NOT_FOUND);
    EXPECT_EQ(acquire("a", 1).status, KTCP_RESOURCE_NOT_FOUND); // there is no such root
    EXPECT_EQ(acquire("a", 3).status, KTCP_RESOURCE_NOT_FOUND);
}

// Here the system's root is of no help: an absolute link's "/" is the served one.
TEST_F(FileCacheTest, AbsoluteLinksWithinTheRootAreHits) {
    make(KTCP_SYMLINKS_IN_ROOT);
    fs::create_symlink("/a", tree.root / "link");
    EXPECT_EQ(content("link"), "content of a");
    EXPECT_EQ(content("link"), "content of a");
    EXPECT_EQ(hits(), 1u);
}

// The very same file by the system's root and by the served one: what the system finds
// under the name is what is open, but a request for it would find something else.
TEST_F(FileCacheTest, InRootAHitIsWhatTheNameLeadsToThere) {
    make(KTCP_SYMLINKS_IN_ROOT);
    fs::path below = tree.root / fs::path(tree.root).relative_path();
    fs::create_directories(below);
    fs::create_hard_link(tree.root / "a", below / "a");
    fs::create_symlink(tree.root / "a", tree.root / "link"); // absolute
    EXPECT_EQ(content("link"), "content of a");
    fs::rename(below, below.parent_path() / "renamed"); // the file itself is untouched
    EXPECT_EQ(acquire("link").status, KTCP_RESOURCE_NOT_FOUND);
    fs::create_directory(below);
    TemporaryTree::write(below / "a", "another");
    EXPECT_EQ(content("link"), "another");
}

TEST_F(FileCacheTest, WithoutLinksADirectoryThatBecameALinkIsRefusedAtOnce) {
    make(KTCP_SYMLINKS_NONE);
    fs::create_directory(tree.root / "dir");
    TemporaryTree::write(tree.root / "dir" / "file", "in dir");
    EXPECT_EQ(content("dir/file"), "in dir");
    fs::rename(tree.root / "dir", tree.root / "real");
    fs::create_symlink("real", tree.root / "dir");
    EXPECT_EQ(acquire("dir/file").status, KTCP_RESOURCE_FORBIDDEN);
    EXPECT_EQ(content("real/file"), "in dir");
}

// The one case in which a hit's fstatat cannot tell: the file itself is untouched.
TEST_F(FileCacheTest, ADirectoryMovedOutIsNoticedWithinTheTrustTime) {
    fs::create_directory(tree.root / "dir");
    TemporaryTree::write(tree.root / "dir" / "file", "in dir");
    EXPECT_EQ(content("dir/file"), "in dir");
    fs::rename(tree.root / "dir", tree.base / "moved");
    fs::create_symlink("../moved", tree.root / "dir");
    now += FileCache::trust_time;
    EXPECT_EQ(acquire("dir/file").status, KTCP_RESOURCE_FORBIDDEN);
}

TEST_F(FileCacheTest, AFileThatChangesInMidTransferStaysOpenForItsUser) {
    FileCache::Found old = acquire("a");
    fs::remove(tree.root / "a");
    TemporaryTree::write(tree.root / "a", "another");
    EXPECT_EQ(content("a"), "another");
    char text[32];
    EXPECT_EQ(pread(old.file->fd.get(), text, sizeof text, 0), 12);
    release(old);
}

TEST_F(FileCacheTest, KeepsNoMoreThanItsCapacityAndForgetsTheLeastRecent) {
    content("a");
    content("b");
    content("a");
    content("c"); // b goes
    EXPECT_EQ(cache->size(), 2u);
    uint64_t before = hits();
    content("a");
    EXPECT_EQ(hits(), before + 1);
    content("b");
    EXPECT_EQ(hits(), before + 1);
}

TEST_F(FileCacheTest, WhatIsInUseIsNotForgottenAndTheRestIsServedUncached) {
    size_t descriptors = testing::open_descriptors();
    FileCache::Found a = acquire("a"), b = acquire("b"), c = acquire("c");
    EXPECT_EQ(c.status, KTCP_RESOURCE_FILE);
    EXPECT_EQ(cache->size(), 2u);
    EXPECT_EQ(testing::open_descriptors(), descriptors + 3);
    release(c);
    EXPECT_EQ(testing::open_descriptors(), descriptors + 2);
    release(a);
    release(b);
}

TEST_F(FileCacheTest, UnusedFilesAreClosedAfterAWhile) {
    size_t descriptors = testing::open_descriptors();
    content("a");
    now += KTCP_SECOND;
    FileCache::Found b = acquire("b");
    EXPECT_EQ(cache->next_sweep(), now - KTCP_SECOND + FileCache::unused_time);
    now += FileCache::unused_time - KTCP_SECOND - 1;
    cache->sweep(now);
    EXPECT_EQ(cache->size(), 2u);
    now += 1;
    cache->sweep(now);
    EXPECT_EQ(cache->size(), 1u); // b is in use
    EXPECT_EQ(cache->next_sweep(), KTCP_NEVER);
    release(b);
    now += FileCache::unused_time;
    cache->sweep(now);
    EXPECT_EQ(testing::open_descriptors(), descriptors);
}

TEST_F(FileCacheTest, ClosesUnusedFilesWhenDescriptorsRunOut) {
    content("a");
    content("b");
    EXPECT_TRUE(cache->close_unused());
    EXPECT_EQ(cache->size(), 0u);
    EXPECT_FALSE(cache->close_unused());
}

TEST_F(FileCacheTest, ZeroKeepsNothing) {
    make(0);
    size_t descriptors = testing::open_descriptors();
    EXPECT_EQ(content("a"), "content of a");
    EXPECT_EQ(content("a"), "content of a");
    EXPECT_EQ(hits(), 0u);
    EXPECT_EQ(testing::open_descriptors(), descriptors);
}

TEST_F(FileCacheTest, NamesOfAllLengthsAreToldApart) {
    make(64);
    std::string name;
    for (int i = 0; i < 40; ++i) {
        name += static_cast<char>('a' + i % 26);
        TemporaryTree::write(tree.root / name, "file " + name);
    }
    for (int round = 0; round < 2; ++round)
        for (size_t size = 1; size <= name.size(); ++size)
            EXPECT_EQ(content(name.substr(0, size)), "file " + name.substr(0, size));
    EXPECT_EQ(hits(), 40u);
}

} // namespace
} // namespace ktcp::user
