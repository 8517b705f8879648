// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "blocks.hh"
#include "calls.hh"
#include "guest_memory.hh"
#include "settings.hh"
#include "tasks.hh"

namespace ktcp::plugin {

// Follows each vCPU from block to block: whose task, which level, and adds the block's
// instructions to that cell.
//
// A block that faults half-way is counted whole and its rest again when it resumes: steady
// server work hardly faults, and the comparison with icount (lab/self-check) bounds it.
class Counter {
public:
    explicit Counter(const Settings& settings) : settings_(settings) {
        for (Vcpu& vcpu : vcpus_)
            vcpu.task = &unknown_;
    }

    // In the vCPU's thread, before the block's first instruction.
    void run(unsigned index, Block& block) {
        Vcpu& vcpu = vcpus_[index];
        const std::uint64_t at = block.vaddr;
        if (vcpu.level == Level::task) {
            if (block.softirq_entry) {
                // Called with interrupts off, so nothing can have come between the call and here.
                vcpu.level = Level::softirq;
                vcpu.softirq_return = vcpu.last_return;
            }
        } else if (at == vcpu.softirq_return) {
            vcpu.level = Level::task;
        } else if (vcpu.level != Level::softirq_module) {
            if (block.region == Region::module) {
                vcpu.below_module = vcpu.level;
                vcpu.level = Level::softirq_module;
                vcpu.module_return = vcpu.last_return;
                vcpu.softirq_call = {};
            } else if (block.packet_entry) {
                // Whose packet it is turns out within this block (enter_packet()).
                vcpu.packet_return = vcpu.last_return;
            } else if (vcpu.level != Level::softirq && at == vcpu.packet_return) {
                vcpu.level = Level::softirq;
            }
        } else if (at == vcpu.module_return) {
            vcpu.level = vcpu.below_module;
        }
        if (block.return_to)
            vcpu.last_return = block.return_to;

        vcpu.task->counts[cell_of(vcpu.level, block.region)] += block.instructions;
        if (profiling_) {
            ++block.runs[index][run_of(vcpu.task->role, vcpu.level)];
            follow_call(index, vcpu, block);
        }
    }

    // The vCPU loads the stack pointer of the task it switches to, from this address.
    void switch_task(unsigned index, std::uint64_t vaddr, std::uint64_t physical);

    // The softirq on the vCPU takes up a packet: an sk_buff at this address.
    void enter_packet(unsigned index, std::uint64_t vaddr, std::uint64_t physical);

    void set_stack_offset(std::int64_t offset) { stack_offset_ = offset; }
    void set_profiling(bool on) { profiling_ = on; }

    [[nodiscard]] GuestMemory& memory() { return memory_; }
    [[nodiscard]] Tasks& tasks() { return tasks_; }
    [[nodiscard]] Calls& calls() { return calls_; }
    [[nodiscard]] Task& unknown() { return unknown_; }
    [[nodiscard]] std::uint64_t anomalies() const { return anomalies_; }
    [[nodiscard]] std::uint64_t switches() const { return switches_; }

private:
    // One cache line or more of its own for each: the vCPU threads write here all the time.
    struct alignas(128) Vcpu {
        Task* task = nullptr;
        Level level = Level::task;
        std::uint64_t last_return = 0;       // behind the last call made
        std::uint64_t softirq_return = 0;    // where the softirq loop will return to
        std::uint64_t packet_return = 0;     // where the packet's way up will return to
        std::uint64_t module_return = 0;     // where the module's function will return to
        Level below_module = Level::softirq; // and the level there
        CallState softirq_call;
    };

    // Charges the core's instructions to the call by which a program or module came into it.
    void follow_call(unsigned index, Vcpu& vcpu, const Block& block) {
        CallState& state = vcpu.level == Level::task ? vcpu.task->call : vcpu.softirq_call;
        if (block.region != Region::core) {
            state.call = nullptr;
            state.from = block.return_to;
            return;
        }
        if (is_plain_softirq(vcpu.level))
            return;
        if (!state.call) {
            state.call = &calls_.find(vcpu.task->role, vcpu.level, state.from, block.vaddr);
            ++state.call->rows[index].times;
        }
        state.call->rows[index].instructions += block.instructions;
    }

    const Settings& settings_;
    GuestMemory memory_;
    Tasks tasks_;
    Calls calls_;
    Task unknown_; // before the first switch of a vCPU
    std::array<Vcpu, max_vcpus> vcpus_;
    std::int64_t stack_offset_ = 0; // of thread.sp in task_struct
    std::atomic<std::uint64_t> anomalies_{0};
    std::atomic<std::uint64_t> switches_{0};
    bool profiling_ = false;
};

} // namespace ktcp::plugin
