// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "loops/ring.hh"

#include "start_error.hh"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ktcp::user {

namespace {

constexpr unsigned submissions = 512;
constexpr unsigned completions = 4096;
constexpr unsigned short buffer_group = 0;

// The best first. What interrupts a thread each time that something completes costs a
// server more than it gains; Linux 6.1 lets completions wait until they are asked for.
constexpr unsigned setups[] = {
    IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
    IORING_SETUP_COOP_TASKRUN,
    0,
};

} // namespace

Ring::Ring(bool multishot) {
    bool there = false;
    for (unsigned flags : setups)
        if ((there = set_up(flags)) || errno != EINVAL)
            break;
    if (!there)
        throw StartError::with_errno(
            "cannot set up io_uring",
            "the kernel may lack it or forbid it (sysctl kernel.io_uring_disabled), or a "
            "container's seccomp filter; choose another --model");
    multishot_ = multishot && knows_multishot() && provide_buffers();
}

Ring::~Ring() {
    io_uring_queue_exit(&ring_);
    if (buffers_)
        munmap(buffers_, buffer_count * (sizeof(io_uring_buf) + buffer_size));
}

bool Ring::set_up(unsigned flags) noexcept {
    io_uring_params parameters{};
    // Disabled, because a single issuer is whoever enables it.
    parameters.flags = flags | IORING_SETUP_R_DISABLED | IORING_SETUP_CQSIZE;
    parameters.cq_entries = completions;
    int error = io_uring_queue_init_params(submissions, &ring_, &parameters);
    errno = -error;
    return error == 0;
}

// By the bare call: liburing 2.3 has io_uring_enable_rings(), but does not export it.
void Ring::enable() noexcept {
    syscall(SYS_io_uring_register, ring_.ring_fd, IORING_REGISTER_ENABLE_RINGS, nullptr, 0);
}

// There is no question for flags of requests; but what came with the same version can be
// asked for: multishot receive came in Linux 6.0, as did SEND_ZC.
bool Ring::knows_multishot() noexcept {
    io_uring_probe* probe = io_uring_get_probe_ring(&ring_);
    bool known = probe && io_uring_opcode_supported(probe, IORING_OP_SEND_ZC);
    io_uring_free_probe(probe);
    return known;
}

bool Ring::provide_buffers() noexcept {
    void* memory = mmap(nullptr, buffer_count * (sizeof(io_uring_buf) + buffer_size),
                        PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    buffers_ = static_cast<io_uring_buf_ring*>(memory);
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<uint64_t>(memory);
    registration.ring_entries = buffer_count;
    registration.bgid = buffer_group;
    if (io_uring_register_buf_ring(&ring_, &registration, 0) != 0)
        return false;
    io_uring_buf_ring_init(buffers_);
    for (unsigned short id = 0; id < buffer_count; ++id)
        add_buffer(id);
    done(0);
    return true;
}

char* Ring::buffer(unsigned short id) const {
    return reinterpret_cast<char*>(buffers_) + buffer_count * sizeof(io_uring_buf) +
           size_t{id} * buffer_size;
}

void Ring::add_buffer(unsigned short id) noexcept {
    io_uring_buf_ring_add(buffers_, buffer(id), buffer_size, id,
                          io_uring_buf_ring_mask(buffer_count), returned_++);
}

// When there is no room for another, those that are there are handed over.
io_uring_sqe* Ring::request() noexcept {
    io_uring_sqe* sqe = nullptr;
    while (!(sqe = io_uring_get_sqe(&ring_)))
        io_uring_submit(&ring_);
    return sqe;
}

void Ring::accept(int fd, uint64_t word) noexcept {
    io_uring_sqe* sqe = request();
    io_uring_prep_multishot_accept(sqe, fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    io_uring_sqe_set_data64(sqe, word);
}

void Ring::receive(int fd, uint64_t word) noexcept {
    io_uring_sqe* sqe = request();
    io_uring_prep_recv_multishot(sqe, fd, nullptr, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = buffer_group;
    io_uring_sqe_set_data64(sqe, word);
}

void Ring::poll(int fd, unsigned events, uint64_t word) noexcept {
    io_uring_sqe* sqe = request();
    io_uring_prep_poll_add(sqe, fd, events);
    io_uring_sqe_set_data64(sqe, word);
}

void Ring::cancel(uint64_t word) noexcept {
    io_uring_sqe* sqe = request();
    io_uring_prep_cancel64(sqe, word, 0);
    io_uring_sqe_set_data64(sqe, 0);
}

int Ring::wait(bool block) noexcept {
    if (block)
        io_uring_submit_and_wait(&ring_, 1);
    else
        io_uring_submit_and_get_events(&ring_);
    return static_cast<int>(io_uring_peek_batch_cqe(&ring_, completions_, batch_size));
}

void Ring::done(int count) noexcept {
    io_uring_cq_advance(&ring_, static_cast<unsigned>(count));
    if (returned_ > 0)
        io_uring_buf_ring_advance(buffers_, returned_);
    returned_ = 0;
}

const char* Ring::data(const io_uring_cqe& completion) const {
    return buffer(static_cast<unsigned short>(completion.flags >> IORING_CQE_BUFFER_SHIFT));
}

void Ring::give_back(const io_uring_cqe& completion) noexcept {
    if (completion.flags & IORING_CQE_F_BUFFER)
        add_buffer(static_cast<unsigned short>(completion.flags >> IORING_CQE_BUFFER_SHIFT));
}

} // namespace ktcp::user
