// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A thread's share of the clients: connections that ask one question after the other, some
// kept and some new, some several at once, some of them slow to read.
#pragma once

#include <deque>
#include <stop_token>
#include <vector>

#include "churn/judge.hh"
#include "churn/question.hh"
#include "support/endpoint.hh"
#include "support/http_response.hh"

namespace ktcp::test {

class Asker {
public:
    Asker(const Endpoint& server, Curiosity curiosity, Judge& judge, unsigned connections);
    ~Asker();
    Asker(const Asker&) = delete;
    Asker& operator=(const Asker&) = delete;

    // Until told to stop; what was asked by then is waited for.
    void run(const std::stop_token& stop);

private:
    struct Client {
        Socket socket;
        std::deque<Question> asked; // and not answered yet
        ResponseReader reader;
        bool slow = false;
        Nanoseconds rests_until = 0; // a slow one, before it reads on
    };

    void ask(Client& client);
    void receive(Client& client);
    void take(Client& client, std::string_view bytes);
    void ended(Client& client, const char* how);
    void drop(Client& client);

    const Endpoint& server_;
    Curiosity curiosity_;
    Judge& judge_;
    std::vector<Client> clients_;
    std::vector<char> buffer_;
    int epoll_;
};

} // namespace ktcp::test
