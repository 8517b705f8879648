// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What is kept is given again, and never once it is out of date.
#include "answer_cache.hh"

#include "ktcp/http.h"
#include "temporary_tree.hh"
#include "worker.hh"

#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <optional>
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ktcp::user {
namespace {

using testing::TemporaryTree;
namespace fs = std::filesystem;

std::string text_of(size_t size) {
    std::string text;
    for (size_t i = 0; text.size() < size; ++i)
        text += "line " + std::to_string(i) + " of a text that can be coded\n";
    text.resize(size);
    return text;
}

class AnswerCacheTest : public ::testing::Test {
protected:
    AnswerCacheTest() {
        std::signal(SIGIO, SIG_IGN);
        for (const char* name : {"a.txt", "b.bin", "c.bin"})
            TemporaryTree::write(tree.root / name, std::string("content of ") + name);
        usleep(30000); // what is changed in this tick of the clock is not kept yet
        make();
    }
    void make(ktcp_symlinks symlinks = KTCP_SYMLINKS_BENEATH) {
        worker.reset();
        service.reset();
        roots.emplace(paths, symlinks);
        service.reset(new Service{.protocol = ktcp_http_protocol,
                                  .config = &config,
                                  .roots = &*roots,
                                  .cache_limits = limits,
                                  .max_connections = 100,
                                  .pool = 1,
                                  .records = Records(1),
                                  .spare = SpareMemory(1 << 20)});
        worker.emplace(*service, *service->records.take());
        now() = 100 * KTCP_SECOND;
    }
    ktcp_time& now() { return worker->now.monotonic; }
    AnswerCache& cache() { return *worker->files; }

    struct Answered {
        ktcp_resource resource{};
        Representation* held = nullptr;
    };
    // One request, asked until it is answered.
    Answered look(const std::string& name, std::vector<ktcp_coding> codings = {},
                  uint32_t rendering = 0, uint32_t root = 0) {
        ktcp_resource_request request = {};
        request.path = name.c_str();
        request.size = name.size();
        request.root = root;
        request.rendering = rendering;
        codings.push_back(KTCP_CODING_IDENTITY);
        std::copy(codings.begin(), codings.end(), request.codings);
        Quest quest;
        Answered answered;
        for (turns = 1;; ++turns) {
            Found found = cache().acquire(request, quest, answered.resource, answered.held);
            if (found == Found::answered)
                return answered;
            EXPECT_LT(turns, 1000);
            if (found == Found::later)
                usleep(5000);
        }
    }
    Answered acquire(const std::string& name, std::vector<ktcp_coding> codings = {},
                     uint32_t rendering = 0) {
        cache().input_arrived();
        return look(name, codings, rendering);
    }
    void release(const Answered& answered) {
        if (answered.held)
            cache().release(*answered.held);
    }
    ktcp_resource_status status(const std::string& name) {
        Answered answered = acquire(name);
        release(answered);
        return answered.resource.status;
    }
    static std::string bytes_of(const Answered& answered) {
        if (!answered.held)
            return "status " + std::to_string(answered.resource.status);
        Content& content = *answered.held->content.operator->();
        std::string text(answered.resource.size, '\0');
        if (content.in_memory())
            std::memcpy(text.data(), content.bytes(), text.size());
        else
            EXPECT_EQ(pread(content.fd(), text.data(), text.size(), 0),
                      static_cast<ssize_t>(text.size()));
        return text;
    }
    // What a response would carry.
    std::string content(const std::string& name, std::vector<ktcp_coding> codings = {},
                        uint32_t rendering = 0) {
        Answered answered = acquire(name, codings, rendering);
        std::string text = bytes_of(answered);
        release(answered);
        return text;
    }
    std::string listing() { return content("", {}, 1); }
    uint64_t count(HostCounter counter) { return worker->counters[counter]; }
    uint64_t hits() { return count(count_cache_hits); }
    // Does the second of two requests find what the first has left?
    bool kept(const std::string& name, std::vector<ktcp_coding> codings = {},
              uint32_t rendering = 0) {
        std::string first = content(name, codings, rendering);
        uint64_t before = hits();
        EXPECT_EQ(content(name, codings, rendering), first);
        return hits() == before + 1;
    }

    TemporaryTree tree;
    std::vector<std::string> paths{tree.root};
    ktcp_http_config config = [] {
        ktcp_http_config with_root = ktcp_http_config_default();
        with_root.has_root = true;
        return with_root;
    }();
    CacheLimits limits;
    std::optional<Roots> roots;
    std::unique_ptr<Service> service;
    std::optional<Worker> worker;
    int turns = 0; // that the last request took
};

// ---- Files

TEST_F(AnswerCacheTest, ASecondRequestFindsWhatTheFirstHasLeft) {
    size_t descriptors = testing::open_descriptors();
    EXPECT_EQ(content("a.txt"), "content of a.txt");
    EXPECT_EQ(hits(), 0u);
    EXPECT_EQ(count(count_cache_misses), 1u);
    EXPECT_EQ(count(count_cache_fills), 1u);
    EXPECT_EQ(content("a.txt"), "content of a.txt");
    EXPECT_EQ(hits(), 1u);
    EXPECT_EQ(count(count_cache_misses), 1u);
    EXPECT_EQ(testing::open_descriptors(), descriptors); // bytes need none
    EXPECT_EQ(service->cache.answers(), 1u);
    EXPECT_GT(service->cache.bytes(), 0u);
}

TEST_F(AnswerCacheTest, TheHeadIsKeptToo) {
    Answered a = acquire("a.txt");
    ASSERT_NE(a.resource.head, nullptr);
    std::string head(a.resource.head, a.resource.head_size);
    EXPECT_NE(head.find("Content-Length: 16"), std::string::npos) << head;
    EXPECT_EQ(head.find("Vary"), std::string::npos) << head;
    release(a);
}

TEST_F(AnswerCacheTest, OneLookIsGoodUntilSomethingArrives) {
    content("a.txt");
    Answered first = look("a.txt");
    TemporaryTree::write(tree.root / "a.txt", "another");
    Answered same_round = look("a.txt");
    EXPECT_EQ(same_round.held, first.held);
    cache().input_arrived();
    Answered next_round = look("a.txt");
    EXPECT_EQ(bytes_of(next_round), "another");
    EXPECT_EQ(bytes_of(first), "content of a.txt"); // whole, and as it was
    for (const Answered& answered : {first, same_round, next_round})
        release(answered);
}

TEST_F(AnswerCacheTest, EachChangeIsSeen) {
    const fs::path file = tree.root / "a.txt";
    auto changes = [&](const std::string& what, const std::string& expected, auto change) {
        usleep(30000);
        EXPECT_TRUE(kept("a.txt")) << what;
        change();
        EXPECT_EQ(content("a.txt"), expected) << what;
    };
    changes("written to", "CONTENT of a.txt", [&] { std::fstream(file) << "CONTENT"; });
    changes("truncated", "CONTE", [&] { fs::resize_file(file, 5); });
    changes("renamed over", "other", [&] {
        TemporaryTree::write(tree.root / "new", "other");
        fs::rename(tree.root / "new", file);
    });
    changes("deleted", "status 3", [&] { fs::remove(file); });
    changes("there again", "again", [&] { TemporaryTree::write(file, "again"); });
    changes("written to through a mapping", "AGAIN", [&] {
        int fd = open(file.c_str(), O_RDWR | O_CLOEXEC);
        void* memory = mmap(nullptr, 5, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        ASSERT_NE(memory, MAP_FAILED);
        std::memcpy(memory, "AGAIN", 5);
        munmap(memory, 5);
        close(fd);
        now() += AnswerCache::undated_time; // where the temporary directory is a tmpfs
    });
    changes("a directory in its place", "status 2", [&] {
        fs::remove(file);
        fs::create_directory(file);
        EXPECT_EQ(status("a.txt"), KTCP_RESOURCE_DIRECTORY);
        fs::remove(file);
        fs::create_symlink("../secret", file);
        TemporaryTree::write(tree.base / "secret", "content of s");
        EXPECT_EQ(status("a.txt"), KTCP_RESOURCE_FORBIDDEN);
        fs::remove(file);
        TemporaryTree::write(file, "status 2");
    });
}

TEST_F(AnswerCacheTest, AChangeThatHidesItselfIsSeenByTheChangeTime) {
    fs::path path = tree.root / "a.txt";
    struct stat before;
    ASSERT_EQ(stat(path.c_str(), &before), 0);
    EXPECT_TRUE(kept("a.txt"));
    std::fstream(path) << "CONTENT";
    timespec times[] = {before.st_atim, before.st_mtim};
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
    EXPECT_EQ(content("a.txt"), "CONTENT of a.txt");
}

TEST_F(AnswerCacheTest, WhoeverMayNotReadItAnyMoreDoesNot) {
    EXPECT_TRUE(kept("a.txt"));
    fs::permissions(tree.root / "a.txt", fs::perms::none);
    fs::permissions(tree.base, fs::perms::all);
    if (geteuid() == 0)
        setfsuid(65534); // as nobody, in this thread
    EXPECT_EQ(content("a.txt"), "status " + std::to_string(KTCP_RESOURCE_FORBIDDEN));
    setfsuid(geteuid());
}

TEST_F(AnswerCacheTest, ADirectoryMovedAwayTakesItsFilesWithIt) {
    fs::create_directories(tree.root / "dir/sub");
    TemporaryTree::write(tree.root / "dir/sub/file", "in dir");
    usleep(30000);
    EXPECT_TRUE(kept("dir/sub/file"));
    fs::rename(tree.root / "dir", tree.root / "moved");
    EXPECT_EQ(content("dir/sub/file"), "status " + std::to_string(KTCP_RESOURCE_NOT_FOUND));
    EXPECT_EQ(content("moved/sub/file"), "in dir");
}

// The one case in which a hit's fstatat cannot tell: the file itself is untouched.
TEST_F(AnswerCacheTest, ADirectoryMovedOutIsNoticedWithinTheTrustTime) {
    fs::create_directory(tree.root / "dir");
    TemporaryTree::write(tree.root / "dir" / "file", "in dir");
    EXPECT_EQ(content("dir/file"), "in dir");
    fs::rename(tree.root / "dir", tree.base / "moved");
    fs::create_symlink("../moved", tree.root / "dir");
    now() += AnswerCache::trust_time;
    EXPECT_EQ(status("dir/file"), KTCP_RESOURCE_FORBIDDEN);
}

TEST_F(AnswerCacheTest, ANameIsResolvedInFullNowAndThen) {
    EXPECT_TRUE(kept("b.bin"));
    EXPECT_EQ(count(count_cache_revalidations), 0u);
    now() += AnswerCache::trust_time;
    uint64_t fills = count(count_cache_fills);
    EXPECT_TRUE(kept("b.bin"));
    // tmpfs, as /tmp may be, has dates that are no proof: such files are read again.
    const bool dated = roots->find(0)->open("b.bin").dated;
    EXPECT_EQ(count(count_cache_revalidations), dated ? 1u : 0u);
    EXPECT_EQ(count(count_cache_fills), dated ? fills : fills + 1);
}

TEST_F(AnswerCacheTest, TrustGivesUnseen) {
    limits.cache_trust = 500;
    make();
    EXPECT_EQ(content("a.txt"), "content of a.txt");
    TemporaryTree::write(tree.root / "a.txt", "another");
    now() += 499 * KTCP_MILLISECOND;
    EXPECT_EQ(content("a.txt"), "content of a.txt");
    now() += KTCP_MILLISECOND;
    EXPECT_EQ(content("a.txt"), "another");
}

TEST_F(AnswerCacheTest, AFileThatIsBeingWrittenIsServedAndNotKept) {
    Descriptor writer(open((tree.root / "b.bin").c_str(), O_WRONLY | O_CLOEXEC));
    EXPECT_FALSE(kept("b.bin"));
    EXPECT_EQ(content("b.bin"), "content of b.bin");
    writer = Descriptor();
    usleep(30000);
    EXPECT_TRUE(kept("b.bin"));
}

TEST_F(AnswerCacheTest, LargeFilesAreOpenAndNotCopied) {
    limits.cache_file_size = 1000;
    make();
    size_t descriptors = testing::open_descriptors();
    TemporaryTree::write(tree.root / "large", text_of(1001));
    TemporaryTree::write(tree.root / "small", text_of(1000));
    usleep(30000);
    EXPECT_TRUE(kept("large"));
    EXPECT_TRUE(kept("small"));
    EXPECT_EQ(testing::open_descriptors(), descriptors + 1);
    EXPECT_EQ(count(count_cache_fills), 1u);
    now() += AnswerCache::unused_time;
    cache().sweep(now());
    EXPECT_EQ(testing::open_descriptors(), descriptors);
    EXPECT_EQ(cache().size(), 1u);
    EXPECT_EQ(cache().next_sweep(), KTCP_NEVER);
    EXPECT_EQ(content("large"), text_of(1001));
    EXPECT_TRUE(cache().close_unused());
    EXPECT_FALSE(cache().close_unused());
}

// ---- Names that are not there, and other roots

TEST_F(AnswerCacheTest, WhatAppearsIsFound) {
    EXPECT_TRUE(kept("new"));
    EXPECT_EQ(content("new"), "status 3");
    TemporaryTree::write(tree.root / "new", "here");
    EXPECT_EQ(content("new"), "here");
}

TEST_F(AnswerCacheTest, TheSameNameInTwoRootsIsTwoFiles) {
    fs::create_directory(tree.base / "other");
    TemporaryTree::write(tree.base / "other" / "a.txt", "another a");
    paths = {tree.root, "", tree.base / "other"};
    usleep(30000);
    make();
    for (int round = 0; round < 2; ++round) {
        for (uint32_t root : {0, 2}) {
            cache().input_arrived();
            Answered answered = look("a.txt", {}, 0, root);
            EXPECT_EQ(bytes_of(answered), root == 0 ? "content of a.txt" : "another a");
            release(answered);
        }
    }
    EXPECT_EQ(hits(), 2u);
    EXPECT_EQ(look("a.txt", {}, 0, 1).resource.status, KTCP_RESOURCE_NOT_FOUND);
    EXPECT_EQ(look("a.txt", {}, 0, 3).resource.status, KTCP_RESOURCE_NOT_FOUND);
}

TEST_F(AnswerCacheTest, WithoutLinksADirectoryThatBecameALinkIsRefusedAtOnce) {
    fs::create_directory(tree.root / "dir");
    TemporaryTree::write(tree.root / "dir" / "file", "in dir");
    make(KTCP_SYMLINKS_NONE);
    EXPECT_EQ(content("dir/file"), "in dir");
    fs::rename(tree.root / "dir", tree.root / "real");
    fs::create_symlink("real", tree.root / "dir");
    EXPECT_EQ(status("dir/file"), KTCP_RESOURCE_FORBIDDEN);
    EXPECT_EQ(content("real/file"), "in dir");
}

// ---- Budgets

TEST_F(AnswerCacheTest, BudgetsHoldAndTheLeastUsedGoes) {
    limits.cache_size = 100000;
    make();
    for (int i = 0; i < 30; ++i)
        TemporaryTree::write(tree.root / std::to_string(i), text_of(10000));
    usleep(30000);
    for (int round = 0; round < 3; ++round)
        for (int i = 0; i < 30; ++i) {
            EXPECT_EQ(content("a.txt"), "content of a.txt");
            EXPECT_EQ(content(std::to_string(i)), text_of(10000));
            EXPECT_LE(service->cache.bytes(), 100000u);
        }
    EXPECT_GT(count(count_cache_evictions), 60u);
    EXPECT_EQ(hits(), 89u); // a.txt: whoever asks for each file once does not drive it out
    worker.reset();
    EXPECT_EQ(service->cache.bytes(), 0u);
    EXPECT_EQ(service->cache.answers(), 0u);
}

TEST_F(AnswerCacheTest, SoManyAnswersAndNoMore) {
    limits.cache_entries = 2;
    make();
    content("a.txt");
    content("b.bin");
    content("b.bin");
    content("c.bin");
    EXPECT_EQ(service->cache.answers(), 2u);
    EXPECT_TRUE(kept("b.bin"));
}

TEST_F(AnswerCacheTest, WhatIsInUseIsNotDroppedAndTheRestIsServedAllTheSame) {
    limits.cache_size = 30000;
    make();
    std::vector<Answered> held;
    for (int i = 0; i < 5; ++i)
        TemporaryTree::write(tree.root / std::to_string(i), text_of(10000));
    usleep(30000);
    for (int i = 0; i < 5; ++i)
        held.push_back(acquire(std::to_string(i)));
    EXPECT_LE(service->cache.bytes(), 30000u);
    for (const Answered& answered : held) {
        EXPECT_EQ(bytes_of(answered), text_of(10000));
        release(answered);
    }
}

TEST_F(AnswerCacheTest, ZeroKeepsNothing) {
    limits.cache_size = 0;
    make();
    size_t descriptors = testing::open_descriptors();
    EXPECT_FALSE(kept("a.txt"));
    EXPECT_FALSE(kept("nothing"));
    EXPECT_EQ(testing::open_descriptors(), descriptors);
    EXPECT_EQ(service->cache.bytes(), 0u);
}

// ---- Listings

TEST_F(AnswerCacheTest, AListingIsRenderedOnce) {
    EXPECT_TRUE(kept("", {}, 1));
    EXPECT_EQ(count(count_cache_fills), 1u);
    Answered answered = acquire("", {}, 1);
    EXPECT_TRUE(answered.resource.rendered);
    EXPECT_EQ(answered.resource.status, KTCP_RESOURCE_DIRECTORY);
    EXPECT_NE(bytes_of(answered).find("c.bin"), std::string::npos);
    release(answered);
    EXPECT_NE(content("", {}, 7), listing()); // as JSON
    EXPECT_EQ(count(count_cache_fills), 2u);
}

TEST_F(AnswerCacheTest, AListingIsMadeInTurns) {
    for (int i = 0; i < 1000; ++i)
        TemporaryTree::write(tree.root / std::to_string(i), "");
    listing();
    EXPECT_GT(turns, 5);
    listing();
    EXPECT_EQ(turns, 1);
}

TEST_F(AnswerCacheTest, EachChangeIsSeenInAListing) {
    fs::create_directory(tree.root / "sub");
    auto changes = [&](const std::string& what, auto change) {
        EXPECT_TRUE(kept("", {}, 1)) << what;
        std::string before = listing();
        change();
        EXPECT_NE(listing(), before) << what;
    };
    timespec long_ago[] = {{1000000, 0}, {1000000, 0}};
    changes("a new entry", [&] { TemporaryTree::write(tree.root / "new", ""); });
    changes("written to", [&] { TemporaryTree::write(tree.root / "new", "content"); });
    changes("dated", [&] { utimensat(AT_FDCWD, (tree.root / "new").c_str(), long_ago, 0); });
    changes("renamed", [&] { fs::rename(tree.root / "new", tree.root / "other"); });
    changes("deleted", [&] { fs::remove(tree.root / "other"); });
    utimensat(AT_FDCWD, (tree.root / "sub").c_str(), long_ago, 0);
    changes("the date of a directory",
            [&] { TemporaryTree::write(tree.root / "sub" / "inner", ""); });
}

TEST_F(AnswerCacheTest, AChangeWhileAListingIsMadeIsInIt) {
    for (int i = 0; i < 1000; ++i)
        TemporaryTree::write(tree.root / std::to_string(i), "");
    ktcp_resource_request request = {};
    request.path = "";
    request.rendering = 1;
    request.codings[0] = KTCP_CODING_IDENTITY;
    Quest first;
    Answered answered;
    ASSERT_EQ(cache().acquire(request, first, answered.resource, answered.held), Found::more);
    ASSERT_EQ(cache().acquire(request, first, answered.resource, answered.held), Found::more);
    fs::remove(tree.root / "a.txt");
    TemporaryTree::write(tree.root / "zzz", "");
    std::string text = listing(); // of another, who has come after that
    EXPECT_EQ(text.find("a.txt"), std::string::npos);
    EXPECT_NE(text.find("zzz"), std::string::npos);
    EXPECT_EQ(count(count_cache_waits), 1u);
}

TEST_F(AnswerCacheTest, WhatCannotBeWatchedIsStreamed) {
    Answered answered = acquire("", {}, 1);
    EXPECT_TRUE(answered.resource.rendered);
    release(answered);
    fs::create_hard_link(tree.root / "a.txt", tree.base / "elsewhere");
    TemporaryTree::write(tree.root / "new", "");
    answered = acquire("", {}, 1);
    EXPECT_FALSE(answered.resource.rendered);
    release(answered);
    fs::remove(tree.base / "elsewhere");
    fs::create_symlink("a.txt", tree.root / "link");
    answered = acquire("", {}, 1);
    EXPECT_FALSE(answered.resource.rendered);
    release(answered);
    fs::remove(tree.root / "link");
    answered = acquire("", {}, 1);
    EXPECT_TRUE(answered.resource.rendered);
    release(answered);
}

// ---- Codings

TEST_F(AnswerCacheTest, ACodedFormIsMadeOnceAndOthersDoNotWait) {
    TemporaryTree::write(tree.root / "text.txt", text_of(500000));
    TemporaryTree::write(tree.root / "text.bin", text_of(500000));
    usleep(30000);
    ktcp_resource_request request = {};
    request.path = "text.txt";
    request.size = 8;
    request.codings[0] = KTCP_CODING_GZIP;
    request.codings[1] = KTCP_CODING_IDENTITY;
    Quest quest, others;
    Answered answered;
    ASSERT_EQ(cache().acquire(request, quest, answered.resource, answered.held), Found::more);
    ASSERT_EQ(cache().acquire(request, others, answered.resource, answered.held), Found::answered);
    EXPECT_EQ(answered.resource.coding, KTCP_CODING_IDENTITY);
    EXPECT_TRUE(answered.resource.varies);
    EXPECT_EQ(bytes_of(answered), text_of(500000));
    release(answered);
    Found found = Found::more;
    for (turns = 1; found == Found::more; ++turns)
        found = cache().acquire(request, quest, answered.resource, answered.held);
    EXPECT_GT(turns, 5);
    ASSERT_EQ(found, Found::answered);
    EXPECT_EQ(answered.resource.coding, KTCP_CODING_GZIP);
    EXPECT_EQ(bytes_of(answered).substr(0, 2), "\x1f\x8b");
    EXPECT_LT(answered.resource.size, 100000u);
    release(answered);
    EXPECT_TRUE(kept("text.txt", {KTCP_CODING_GZIP}));
    EXPECT_TRUE(kept("text.txt", {KTCP_CODING_ZSTD, KTCP_CODING_GZIP}));
    release(answered = acquire("text.bin", {KTCP_CODING_GZIP}));
    EXPECT_EQ(answered.resource.coding, KTCP_CODING_IDENTITY); // not of a type that is coded
}

TEST_F(AnswerCacheTest, OnlyWhatPaysIsCoded) {
    limits.compress_max = 2000;
    std::string noise(1500, '\0');
    for (size_t i = 0; i < noise.size(); ++i)
        noise[i] = static_cast<char>((i * i * 2654435761u) >> 13 ^ i * 97);
    TemporaryTree::write(tree.root / "noise.txt", noise);
    TemporaryTree::write(tree.root / "long.txt", text_of(2001));
    TemporaryTree::write(tree.root / "short.txt", text_of(511));
    TemporaryTree::write(tree.root / "right.txt", text_of(512));
    usleep(30000);
    make();
    auto coding = [&](const char* name) {
        Answered answered = acquire(name, {KTCP_CODING_GZIP});
        release(answered);
        return answered.resource.coding;
    };
    EXPECT_EQ(coding("noise.txt"), KTCP_CODING_IDENTITY);
    EXPECT_EQ(coding("noise.txt"), KTCP_CODING_IDENTITY);
    EXPECT_EQ(turns, 1);
    EXPECT_EQ(coding("long.txt"), KTCP_CODING_IDENTITY);
    EXPECT_EQ(coding("short.txt"), KTCP_CODING_IDENTITY);
    EXPECT_EQ(coding("right.txt"), KTCP_CODING_GZIP);
}

TEST_F(AnswerCacheTest, ACoderWhoseClientHasGoneIsDrivenByTheNext) {
    TemporaryTree::write(tree.root / "text.txt", text_of(500000));
    usleep(30000);
    ktcp_resource_request request = {};
    request.path = "text.txt";
    request.size = 8;
    request.codings[0] = KTCP_CODING_GZIP;
    Quest quest;
    Answered answered;
    ASSERT_EQ(cache().acquire(request, quest, answered.resource, answered.held), Found::more);
    now() += KTCP_SECOND / 2;
    release(answered = acquire("text.txt", {KTCP_CODING_GZIP}));
    EXPECT_EQ(answered.resource.coding, KTCP_CODING_GZIP);
}

TEST_F(AnswerCacheTest, FilesBesideAreServedWhileTheyAreFresh) {
    auto answer = [&](std::vector<ktcp_coding> codings) {
        Answered answered = acquire("a.txt", codings);
        std::string text = std::to_string(answered.resource.coding) + " " + bytes_of(answered) +
                           (answered.resource.varies ? " varies" : "");
        release(answered);
        return text;
    };
    using enum_ = std::vector<ktcp_coding>;
    const enum_ br_gzip = {KTCP_CODING_BR, KTCP_CODING_GZIP};
    EXPECT_EQ(answer(br_gzip), "1 content of a.txt");
    TemporaryTree::write(tree.root / "a.txt.gz", "gzip");
    usleep(30000);
    EXPECT_EQ(answer(br_gzip), "2 gzip varies");
    EXPECT_EQ(answer({KTCP_CODING_BR}), "1 content of a.txt varies");
    EXPECT_EQ(answer({}), "1 content of a.txt varies");
    TemporaryTree::write(tree.root / "a.txt.br", "brotli");
    EXPECT_EQ(answer(br_gzip), "4 brotli varies");
    std::fstream(tree.root / "a.txt.br") << "BROTLI";
    EXPECT_EQ(answer(br_gzip), "4 BROTLI varies");
    usleep(30000);
    TemporaryTree::write(tree.root / "a.txt", "newer"); // than both
    EXPECT_EQ(answer(br_gzip), "1 newer varies");
    utimensat(AT_FDCWD, (tree.root / "a.txt.gz").c_str(), nullptr, 0);
    EXPECT_EQ(answer(br_gzip), "2 gzip varies");
    fs::remove(tree.root / "a.txt.gz");
    fs::remove(tree.root / "a.txt.br");
    EXPECT_EQ(answer(br_gzip), "1 newer");
    fs::create_symlink("c.bin", tree.root / "a.txt.gz");
    EXPECT_EQ(answer(br_gzip), "1 newer");
}

} // namespace
} // namespace ktcp::user
