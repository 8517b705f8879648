// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "counter.hh"

#include <cstring>

namespace ktcp::plugin {

void Counter::switch_task(unsigned index, std::uint64_t vaddr, std::uint64_t physical) {
    Vcpu& vcpu = vcpus_[index];
    switches_.fetch_add(1, std::memory_order_relaxed);
    // No task is switched inside a softirq: if it looks so, the end of one was missed.
    if (vcpu.level != Level::task) {
        anomalies_.fetch_add(1, std::memory_order_relaxed);
        vcpu.level = Level::task;
    }

    // task_struct comes from a slab in the direct map: what is contiguous for the guest's kernel
    // is contiguous in its physical memory.
    char comm[17] = "?";
    std::int32_t pid = -1;
    const std::uint64_t task = physical - static_cast<std::uint64_t>(stack_offset_);
    if (!memory_.read(task + static_cast<std::uint64_t>(settings_.comm_offset), comm, 16))
        std::strcpy(comm, "?");
    comm[16] = '\0';
    if (!memory_.read(task + static_cast<std::uint64_t>(settings_.pid_offset), &pid, sizeof pid))
        pid = -1;
    vcpu.task = &tasks_.find(vaddr, pid, comm, settings_.clients);
}

// The packet has just come from the driver: its data begin with the IP header (RFC 791 section 3.1,
// RFC 8200 section 3), TCP's ports are the first four bytes behind it. IPv6 extension headers are
// not looked through: on loopback there are none.
void Counter::enter_packet(unsigned index, std::uint64_t vaddr, std::uint64_t physical) {
    Vcpu& vcpu = vcpus_[index];
    if (!is_plain_softirq(vcpu.level))
        return;
    vcpu.level = Level::softirq;
    std::uint64_t data = 0;
    if (!memory_.read(physical + static_cast<std::uint64_t>(settings_.skb_data_offset), &data,
                      sizeof data))
        return;
    // sk_buffs and what they point to lie in the direct map: one distance for all of it.
    data -= vaddr - physical;
    unsigned char ip[40];
    if (!memory_.read(data, ip, sizeof ip))
        return;
    constexpr unsigned char tcp = 6;
    std::uint64_t ports_at = 0;
    if (ip[0] >> 4 == 4 && ip[9] == tcp)
        ports_at = data + (ip[0] & 15U) * 4;
    else if (ip[0] >> 4 == 6 && ip[6] == tcp)
        ports_at = data + 40;
    unsigned char ports[4];
    if (!ports_at || !memory_.read(ports_at, ports, sizeof ports))
        return;
    const auto is_server = [&](unsigned port) {
        return port >= settings_.first_port && port <= settings_.last_port;
    };
    const bool from_server = is_server(ports[0] * 256U + ports[1]);
    const bool to_server = is_server(ports[2] * 256U + ports[3]);
    if (from_server != to_server)
        vcpu.level = to_server ? Level::to_server : Level::to_client;
}

} // namespace ktcp::plugin
