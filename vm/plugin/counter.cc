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
    vcpu.task = &tasks_.find(vaddr, pid, comm, settings_.client);
}

} // namespace ktcp::plugin
