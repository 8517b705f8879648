// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/site.hh"
#include "text.hh"

#include <gtest/gtest.h>

namespace ktcp::http {
namespace {

TEST(Site, HostIsTheAuthorityWithoutItsPort) {
    EXPECT_EQ(test::text(host_of("example.org"_b)), "example.org");
    EXPECT_EQ(test::text(host_of("example.org:80"_b)), "example.org");
    EXPECT_EQ(test::text(host_of("example.org.:80"_b)), "example.org");
    EXPECT_EQ(test::text(host_of("[::1]:80"_b)), "[::1]");
    EXPECT_EQ(test::text(host_of("[::1]"_b)), "[::1]");
    EXPECT_EQ(test::text(host_of(":80"_b)), "");
    EXPECT_EQ(test::text(host_of(""_b)), "");
    EXPECT_EQ(test::text(host_of("."_b)), ".");
}

class FindRoot : public testing::Test {
protected:
    int64_t of(std::string_view host) {
        uint32_t root = 99;
        return find_root(config_, test::bytes(host), root) ? int64_t{root} : -1;
    }

    const ktcp_http_site sites_[4] = {{"*.example.org", 13, 1},
                                      {"a.example.org", 13, 2},
                                      {"*.b.example.org", 15, 3},
                                      {"[::1]", 5, 4}};
    ktcp_http_config config_ = [this] {
        ktcp_http_config config = {};
        config.sites = sites_;
        config.site_count = 4;
        return config;
    }();
};

TEST_F(FindRoot, PrefersTheVeryNameThenTheLongestWildcard) {
    EXPECT_EQ(of("a.example.org"), 2);
    EXPECT_EQ(of("A.Example.ORG"), 2);
    EXPECT_EQ(of("c.example.org"), 1);
    EXPECT_EQ(of("a.a.example.org"), 1);
    EXPECT_EQ(of("x.b.example.org"), 3);
    EXPECT_EQ(of("b.example.org"), 1);
    EXPECT_EQ(of("[::1]"), 4);
}

TEST_F(FindRoot, AWildcardIsNotTheDomainItself) {
    EXPECT_EQ(of("example.org"), -1);
    EXPECT_EQ(of(".example.org"), -1);
    EXPECT_EQ(of("notexample.org"), -1);
    EXPECT_EQ(of(""), -1);
    config_.has_root = true;
    EXPECT_EQ(of("example.org"), 0);
    EXPECT_EQ(of(""), 0);
}

TEST(SiteParse, TakesANameAndADirectory) {
    char name[KTCP_HTTP_SITE_NAME_MAX];
    ktcp_http_site site = {};
    const char* directory = nullptr;
    ASSERT_TRUE(ktcp_http_site_parse("WWW.Example.org=/srv/a=b", name, &site, &directory));
    EXPECT_EQ(std::string(site.name, site.name_size), "www.example.org");
    EXPECT_STREQ(directory, "/srv/a=b");
    EXPECT_TRUE(ktcp_http_site_parse("*.example.org=x", name, &site, &directory));
    EXPECT_TRUE(ktcp_http_site_parse("[::1]=x", name, &site, &directory));
    const std::string longest(KTCP_HTTP_SITE_NAME_MAX, 'a');
    EXPECT_TRUE(ktcp_http_site_parse((longest + "=x").c_str(), name, &site, &directory));
    EXPECT_FALSE(ktcp_http_site_parse((longest + "a=x").c_str(), name, &site, &directory));
}

TEST(SiteParse, RefusesNamesThatNoHostFieldCanHave) {
    char name[KTCP_HTTP_SITE_NAME_MAX];
    ktcp_http_site site = {};
    const char* directory = nullptr;
    for (const char* text : {"", "=", "a", "a=", "=/srv", "a b=/srv", "a:80=/srv", "a.=/srv",
                             "*.=/srv", "a/b=/srv", "a@b=/srv", "[::1=/srv", "*..=/srv",
                             "*.[::1]=/srv", "[zz]=/srv", "a%=/srv", "\xc3\xa9=/srv"}) {
        EXPECT_FALSE(ktcp_http_site_parse(text, name, &site, &directory)) << text;
    }
    EXPECT_EQ(site.name, nullptr);
    EXPECT_EQ(directory, nullptr);
}

TEST(FieldValue, IsOneLineOfPrintableText) {
    EXPECT_TRUE(ktcp_http_is_field_value("max-age=3600, public"));
    EXPECT_TRUE(ktcp_http_is_field_value(std::string(KTCP_HTTP_VALUE_MAX, 'x').c_str()));
    for (const char* text : {"", " a", "a ", "a\r\nb", "a\nb", "\x7f", "a\tb\t"})
        EXPECT_FALSE(ktcp_http_is_field_value(text)) << text;
    EXPECT_FALSE(ktcp_http_is_field_value(std::string(KTCP_HTTP_VALUE_MAX + 1, 'x').c_str()));
}

} // namespace
} // namespace ktcp::http
