// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "torture/module.hh"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace ktcp::test {

Module::Module(const std::string& file)
    : name_(std::filesystem::path(file).stem()), fd_(open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0)
        throw std::system_error(errno, std::generic_category(), "cannot open " + file);
    std::replace(name_.begin(), name_.end(), '-', '_');
}

Module::~Module() { close(fd_); }

int Module::load(const std::string& parameters) const {
    return syscall(SYS_finit_module, fd_, parameters.c_str(), 0) == 0 ? 0 : errno;
}

int Module::unload() const {
    return syscall(SYS_delete_module, name_.c_str(), O_NONBLOCK) == 0 ? 0 : errno;
}

bool Module::loaded() const { return std::filesystem::exists("/sys/module/" + name_); }

std::map<std::string, uint64_t> Module::counters() const {
    std::map<std::string, uint64_t> counters;
    std::ifstream in("/sys/module/" + name_ + "/parameters/stats");
    std::string name;
    uint64_t value = 0;
    while (in >> name >> value)
        counters[name] = value;
    return counters;
}

} // namespace ktcp::test
