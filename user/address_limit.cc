// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "address_limit.hh"

#include "start_error.hh"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>

namespace ktcp::user {

namespace {

// Keys are network prefixes of 64 bits. Those of 0000::/8 are assigned to nobody (RFC
// 4291 section 4), so that there is room beside for all of IPv4.
constexpr uint64_t ipv4_keys = uint64_t{0x0000ffff} << 32;
constexpr uint64_t zero_key = 1; // of ::/64, which has ::1 in it

// Between the look at max_connections and the accept each worker may let one more in.
constexpr uint32_t slack = 2048;

uint32_t bucket_count(uint32_t capacity) { return std::bit_ceil(capacity); }

} // namespace

AddressLimit::AddressLimit(uint32_t most, uint32_t capacity, const Records& records)
    : most_(most), capacity_(capacity + slack), mask_(bucket_count(capacity_) - 1),
      records_(records), memory_(capacity_ * sizeof(Count) + (size_t{mask_} + 1) * sizeof(Place)),
      counts_(static_cast<Count*>(memory_.get())),
      buckets_(reinterpret_cast<Place*>(counts_ + capacity_)) {
    uint64_t secrets[2];
    if (getrandom(secrets, sizeof secrets, 0) != sizeof secrets)
        throw StartError::with_errno("cannot have random numbers", "leave out --max-per-address");
    hash_key_ = secrets[0];
    hash_multiplier_ = secrets[1] | 1;
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    int error = pthread_mutex_init(&mutex_, &attributes);
    pthread_mutexattr_destroy(&attributes);
    if (error)
        throw StartError("cannot create a mutex that processes share", std::strerror(error),
                         "leave out --max-per-address");
}

AddressLimit::~AddressLimit() { pthread_mutex_destroy(&mutex_); }

uint64_t AddressLimit::key_of(const sockaddr& address) noexcept {
    if (address.sa_family == AF_INET) {
        const auto& ipv4 = reinterpret_cast<const sockaddr_in&>(address);
        return ipv4_keys | ntohl(ipv4.sin_addr.s_addr);
    }
    if (address.sa_family != AF_INET6)
        return 0;
    const auto& ipv6 = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
    uint32_t words[4];
    std::memcpy(words, ipv6.s6_addr, sizeof words);
    if (IN6_IS_ADDR_V4MAPPED(&ipv6))
        return ipv4_keys | ntohl(words[3]);
    uint64_t prefix = uint64_t{ntohl(words[0])} << 32 | ntohl(words[1]);
    return prefix ? prefix : zero_key;
}

AddressLimit::Place AddressLimit::enter(int socket, std::atomic<Place>* journal) noexcept {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    auto* address = reinterpret_cast<sockaddr*>(&peer);
    if (getpeername(socket, address, &size) != 0)
        return refused; // it has gone already
    uint64_t key = key_of(*address);
    return key ? enter_key(key, journal) : uncounted;
}

AddressLimit::Place AddressLimit::enter_key(uint64_t key, std::atomic<Place>* journal) noexcept {
    lock();
    Place place = find(key);
    if (place == 0)
        place = add(key);
    if (place == 0 || counts_[place].connections >= most_) {
        place = refused;
    } else {
        // In this order: who is killed in between has entered.
        if (journal)
            journal->store(place);
        ++counts_[place].connections;
    }
    unlock();
    return place;
}

void AddressLimit::leave(Place place, std::atomic<Place>* journal) noexcept {
    if (place == uncounted)
        return;
    lock();
    if (journal)
        journal->store(uncounted);
    if (--counts_[place].connections == 0)
        remove(place);
    unlock();
}

void AddressLimit::lock() noexcept {
    if (pthread_mutex_lock(&mutex_) == EOWNERDEAD) {
        recount();
        pthread_mutex_consistent(&mutex_);
    }
}

AddressLimit::Place& AddressLimit::bucket_of(uint64_t key) noexcept {
    // The kernel's secret, so that nobody can choose addresses that share a chain.
    uint64_t hash = (key ^ hash_key_) * 0x9e3779b97f4a7c15;
    hash = (hash ^ hash >> 32) * hash_multiplier_;
    return buckets_[(hash >> 32) & mask_];
}

AddressLimit::Place AddressLimit::find(uint64_t key) noexcept {
    Place place = bucket_of(key);
    while (place && counts_[place].key != key)
        place = counts_[place].next;
    return place;
}

AddressLimit::Place AddressLimit::add(uint64_t key) noexcept {
    Place place = free_;
    if (place)
        free_ = counts_[place].next;
    else if (used_ < capacity_)
        place = used_++;
    else
        return 0;
    Place& bucket = bucket_of(key);
    counts_[place] = {key, 0, bucket};
    bucket = place;
    return place;
}

void AddressLimit::remove(Place place) noexcept {
    Place* link = &bucket_of(counts_[place].key);
    while (*link != place)
        link = &counts_[*link].next;
    *link = counts_[place].next;
    counts_[place].next = free_;
    free_ = place;
}

// Of what was being changed nothing is believed but the keys of places that are held.
void AddressLimit::recount() noexcept {
    for (Place place = 1; place < used_; ++place)
        counts_[place].connections = 0;
    records_.each([this](const WorkerRecord& record) {
        if (Place place = record.place.load(); place != uncounted)
            ++counts_[place].connections;
    });
    std::fill_n(buckets_, size_t{mask_} + 1, Place{0});
    free_ = 0;
    for (Place place = 1; place < used_; ++place) {
        Count& count = counts_[place];
        Place& list = count.connections > 0 ? bucket_of(count.key) : free_;
        count.next = list;
        list = place;
    }
}

} // namespace ktcp::user
