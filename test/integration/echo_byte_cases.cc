// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include <iterator>
#include <string>

#include "integration/echo_cases.hh"

namespace ktcp::test {

void echo(const EchoSettings& settings, std::string_view payload, size_t piece) {
    Exchange exchange = open_exchange(settings);
    exchange.half_closes = true;
    exchange.piece = piece;
    exchange.next(payload);
    finish(exchange, settings.patience);
}

Exchange open_exchange(const EchoSettings& settings, int receive_buffer) {
    Socket socket = receive_buffer
                        ? Socket::connect(settings.server, true, receive_buffer)
                        : std::move(connect_many(settings.server, 1, settings.patience)[0]);
    Exchange exchange(std::move(socket), {});
    exchange.half_closes = false;
    return exchange;
}

void echo_over(const EchoSettings& settings, Exchange& exchange, std::string_view payload) {
    exchange.next(payload);
    finish(exchange, settings.patience);
}

void end_exchange(const EchoSettings& settings, Exchange& exchange) {
    exchange.half_closes = true;
    echo_over(settings, exchange, {});
}

namespace {

void empty(const EchoSettings& settings) {
    for (int i = 0; i < 20; i++)
        echo(settings, {});
}

void one_byte(const EchoSettings& settings) {
    echo(settings, "x");
    echo(settings, {"\0", 1});
    echo(settings, "\xff");
}

// Whoever looks for the end of a string finds one at once, or none at all.
void nul_bytes(const EchoSettings& settings) {
    std::string none(20000, 'n');
    for (size_t size : {1, 2, 100, 8192, 20000}) {
        echo(settings, std::string(size, '\0'));
        echo(settings, none.substr(0, size));
    }
    std::string text = "before";
    text += '\0';
    text += "after";
    Exchange exchange = open_exchange(settings);
    echo_over(settings, exchange, text);
    echo_over(settings, exchange, std::string(1, '\0') + text);
    echo_over(settings, exchange, text + std::string(1, '\0'));
    end_exchange(settings, exchange);
}

void all_values(const EchoSettings& settings) {
    std::string values;
    for (int i = 0; i < 256; i++)
        values += static_cast<char>(i);
    for (int i = 255; i >= 0; i--)
        values += static_cast<char>(i);
    echo(settings, values);
    Exchange exchange = open_exchange(settings);
    for (char value : values)
        echo_over(settings, exchange, {&value, 1});
    end_exchange(settings, exchange);
}

// Around what packets, buffers and TCP's largest segments hold: each size over a
// connection of its own, and one after the other over a single one.
void sizes(const EchoSettings& settings) {
    Exchange kept = open_exchange(settings);
    size_t number = 0;
    for (size_t around : {2, 512, 1448, 2048, 4096, 8192, 16384, 32768, 65536, 131072})
        for (size_t size = around - 1; size <= around + 1; size++) {
            std::string_view payload = settings.noise->part(number++, size);
            if (settings.serves(2))
                echo(settings, payload);
            echo_over(settings, kept, payload);
        }
    end_exchange(settings, kept);
}

void messages(const EchoSettings& settings) {
    Exchange exchange = open_exchange(settings);
    for (size_t i = 0; i < 1000; i++)
        echo_over(settings, exchange, settings.noise->part(i, 1 + i * 7 % 1500));
    end_exchange(settings, exchange);
}

void large(const EchoSettings& settings) {
    echo(settings, settings.noise->part(0, settings.bytes));
}

// TCP_NODELAY is on: most of these travel as packets of one byte.
void byte_by_byte(const EchoSettings& settings) {
    echo(settings, settings.noise->part(1, 20000), 1);
    Exchange exchange = open_exchange(settings);
    for (size_t i = 0; i < 1000; i++)
        echo_over(settings, exchange, settings.noise->part(i, 1));
    end_exchange(settings, exchange);
}

// Pieces of one size, so that each buffer's end falls within one of them.
void odd_pieces(const EchoSettings& settings) {
    for (size_t piece : {3, 1000, 8191, 8193})
        echo(settings, settings.noise->part(piece, piece * 200), piece);
}

} // namespace

const EchoCase echo_byte_cases[] = {
    {"empty", "a connection without a byte: FIN for FIN", 1, empty},
    {"one-byte", "1 byte", 1, one_byte},
    {"nul", "NUL bytes: alone, in between, and none for long", 1, nul_bytes},
    {"values", "each of the 256 values, together and alone", 1, all_values},
    {"sizes", "1 to 131,073 bytes, around powers of two and a packet", 1, sizes},
    {"messages", "1,000 messages, each after the echo of the one before", 1, messages},
    {"byte-by-byte", "21,000 writes of 1 byte", 1, byte_by_byte},
    {"pieces", "writes of odd sizes", 1, odd_pieces},
    {"large", "a long payload, both ways at once", 1, large},
};
const size_t echo_byte_case_count = std::size(echo_byte_cases);

} // namespace ktcp::test
