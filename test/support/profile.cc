// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/profile.hh"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace ktcp::test {

std::map<std::string, Profile> load_profiles(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in)
        throw std::runtime_error("cannot read the profiles in " + file.string());
    std::map<std::string, Profile> all;
    for (std::string line; std::getline(in, line);) {
        if (line.empty() || line[0] == '#')
            continue;
        std::istringstream words(line);
        std::string name, setting;
        words >> name;
        while (words >> setting) {
            size_t equals = setting.find('=');
            if (equals == setting.npos)
                throw std::runtime_error(file.string() + ": not NAME=VALUE: " + setting);
            all[name][setting.substr(0, equals)] = setting.substr(equals + 1);
        }
    }
    return all;
}

} // namespace ktcp::test
