// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "report.hh"

#include <gtest/gtest.h>

#include "csv_report.hh"
#include "json_report.hh"

namespace htstress {
namespace {

// 1,000 answers in 2.5 s, of which ten failed.
class Reports : public testing::Test {
protected:
    Reports() {
        options.url = "http://localhost/\"x\"";
        options.threads = 2;
        options.concurrency = 3;
        tally.good = 990;
        for (std::uint64_t i = 1; i <= 990; ++i)
            tally.latency.record(i * 1000);
        for (int i = 0; i < 400; ++i)
            tally.series.count(5);
        for (int i = 0; i < 500; ++i)
            tally.series.count(1'900'000'000);
        for (int i = 0; i < 100; ++i)
            tally.series.count(2'000'000'000);
        fail(Failure::connect, 7, "connect localhost:80: Connection refused");
        fail(Failure::status, 3, "status 500");
    }
    void fail(Failure kind, std::uint64_t count, const char* first) {
        tally.failures[static_cast<std::size_t>(kind)] = count;
        tally.first[static_cast<std::size_t>(kind)] = first;
    }
    [[nodiscard]] Result result() const { return {options, tally, 2.5, "htstress -k \"x\""}; }

    Options options;
    Tally tally;
};

constexpr const char* counts = "\n"
                               "requests:      1000\n"
                               "good requests: 990 [99%]\n"
                               "bad requests:  3 [0%]\n"
                               "socket errors: 7 [0%]\n"
                               "seconds:       2.500\n"
                               "requests/sec:  400.000\n";
constexpr const char* spread = "per second:    median 450, from 400 to 500, in 2 whole seconds\n"
                               "failures:      7 connect, 3 status\n";

TEST_F(Reports, ClosingLines) {
    EXPECT_EQ(closing_lines(result()), std::string(counts) +
                                           "latency min:   1.0 us\n"
                                           "latency mean:  495.5 us\n"
                                           "latency p50:   493.6 us\n"
                                           "latency p90:   888.8 us\n"
                                           "latency p99:   978.9 us\n"
                                           "latency p99.9: 990.0 us\n"
                                           "latency max:   990.0 us\n" +
                                           spread);
}

TEST_F(Reports, WithARateBothTimesAreNamed) {
    tally.service.record(2000);
    EXPECT_EQ(closing_lines(result()), std::string(counts) +
                                           "since each request was due:\n"
                                           "latency min:   1.0 us\n"
                                           "latency mean:  495.5 us\n"
                                           "latency p50:   493.6 us\n"
                                           "latency p90:   888.8 us\n"
                                           "latency p99:   978.9 us\n"
                                           "latency p99.9: 990.0 us\n"
                                           "latency max:   990.0 us\n"
                                           "since each was begun:\n"
                                           "service min:   2.0 us\n"
                                           "service mean:  2.0 us\n"
                                           "service p50:   2.0 us\n"
                                           "service p90:   2.0 us\n"
                                           "service p99:   2.0 us\n"
                                           "service p99.9: 2.0 us\n"
                                           "service max:   2.0 us\n" +
                                           spread);
}

TEST_F(Reports, WhatIsBeyondTheHistogramIsSaid) {
    tally.latency.record(std::uint64_t{1} << 44);
    EXPECT_NE(closing_lines(result()).find("\n1 of these took 4.8 hours or longer"),
              std::string::npos);
}

TEST_F(Reports, FirstFailureOfEachKind) {
    EXPECT_EQ(explanations(result()),
              "htstress: first failure by connect: connect localhost:80: Connection refused\n"
              "htstress: first failure by status: status 500 (--debug shows the answers)\n");
    options.debug = true;
    EXPECT_EQ(explanations(result()).find("--debug"), std::string::npos);
    tally.failures = {};
    EXPECT_EQ(explanations(result()), "");
    tally.never_begun = 5;
    options.rate = 100;
    EXPECT_NE(explanations(result()).find("5 requests were due"), std::string::npos);
}

TEST_F(Reports, WhatWasSentAgainIsSaid) {
    tally.failures = {};
    tally.reconnects = 3;
    EXPECT_NE(explanations(result()).find("3 persistent connections were closed by the server, and "
                                          "0 requests sent again"),
              std::string::npos);
}

// Two seconds were asked for, and half a second more was waited.
TEST_F(Reports, WhatEndsAfterTheDeadlineIsInNoRate) {
    options.duration = 2;
    tally.late = 100;
    const std::string text = closing_lines(result());
    EXPECT_NE(text.find("seconds:       2.500\nrequests/sec:  450.000\n"), std::string::npos);
    EXPECT_NE(text.find("in 2 whole seconds\nafter the end: 100, waited for up to 0.500 s"),
              std::string::npos);
    options.duration = 1;
    tally.late = 600;
    EXPECT_NE(json_report(result()).find("\"requests_per_second\": 400.000"), std::string::npos);
    EXPECT_NE(json_report(result()).find("{\"whole\": [400], \"rest\": 600"), std::string::npos);
    options.duration = 10; // and ended before
    tally.late = 0;
    EXPECT_EQ(closing_lines(result()).find("after the end"), std::string::npos);
    EXPECT_EQ(result().requests_per_second(), 400);
}

TEST_F(Reports, AllWell) {
    tally.failures = {};
    EXPECT_EQ(closing_lines(result()).find("failures"), std::string::npos);
}

TEST_F(Reports, NothingAtAll) {
    const Tally nothing;
    const std::string text = closing_lines({options, nothing, 0, ""});
    EXPECT_NE(text.find("good requests: 0 [0%]\n"), std::string::npos);
    EXPECT_NE(text.find("latency max:   -\n"), std::string::npos);
}

// A 0 would be the best latency there is.
TEST_F(Reports, NoLatencyOfNothingInJson) {
    tally.latency.clear();
    EXPECT_NE(json_report(result()).find("\"latency_us\": {\"min\": null, \"mean\": null, "
                                         "\"deviation\": null, \"p50\": null, "),
              std::string::npos);
}

TEST_F(Reports, JsonIsOneLine) {
    const std::string text = json_report(result());
    EXPECT_EQ(
        text,
        "{\"url\": \"http://localhost/\\\"x\\\"\", \"threads\": 2, \"concurrency\": 3, "
        "\"keep_alive\": false, \"requests\": 1000, \"good\": 990, \"bad\": 3, "
        "\"socket_errors\": 7, \"reconnects\": 0, \"resent\": 0, \"body_bytes\": 0, "
        "\"received_bytes\": 0, "
        "\"seconds\": 2.500000000, \"requests_per_second\": 400.000, \"good_per_second\": 396.000, "
        "\"rate\": 0, "
        "\"late\": 0, \"never_begun\": 0, \"port_waits\": 0, \"backlog_waits\": 0, \"command\": "
        "\"htstress -k "
        "\\\"x\\\"\", "
        "\"failures\": {\"connect\": {\"count\": 7, \"first\": \"connect localhost:80: Connection "
        "refused\"}, \"timeout\": {\"count\": 0, \"first\": \"\"}, \"reset\": {\"count\": 0, "
        "\"first\": \"\"}, \"status\": {\"count\": 3, \"first\": \"status 500\"}, \"body\": "
        "{\"count\": 0, \"first\": \"\"}}, \"per_second\": {\"whole\": [400, 500], \"rest\": 100, "
        "\"median\": 450, \"smallest\": 400, \"largest\": 500}, \"latency_us\": {\"min\": 1.000, "
        "\"mean\": 495.500, \"deviation\": 285.776, \"p50\": 493.568, \"p90\": 888.832, \"p99\": "
        "978.944, \"p99.9\": 990.000, \"max\": 990.000, \"beyond\": 0, \"percentiles\": [[0, "
        "1.000], [1, 10.048], [2, 20.096], [5, 49.920], [10, 98.816], [20, 197.632], [30, "
        "296.960], "
        "[40, 395.264], [50, 493.568], [60, 593.920], [70, 692.224], [75, 741.376], [80, 790.528], "
        "[85, 839.680], [90, 888.832], [95, 937.984], [97.5, 962.560], [99, 978.944], [99.5, "
        "987.136], [100, 990.000]]}}\n");
}

// test/slow and the lab read the JSON with sed, which takes the last that matches.
TEST_F(Reports, LatencyComesLastInJson) {
    tally.service.record(2000);
    const std::string text = json_report(result());
    EXPECT_LT(text.find("\"service_us\": {\"min\": 2.000"), text.find("\"latency_us\""));
    EXPECT_LT(text.rfind("\"latency_us\""), text.rfind("\"p50\": 493"));
    EXPECT_EQ(text.find('\n'), text.size() - 1);
}

TEST_F(Reports, LatencyCsvHasEachValue) {
    tally.latency.clear();
    for (const std::uint64_t us : {10U, 10U, 10U, 2U})
        tally.latency.record(us * 1000);
    EXPECT_EQ(latency_csv(result()), "kind,percentile,latency_us,count\n"
                                     "latency,25,2.000,1\n"
                                     "latency,100,10.000,4\n");
    tally.service.record(5000);
    EXPECT_EQ(latency_csv(result()), "kind,percentile,latency_us,count\n"
                                     "latency,25,2.000,1\n"
                                     "latency,100,10.000,4\n"
                                     "service,100,5.000,1\n");
}

TEST_F(Reports, SecondsCsvTellsThePartialOne) {
    EXPECT_EQ(seconds_csv(result()), "second,requests,whole\n"
                                     "0,400,1\n"
                                     "1,500,1\n"
                                     "2,100,0\n");
}

} // namespace
} // namespace htstress
