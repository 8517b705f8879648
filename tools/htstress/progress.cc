// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "progress.hh"

#include <fmt/format.h>

namespace htstress {

std::string progress_line(const Sight& now, std::uint64_t wanted, double seconds,
                          std::optional<double> requests_per_second) {
    const bool warming = now.phase == Sight::Phase::warming;
    std::string text = fmt::format("{}{:.0f} s: {} requests", warming ? "warming up, " : "",
                                   seconds, now.requests);
    if (wanted && !warming)
        text += fmt::format(" of {}", wanted);
    if (requests_per_second)
        text += fmt::format(", {:.0f}/s", *requests_per_second);
    return text + fmt::format(", {} failed", now.failures);
}

Progress::Progress(std::function<Sight()> look, std::uint64_t wanted)
    : look_(std::move(look)), wanted_(wanted), begin_(Clock::now()), before_(begin_),
      last_(look_()) {}

std::string Progress::line() {
    using Seconds = std::chrono::duration<double>;
    const Sight now = look_();
    const Clock::time_point time = Clock::now();
    std::optional<double> rate;
    if (now.phase != last_.phase)
        begin_ = time;
    else if (now.requests >= last_.requests)
        rate = static_cast<double>(now.requests - last_.requests) / Seconds(time - before_).count();
    last_ = now;
    before_ = time;
    return progress_line(now, wanted_, Seconds(time - begin_).count(), rate);
}

} // namespace htstress
