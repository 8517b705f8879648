// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "file_reading.hh"

#include "temporary_tree.hh"

#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace ktcp::user {
namespace {

using testing::TemporaryTree;
using State = FileReading::State;

class FileReadingTest : public ::testing::Test {
protected:
    FileReadingTest() {
        std::signal(SIGIO, SIG_IGN);
        TemporaryTree::write(path, "content");
    }
    Descriptor open(int flags = O_RDONLY) {
        return Descriptor(::open(path.c_str(), flags | O_CLOEXEC));
    }
    static FileIdentity identity_of(const Descriptor& file) {
        struct stat st;
        EXPECT_EQ(fstat(file.get(), &st), 0);
        return FileIdentity(st);
    }
    FileReading read(const Descriptor& file, const FileIdentity& identity) {
        return FileReading::read(file.get(), identity,
                                 ContentRef(Content::create(share, identity.size)));
    }
    FileReading read(const Descriptor& file) { return read(file, identity_of(file)); }
    static void settle() { usleep(30000); }

    TemporaryTree tree;
    const std::filesystem::path path = tree.root / "file";
    CacheBudget budget{CacheLimits{}};
    WorkerRecord record;
    CacheShare share{budget, record};
};

TEST_F(FileReadingTest, WhatWasChangedInThisTickIsNotProved) {
    Descriptor file = open();
    FileReading reading;
    for (int tries = 0; tries < 5 && reading.state != State::unsettled; ++tries) {
        TemporaryTree::write(path, "changed");
        reading = read(file);
    }
    EXPECT_EQ(reading.state, State::unsettled);
    EXPECT_TRUE(reading.consistent);
}

TEST_F(FileReadingTest, WhatNobodyChangesIs) {
    settle();
    Descriptor file = open();
    EXPECT_EQ(writers_of(file.get()), Writers::none);
    FileReading reading = read(file);
    EXPECT_EQ(reading.state, State::proved);
    EXPECT_EQ(std::string(reading.content->bytes(), reading.content->size()), "content");
}

TEST_F(FileReadingTest, WhoHasItOpenForWritingCouldChangeItUnseen) {
    Descriptor file = open();
    settle();
    Descriptor writer = open(O_WRONLY);
    EXPECT_EQ(writers_of(file.get()), Writers::some);
    EXPECT_EQ(read(file).state, State::unsettled);
    sleep(1); // a file that is open for long, such as a log
    FileReading reading = read(file);
    EXPECT_EQ(reading.state, State::once);
    EXPECT_TRUE(reading.consistent);
    writer = Descriptor();
    EXPECT_EQ(read(file).state, State::proved);
}

TEST_F(FileReadingTest, AnotherIdentityIsNoticed) {
    Descriptor file = open();
    FileIdentity before = identity_of(file);
    settle();
    std::filesystem::resize_file(path, 3);
    FileReading reading = read(file, before);
    EXPECT_EQ(reading.state, State::unsettled);
    EXPECT_FALSE(reading.consistent);
}

TEST_F(FileReadingTest, DatesOfWholeSecondsAreTrustedLater) {
    timespec now = {};
    clock_gettime(CLOCK_REALTIME, &now);
    EXPECT_TRUE(may_hide_changes({now.tv_sec - 1, 0}));
    EXPECT_FALSE(may_hide_changes({now.tv_sec - 4, 0}));
    EXPECT_FALSE(may_hide_changes({now.tv_sec - 2, 1}));
    EXPECT_TRUE(may_hide_changes({now.tv_sec + 5, 1}));
}

} // namespace
} // namespace ktcp::user
