// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Counts what the guest executes between two markers, by task, depth and region. See README.md.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>

#include "blocks.hh"
#include "counter.hh"
#include "marker.hh"
#include "qemu_plugin_api.h"
#include "settings.hh"
#include "window.hh"

using namespace ktcp::plugin;

int qemu_plugin_version = KTCP_QEMU_PLUGIN_VERSION;

namespace {

// Made at load time, kept until QEMU ends: translated code refers to them.
struct Plugin {
    Settings settings;
    Blocks blocks;
    Counter counter{settings};
    Window window{settings, counter, blocks};
};

Plugin& plugin() {
    static Plugin& instance = *new Plugin;
    return instance;
}

// How far behind __switch_to_asm's start the load of the new stack pointer may lie, and behind
// __netif_receive_skb_one_core's the load of the packet's device.
constexpr std::uint64_t switch_reach = 64;
constexpr std::uint64_t receive_reach = 32;

void on_block(unsigned vcpu, void* data) {
    if (vcpu < max_vcpus)
        plugin().counter.run(vcpu, *static_cast<Block*>(data));
}

void on_begin(unsigned, void*) { plugin().window.begin(); }
void on_end(unsigned, void*) { plugin().window.end(); }

void on_switch(unsigned vcpu, qemu_plugin_meminfo_t info, std::uint64_t vaddr, void*) {
    const qemu_plugin_hwaddr* address = qemu_plugin_get_hwaddr(info, vaddr);
    if (vcpu >= max_vcpus || !address || qemu_plugin_hwaddr_is_io(address))
        return;
    plugin().counter.switch_task(vcpu, vaddr, qemu_plugin_hwaddr_phys_addr(address));
}

// `data` is the displacement by which the instruction reaches into the sk_buff.
void on_packet(unsigned vcpu, qemu_plugin_meminfo_t info, std::uint64_t vaddr, void* data) {
    const qemu_plugin_hwaddr* address = qemu_plugin_get_hwaddr(info, vaddr);
    if (vcpu >= max_vcpus || !address || qemu_plugin_hwaddr_is_io(address))
        return;
    const auto into = reinterpret_cast<std::uintptr_t>(data);
    plugin().counter.enter_packet(vcpu, vaddr - into, qemu_plugin_hwaddr_phys_addr(address) - into);
}

std::uint32_t displacement(const unsigned char* bytes) {
    std::uint32_t value;
    std::memcpy(&value, bytes + 3, sizeof value);
    return value;
}

void watch_instruction(qemu_plugin_insn* insn) {
    const auto* bytes = static_cast<const unsigned char*>(qemu_plugin_insn_data(insn));
    const std::uint64_t at = qemu_plugin_insn_vaddr(insn);
    // mov disp8(%rdi),reg: the first argument of __netif_receive_skb_one_core is the packet, and
    // the first that is read of it is the device. The address read says which packet that is.
    const std::uint64_t receive = plugin().settings.receive;
    if (receive && at >= receive && at < receive + receive_reach &&
        qemu_plugin_insn_size(insn) == 4 && bytes[0] == 0x48 && bytes[1] == 0x8b &&
        (bytes[2] & 0xc7) == 0x47) {
        qemu_plugin_register_vcpu_mem_cb(insn, on_packet, QEMU_PLUGIN_CB_NO_REGS,
                                         QEMU_PLUGIN_MEM_RW,
                                         reinterpret_cast<void*>(std::uintptr_t{bytes[3]}));
        return;
    }
    if (qemu_plugin_insn_size(insn) != 7)
        return;
    if (std::equal(std::begin(marker_opcode), std::end(marker_opcode), bytes)) {
        if (displacement(bytes) == marker_begin)
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_begin, QEMU_PLUGIN_CB_NO_REGS, nullptr);
        else if (displacement(bytes) == marker_end)
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_end, QEMU_PLUGIN_CB_NO_REGS, nullptr);
        return;
    }
    // mov disp32(%rsi),%rsp: __switch_to_asm takes up the stack of the next task, whose task_struct
    // is in rsi: the address it loads from says which task that is.
    constexpr unsigned char load_stack[] = {0x48, 0x8b, 0xa6};
    const std::uint64_t start = plugin().settings.switch_to;
    if (at >= start && at < start + switch_reach &&
        std::equal(std::begin(load_stack), std::end(load_stack), bytes)) {
        plugin().counter.set_stack_offset(static_cast<std::int32_t>(displacement(bytes)));
        plugin().counter.memory().learn(at, qemu_plugin_insn_haddr(insn), plugin().settings.banner);
        qemu_plugin_register_vcpu_mem_cb(insn, on_switch, QEMU_PLUGIN_CB_NO_REGS,
                                         QEMU_PLUGIN_MEM_RW, nullptr);
    }
}

void on_translation(qemu_plugin_id_t, qemu_plugin_tb* tb) {
    const std::size_t n = qemu_plugin_tb_n_insns(tb);
    if (n == 0)
        return;
    for (std::size_t i = 0; i < n; ++i)
        watch_instruction(qemu_plugin_tb_get_insn(tb, i));

    const std::uint64_t vaddr = qemu_plugin_tb_vaddr(tb);
    std::uint64_t return_to = 0;
    const qemu_plugin_insn* last = qemu_plugin_tb_get_insn(tb, n - 1);
    if (is_call(static_cast<const unsigned char*>(qemu_plugin_insn_data(last)),
                qemu_plugin_insn_size(last)))
        return_to = qemu_plugin_insn_vaddr(last) + qemu_plugin_insn_size(last);
    const auto& entries = plugin().settings.softirq;
    const bool softirq_entry = std::find(entries.begin(), entries.end(), vaddr) != entries.end();
    Block& block = plugin().blocks.find(vaddr, static_cast<std::uint32_t>(n), return_to);
    block.softirq_entry = softirq_entry;
    block.packet_entry = vaddr == plugin().settings.receive;
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_NO_REGS, &block);
}

} // namespace

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc, char** argv) {
    std::string fault;
    if (std::strcmp(info->target_name, "x86_64") != 0 || !info->system_emulation)
        fault = "this plugin is for qemu-system-x86_64";
    else if (info->system.max_vcpus > static_cast<int>(max_vcpus))
        fault = "at most " + std::to_string(max_vcpus) + " vCPUs";
    else
        fault = parse_settings(argc, argv, plugin().settings);
    if (!fault.empty()) {
        std::fprintf(stderr, "ktcp plugin: %s\n", fault.c_str());
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    return 0;
}
