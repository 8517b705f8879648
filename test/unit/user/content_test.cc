// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "content.hh"

#include "temporary_tree.hh"

#include <cstring>
#include <fcntl.h>
#include <gtest/gtest.h>

namespace ktcp::user {
namespace {

class ContentTest : public ::testing::Test {
protected:
    CacheBudget budget{CacheLimits{}};
    WorkerRecord record;
    CacheShare share{budget, record};
};

TEST_F(ContentTest, HasRoomForItsBytesAndForAHead) {
    for (size_t size : {0ul, 1ul, 12ul, 4096ul, 65536ul, 1000001ul}) {
        ContentRef content(Content::create(share, size));
        ASSERT_TRUE(content);
        EXPECT_TRUE(content->in_memory());
        EXPECT_EQ(content->size(), size);
        size_t before = content->has_headroom() ? Content::headroom : 0;
        EXPECT_EQ(content->has_headroom(), size < Content::file_size);
        std::memset(content->bytes() - before, 'x', before + size);
        EXPECT_EQ(budget.bytes(), Content::charge_of(size));
        EXPECT_GE(Content::charge_of(size), Content::headroom + size);
    }
    EXPECT_EQ(budget.bytes(), 0u);
}

TEST_F(ContentTest, LivesAsLongAsItsLastUser) {
    ContentRef first(Content::create(share, 100));
    {
        ContentRef second = first.share();
        first = ContentRef();
        EXPECT_NE(budget.bytes(), 0u);
        std::memset(second->bytes(), 'y', 100);
    }
    EXPECT_EQ(budget.bytes(), 0u);
}

TEST_F(ContentTest, WithoutRoomThereIsNone) {
    CacheLimits limits;
    limits.cache_size = 10000;
    CacheBudget small(limits);
    CacheShare mine(small, record);
    ContentRef first(Content::create(mine, 6000));
    EXPECT_TRUE(first);
    EXPECT_EQ(Content::create(mine, 6000), nullptr);
    first = ContentRef();
    first = ContentRef(Content::create(mine, 6000));
    EXPECT_TRUE(first);
}

TEST_F(ContentTest, OrIsAnOpenFile) {
    size_t descriptors = testing::open_descriptors();
    ContentRef content(Content::create(Descriptor(open("/", O_RDONLY | O_CLOEXEC))));
    EXPECT_FALSE(content->in_memory());
    EXPECT_GE(content->fd(), 0);
    content = ContentRef();
    EXPECT_EQ(testing::open_descriptors(), descriptors);
    EXPECT_EQ(budget.bytes(), 0u);
}

} // namespace
} // namespace ktcp::user
