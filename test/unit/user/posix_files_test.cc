// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "posix_files.hh"

#include "start_error.hh"
#include "temporary_tree.hh"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/fsuid.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

namespace ktcp::user {
namespace {

using testing::TemporaryTree;
namespace fs = std::filesystem;

class RootTest : public ::testing::Test {
protected:
    RootTest() {
        TemporaryTree::write(tree.root / "file", "content");
        fs::create_directory(tree.root / "sub");
        TemporaryTree::write(tree.root / "sub" / "inner", "inner");
        TemporaryTree::write(tree.base / "secret", "secret");
        fs::create_directory(tree.base / "outside");
        TemporaryTree::write(tree.base / "outside" / "file", "outside");
    }
    ktcp_resource_status status(const std::string& path,
                                ktcp_symlinks symlinks = KTCP_SYMLINKS_BENEATH) {
        return Root(tree.root, symlinks).open(path.c_str()).status;
    }
    void link(const fs::path& to, const char* name) { fs::create_symlink(to, tree.root / name); }

    TemporaryTree tree;
};

TEST_F(RootTest, OpensAFileAndSaysWhatItIs) {
    Root root(tree.root);
    OpenedFile opened = root.open("sub/inner");
    ASSERT_EQ(opened.status, KTCP_RESOURCE_FILE);
    EXPECT_EQ(opened.identity.size, 5u);
    char content[8];
    EXPECT_EQ(pread(opened.fd.get(), content, sizeof content, 0), 5);
    EXPECT_TRUE(root.leads_to("sub/inner", opened.identity));
    EXPECT_FALSE(root.leads_to("file", opened.identity));
}

TEST_F(RootTest, OpensDirectoriesAndTheRootItself) {
    EXPECT_EQ(status("sub"), KTCP_RESOURCE_DIRECTORY);
    EXPECT_EQ(status(""), KTCP_RESOURCE_DIRECTORY);
    Root root(tree.root);
    EXPECT_TRUE(root.leads_to("", root.open("").identity));
}

TEST_F(RootTest, NamesThatAreNotThere) {
    EXPECT_EQ(status("nothing"), KTCP_RESOURCE_NOT_FOUND);
    EXPECT_EQ(status("file/below"), KTCP_RESOURCE_NOT_FOUND);
    EXPECT_EQ(status("file/"), KTCP_RESOURCE_NOT_FOUND);
    EXPECT_EQ(status(std::string(256, 'n')), KTCP_RESOURCE_NOT_FOUND);
    std::string deep;
    for (int i = 0; i < 2500; ++i)
        deep += "s/";
    EXPECT_EQ(status(deep + "s"), KTCP_RESOURCE_NOT_FOUND);
}

TEST_F(RootTest, LinksThatStayInsideAreFollowed) {
    link("sub/inner", "to_file");
    link("sub", "to_directory");
    fs::create_symlink("../file", tree.root / "sub" / "up");
    EXPECT_EQ(status("to_file"), KTCP_RESOURCE_FILE);
    EXPECT_EQ(status("to_directory"), KTCP_RESOURCE_DIRECTORY);
    EXPECT_EQ(status("to_directory/inner"), KTCP_RESOURCE_FILE);
    EXPECT_EQ(status("sub/up"), KTCP_RESOURCE_FILE);
}

TEST_F(RootTest, LinksThatLeaveAreNot) {
    link("../secret", "relative");
    link("../outside", "relative_directory");
    link(tree.base / "secret", "absolute");
    link("/", "slash");
    link("/proc/self/root", "magic");
    link("sub/../../secret", "detour");
    EXPECT_EQ(status("relative"), KTCP_RESOURCE_FORBIDDEN);
    EXPECT_EQ(status("relative_directory"), KTCP_RESOURCE_FORBIDDEN);
    EXPECT_EQ(status("relative_directory/file"), KTCP_RESOURCE_FORBIDDEN);
    EXPECT_EQ(status("absolute"), KTCP_RESOURCE_FORBIDDEN);
    EXPECT_EQ(status("slash/etc/passwd"), KTCP_RESOURCE_FORBIDDEN);
    EXPECT_EQ(status("magic/etc/passwd"), KTCP_RESOURCE_FORBIDDEN);
    EXPECT_EQ(status("detour"), KTCP_RESOURCE_FORBIDDEN);
}

TEST_F(RootTest, InRootTheRootIsTheSlashOfLinks) {
    link("/sub/inner", "absolute");
    link("../../../sub/inner", "climbing"); // above the root is the root
    link(tree.base / "secret", "out");
    link("/proc/self/root", "no_proc_here");
    for (const char* name : {"absolute", "climbing"}) {
        Root root(tree.root, KTCP_SYMLINKS_IN_ROOT);
        OpenedFile opened = root.open(name);
        ASSERT_EQ(opened.status, KTCP_RESOURCE_FILE) << name;
        EXPECT_EQ(opened.identity.size, 5u);
        EXPECT_TRUE(root.leads_to(name, opened.identity));
        EXPECT_EQ(status(name), KTCP_RESOURCE_FORBIDDEN) << name;
    }
    EXPECT_EQ(status("out", KTCP_SYMLINKS_IN_ROOT), KTCP_RESOURCE_NOT_FOUND);
    EXPECT_EQ(status("no_proc_here", KTCP_SYMLINKS_IN_ROOT), KTCP_RESOURCE_NOT_FOUND);
    EXPECT_EQ(status("sub/inner", KTCP_SYMLINKS_IN_ROOT), KTCP_RESOURCE_FILE);
}

TEST_F(RootTest, WithoutLinksNoneIsFollowed) {
    link("file", "to_file");
    link("sub", "to_directory");
    for (const char* name : {"to_file", "to_directory", "to_directory/inner"})
        EXPECT_EQ(status(name, KTCP_SYMLINKS_NONE), KTCP_RESOURCE_FORBIDDEN) << name;
    EXPECT_EQ(status("sub/inner", KTCP_SYMLINKS_NONE), KTCP_RESOURCE_FILE);
    EXPECT_EQ(status("", KTCP_SYMLINKS_NONE), KTCP_RESOURCE_DIRECTORY);
}

// Magic links (proc(5)) lead wherever the kernel likes; by no rule are they followed.
TEST(RootOfProc, ItsMagicLinksLeadNowhere) {
    for (ktcp_symlinks rule : {KTCP_SYMLINKS_BENEATH, KTCP_SYMLINKS_IN_ROOT}) {
        Root root("/proc", rule);
        EXPECT_EQ(root.open("self/net").status, KTCP_RESOURCE_DIRECTORY);
        EXPECT_EQ(root.open("self/status").status, KTCP_RESOURCE_FORBIDDEN); // of no size
        for (const char* name : {"self/root", "self/root/etc/passwd", "self/cwd", "self/exe",
                                 "self/fd/0", "thread-self/root/etc/passwd"})
            EXPECT_EQ(root.open(name).status, KTCP_RESOURCE_FORBIDDEN) << name;
    }
    EXPECT_EQ(Root("/proc", KTCP_SYMLINKS_NONE).open("self/net").status, KTCP_RESOURCE_FORBIDDEN);
}

// The engine never asks for such names; the file system refuses them all the same.
TEST_F(RootTest, DotDotDoesNotLeaveEither) {
    EXPECT_EQ(status("../secret"), KTCP_RESOURCE_FORBIDDEN);
    EXPECT_EQ(status("sub/../../secret"), KTCP_RESOURCE_FORBIDDEN);
    EXPECT_EQ(status("/etc/passwd"), KTCP_RESOURCE_FORBIDDEN);
}

TEST_F(RootTest, LinksInACircle) {
    link("second", "first");
    link("first", "second");
    EXPECT_EQ(status("first"), KTCP_RESOURCE_FORBIDDEN);
}

TEST_F(RootTest, AFifoIsNeverOpened) {
    fs::path fifo = tree.root / "fifo";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0666), 0);
    EXPECT_EQ(status("fifo"), KTCP_RESOURCE_FORBIDDEN); // and at once
    // A writer that does not wait is let in while there is a reader.
    Root root(tree.root);
    OpenedFile opened = root.open("fifo");
    EXPECT_EQ(open(fifo.c_str(), O_WRONLY | O_NONBLOCK), -1);
    EXPECT_EQ(errno, ENXIO);
}

TEST_F(RootTest, SocketsAndDevicesAreForbidden) {
    Descriptor listener(socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::string path = tree.root / "socket";
    ASSERT_LT(path.size(), sizeof address.sun_path);
    path.copy(address.sun_path, path.size());
    ASSERT_EQ(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(status("socket"), KTCP_RESOURCE_FORBIDDEN);
    if (mknod((tree.root / "null").c_str(), S_IFCHR | 0666, makedev(1, 3)) == 0) {
        EXPECT_EQ(status("null"), KTCP_RESOURCE_FORBIDDEN);
    }
}

TEST_F(RootTest, WhatTheUserMayNotReadIsForbidden) {
    fs::permissions(tree.base, fs::perms(0755));
    fs::permissions(tree.root / "file", fs::perms::none);
    fs::permissions(tree.root / "sub", fs::perms::none);
    Root root(tree.root);
    uid_t self = geteuid();
    setfsuid(65534); // where the tests run as root; elsewhere it changes nothing
    EXPECT_EQ(root.open("file").status, KTCP_RESOURCE_FORBIDDEN);
    EXPECT_EQ(root.open("sub").status, KTCP_RESOURCE_FORBIDDEN);
    EXPECT_EQ(root.open("sub/inner").status, KTCP_RESOURCE_FORBIDDEN);
    setfsuid(self);
    fs::permissions(tree.root / "sub", fs::perms::owner_all);
}

TEST_F(RootTest, SaysSoWhenDescriptorsRunOut) {
    Root root(tree.root);
    rlimit before;
    getrlimit(RLIMIT_NOFILE, &before);
    size_t leaks = testing::open_descriptors();
    for (rlim_t room : {0, 1}) { // none for finding, one for finding and none for opening
        Descriptor next(dup(0));
        auto lowest_free = static_cast<rlim_t>(next.get());
        next = Descriptor();
        rlimit tight = {lowest_free + room, before.rlim_max};
        ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
        OpenedFile opened = root.open("file");
        setrlimit(RLIMIT_NOFILE, &before);
        EXPECT_EQ(opened.status, KTCP_RESOURCE_FAILED);
        EXPECT_TRUE(opened.out_of_descriptors);
    }
    EXPECT_EQ(testing::open_descriptors(), leaks);
}

TEST_F(RootTest, ABadRootIsRefusedWithAdvice) {
    for (fs::path path : {tree.root / "nothing", tree.root / "file"}) {
        try {
            Root root(path);
            ADD_FAILURE() << path;
        } catch (const StartError& error) {
            EXPECT_NE(std::string(error.what()).find("--root"), std::string::npos);
            EXPECT_NE(std::string(error.what()).find(path), std::string::npos);
        }
    }
}

} // namespace
} // namespace ktcp::user
