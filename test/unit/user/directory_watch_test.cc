// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "directory_watch.hh"

#include "listing_maker.hh"
#include "temporary_tree.hh"

#include <fcntl.h>
#include <functional>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ktcp::user {
namespace {

using testing::TemporaryTree;
namespace fs = std::filesystem;

class DirectoryWatchTest : public ::testing::Test {
protected:
    DirectoryWatchTest() {
        TemporaryTree::write(tree.root / "file", "content");
        fs::create_directory(tree.root / "sub");
        directory = Descriptor(open(tree.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    // Is a change heard of, and only once it has happened?
    bool hears(const std::function<void()>& change) {
        Answer answer;
        EXPECT_TRUE(watch.watch(answer, directory.get()));
        EXPECT_TRUE(watch.watch_entry(answer, directory.get(), "sub"));
        watch.listen();
        EXPECT_FALSE(answer.changed);
        change();
        watch.listen();
        watch.unwatch(answer);
        EXPECT_TRUE(watch.idle());
        return answer.changed;
    }

    TemporaryTree tree;
    Descriptor directory;
    DirectoryWatch watch;
};

TEST_F(DirectoryWatchTest, HearsOfWhatAListingShows) {
    const fs::path root = tree.root, file = root / "file";
    EXPECT_TRUE(hears([&] { TemporaryTree::write(root / "new", ""); }));
    EXPECT_TRUE(hears([&] { fs::remove(root / "new"); }));
    EXPECT_TRUE(hears([&] { TemporaryTree::write(file, "longer content"); }));
    EXPECT_TRUE(hears([&] { fs::resize_file(file, 1); }));
    EXPECT_TRUE(hears([&] { fs::rename(file, root / "other"); }));
    EXPECT_TRUE(hears([&] { fs::rename(root / "other", file); }));
    EXPECT_TRUE(hears([&] { fs::permissions(file, fs::perms::owner_read); }));
    EXPECT_TRUE(hears([&] { utimensat(AT_FDCWD, file.c_str(), nullptr, 0); }));
    EXPECT_TRUE(hears([&] { TemporaryTree::write(root / "sub" / "inner", ""); }));
    EXPECT_TRUE(hears([&] { fs::remove(root / "sub" / "inner"); }));
}

TEST_F(DirectoryWatchTest, DoesNotHearOfReading) {
    EXPECT_FALSE(hears([&] {
        std::string text;
        std::ifstream(tree.root / "file") >> text;
        for ([[maybe_unused]] auto& entry : fs::directory_iterator(tree.root)) {
        }
    }));
}

TEST_F(DirectoryWatchTest, TellsAllWhoseDirectoryItIs) {
    Answer first, second, other;
    Descriptor sub(open((tree.root / "sub").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    EXPECT_TRUE(watch.watch(first, directory.get()));
    EXPECT_TRUE(watch.watch(second, directory.get()));
    EXPECT_TRUE(watch.watch_entry(first, directory.get(), "sub"));
    EXPECT_TRUE(watch.watch(other, sub.get()));
    TemporaryTree::write(tree.root / "sub" / "inner", "1");
    watch.listen();
    EXPECT_TRUE(first.changed);
    EXPECT_FALSE(second.changed);
    EXPECT_TRUE(other.changed);
    watch.unwatch(first);
    first.changed = false;
    TemporaryTree::write(tree.root / "another", "1");
    watch.listen();
    EXPECT_FALSE(first.changed);
    EXPECT_TRUE(second.changed);
    watch.unwatch(second);
    watch.unwatch(other);
}

TEST_F(DirectoryWatchTest, AnOverflowIsAChangeOfAll) {
    EXPECT_TRUE(hears([&] {
        // What is told in a row of one file is told once: so by turns.
        std::ofstream a(tree.root / "a"), b(tree.root / "b");
        size_t queue = 0;
        std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> queue;
        for (size_t i = 0; i < queue / 2 + 10; ++i) {
            a << 'a' << std::flush;
            b << 'b' << std::flush;
        }
    }));
}

} // namespace
} // namespace ktcp::user
