// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The cases of drop_tcp_socket_cases, and what they say.
#pragma once

#include <sstream>
#include <string>

namespace ktcp::test {

// "ok - what" or "not ok - what", counted.
void expect(bool condition, const std::string& what);

template <class A, class B>
void expect_equal(const A& actual, const B& expected, const std::string& what) {
    std::ostringstream said;
    if (!(actual == expected))
        said << ": expected '" << expected << "', got '" << actual << "'";
    expect(actual == expected, what + said.str());
}

// A process that spins opens and ends connections by the thousand: only faults are said.
template <class A, class B>
void require_equal(const A& actual, const B& expected, const std::string& what) {
    if (!(actual == expected))
        expect_equal(actual, expected, what);
}

void name_cases();     // every notation, family and interface
void state_cases();    // every state that a connection can be in
void error_cases();    // what is wrong is reported, what is good is carried out
void piece_cases();    // however the text is cut into writes
void listener_cases(); // listeners are left alone

} // namespace ktcp::test
