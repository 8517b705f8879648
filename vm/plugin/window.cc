// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "window.hh"

#include <cstdio>
#include <string>

namespace ktcp::plugin {
namespace {

constexpr const char* role_names[role_count] = {"client", "idle", "other"};
constexpr const char* level_names[level_count] = {"task", "softirq", "to_client", "to_server",
                                                  "softirq_module"};
constexpr const char* region_names[region_count] = {"user", "core", "module"};

// Names come from the guest: nothing that could end the string early gets through.
std::string printable(const std::string& text) {
    std::string out;
    for (const char c : text)
        out += (c < 0x20 || c > 0x7e || c == '"' || c == '\\') ? '?' : c;
    return out;
}

Executions total_of(const Block& block) {
    Executions sum{};
    for (const Executions& row : block.runs)
        for (std::size_t i = 0; i < sum.size(); ++i)
            sum[i] += row[i];
    return sum;
}

Call::Row total_of(const Call& call) {
    Call::Row sum;
    for (const Call::Row& row : call.rows) {
        sum.instructions += row.instructions;
        sum.times += row.times;
    }
    return sum;
}

void write_task(std::FILE* file, const Task& task, bool first) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < task.counts.size(); ++i)
        sum += task.counts[i] - task.base[i];
    if (sum == 0)
        return;
    std::fprintf(file, "%s{\"comm\": \"%s\", \"pid\": %d, \"role\": \"%s\"", first ? "" : ", ",
                 printable(task.comm).c_str(), task.pid,
                 role_names[static_cast<std::size_t>(task.role)]);
    for (std::size_t l = 0; l < level_count; ++l)
        for (std::size_t r = 0; r < region_count; ++r) {
            const std::size_t cell = l * region_count + r;
            if (const std::uint64_t n = task.counts[cell] - task.base[cell])
                std::fprintf(file, ", \"%s_%s\": %llu", level_names[l], region_names[r],
                             static_cast<unsigned long long>(n));
        }
    std::fprintf(file, "}");
}

bool ran(const Task& task) { return task.counts != task.base; }

} // namespace

void Window::begin() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    switches_base_ = counter_.switches();
    counter_.unknown().base = counter_.unknown().counts;
    counter_.tasks().for_each([](Task& task) { task.base = task.counts; });
    if (!settings_.profile.empty()) {
        blocks_.for_each([](Block& block) { block.base = total_of(block); });
        counter_.calls().for_each([](Call& call) { call.base = total_of(call); });
        counter_.set_profiling(true);
    }
}

void Window::end() {
    const std::lock_guard lock(mutex_);
    if (!open_)
        return;
    open_ = false;
    counter_.set_profiling(false);
    write_counts();
    if (!settings_.profile.empty())
        write_profile();
    ++number_;
}

void Window::write_counts() {
    std::FILE* file = std::fopen(settings_.out.c_str(), "a");
    if (!file) {
        std::perror(settings_.out.c_str());
        return;
    }
    std::fprintf(file,
                 "{\"window\": %llu, \"switches\": %llu, \"anomalies\": %llu, \"memory\": %s, "
                 "\"tasks\": [",
                 static_cast<unsigned long long>(number_),
                 static_cast<unsigned long long>(counter_.switches() - switches_base_),
                 static_cast<unsigned long long>(counter_.anomalies()),
                 counter_.memory().known() ? "true" : "false");
    bool first = true;
    const auto write = [&](const Task& task) {
        if (!ran(task))
            return;
        write_task(file, task, first);
        first = false;
    };
    write(counter_.unknown());
    counter_.tasks().for_each(write);
    std::fprintf(file, "]}\n");
    std::fclose(file);
}

// For lab/profile to put names to, lines of
//   block ADDRESS INSTRUCTIONS ROLE LEVEL EXECUTIONS
//   call RETURN-ADDRESS ENTRY ROLE LEVEL INSTRUCTIONS TIMES
void Window::write_profile() {
    const std::string path = settings_.profile + std::to_string(number_);
    std::FILE* file = std::fopen(path.c_str(), "w");
    if (!file) {
        std::perror(path.c_str());
        return;
    }
    blocks_.for_each([&](Block& block) {
        const Executions total = total_of(block);
        for (std::size_t role = 0; role < role_count; ++role)
            for (std::size_t level = 0; level < level_count; ++level) {
                const std::size_t i = role * level_count + level;
                if (const std::uint64_t n = total[i] - block.base[i])
                    std::fprintf(file, "block %llx %u %s %s %llu\n",
                                 static_cast<unsigned long long>(block.vaddr), block.instructions,
                                 role_names[role], level_names[level],
                                 static_cast<unsigned long long>(n));
            }
    });
    counter_.calls().for_each([&](Call& call) {
        const Call::Row total = total_of(call);
        if (const std::uint64_t n = total.instructions - call.base.instructions)
            std::fprintf(file, "call %llx %llx %s %s %llu %llu\n",
                         static_cast<unsigned long long>(call.from),
                         static_cast<unsigned long long>(call.at),
                         role_names[static_cast<std::size_t>(call.role)],
                         level_names[static_cast<std::size_t>(call.level)],
                         static_cast<unsigned long long>(n),
                         static_cast<unsigned long long>(total.times - call.base.times));
    });
    std::fclose(file);
}

} // namespace ktcp::plugin
