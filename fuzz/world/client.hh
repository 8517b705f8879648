// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// One client of the server target: what it has asked for, and whether what it is
// answered can be an answer to that.
#pragma once

#include "client/conversation.hh"
#include "world/objects.hh"

namespace ktcp::fuzz {

class World;

class Client {
public:
    Client(World& world, uint8_t address);

    // What a client does.
    void send(std::string_view bytes);
    void half_close();
    void reset();
    // Takes up to so many bytes of what the server has sent.
    void take(size_t most);

    // What the server does, and the system with it.
    void sent(std::string_view bytes); // into the socket
    void shut_down();
    void closed(bool by_reset);

    bool over() const { return server_closed_ || gone_; } // for the server
    bool server_closed() const { return server_closed_; }
    bool may_send() const { return !gone_ && !half_closed_ && !server_closed_; }
    // Has the server everything that it needs for an answer, and has not given it?
    bool waits_for_answer() const;
    // The tree has changed: what is asked for may be another file by now.
    void look_again();
    auto describe() const { return conversation_.describe(); }

    // For the log.
    uint64_t socket_number() const { return reinterpret_cast<uintptr_t>(socket.get()) % 100003; }

    const uint8_t address;
    bool greedy = true; // takes what comes, as it comes
    bool accepted = false;
    bool excused = false; // it did what a server may cut it off for
    uint64_t since = 0;   // when it was accepted
    std::shared_ptr<Socket> socket = std::make_shared<Socket>();

private:
    // What a request's path has led to since it was sent, beside its NAME.gz.
    struct Found {
        bool known;
        std::string path;
        std::vector<Bytes> files, coded;
        uint64_t changes; // of the tree, when it was sent
    };

    void read(std::string_view bytes);
    void judge(const test::Response& response, const Conversation::Request* request);
    void look(Found& found) const;
    void check_file(const test::Response& response, const Found& found) const;
    void check_listing(const test::Response& response, const std::string& path) const;

    World& world_;
    bool gone_ = false; // it has reset the connection
    bool half_closed_ = false;
    bool server_closed_ = false;
    bool server_shut_ = false; // FIN is behind what is under way
    Conversation conversation_;
    Conversation::Judge judge_;
    std::deque<Found> found_; // for each of its requests
    std::string under_way_;   // sent by the server, not taken yet
    uint64_t taken_ = 0;
};

} // namespace ktcp::fuzz
