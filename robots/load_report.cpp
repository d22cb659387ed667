#include "robots/load_report.h"

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace seatline::robots {
namespace {

std::string fixed(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

void line(std::ostringstream& out, const char* name, const Distribution& d) {
    if (d.count > 0) out << "  " << name << to_text(d) << '\n';
}

}  // namespace

void RtpTotals::add(const StreamReport& report) {
    const double jitter_ms = report.jitter_us / 1000.0;
    jitter_mean_ms =
        (jitter_mean_ms * static_cast<double>(legs) + jitter_ms) / static_cast<double>(legs + 1);
    jitter_max_ms = std::max(jitter_max_ms, jitter_ms);
    ++legs;
    packets_sent += report.sent;
    packets_received += report.received;
    packets_lost += report.lost;
    legs_with_loss += report.lost > 0 ? 1 : 0;
    most_lost_by_a_leg = std::max(most_lost_by_a_leg, report.lost);
}

void AudioTotals::add(const HeardFrames& heard) {
    ++legs_checked;
    legs_hearing += heard.is_good() ? 1 : 0;
    frames_heard += heard.expected;
    frames_other += heard.other;
    frames_echo += heard.echo;
}

bool all_checks_hold(const LoadReport& report) {
    return report.started > 0 && report.failed == 0 && report.completed == report.started &&
           report.out_of_order == 0 && report.double_offers == 0 && report.strange_offers == 0 &&
           report.rtp.packets_lost == 0 && report.audio.legs_hearing == report.audio.legs_checked;
}

std::string to_text(const LoadReport& r) {
    std::ostringstream out;
    out << r.mode << ": " << r.started << " calls started, " << r.completed << " completed, "
        << r.failed << " failed; " << fixed(r.calls_per_s) << " calls/s, at most " << r.most_talking
        << " talking at once, " << r.agents << " agents\n";
    for (const auto& [reason, count] : r.failures)
        out << "  failed: " << count << " x " << reason << '\n';
    line(out, "INVITE to 200 at the caller:     ", r.answer);
    line(out, "INVITE to INVITE at the agent:   ", r.offer);
    line(out, "agent's 200 to both hearing:     ", r.heard);
    line(out, "BYE to BYE at the other side:    ", r.release);
    line(out, "agent's BYE to his next INVITE:  ", r.free_to_offer);
    if (r.mode == "waiting") out << "  served out of order: " << r.out_of_order << '\n';
    if (r.double_offers > 0) out << "  INVITEs to an agent in a call: " << r.double_offers << '\n';
    if (r.strange_offers > 0)
        out << "  INVITEs of no caller of this run: " << r.strange_offers << '\n';
    if (r.rtp.legs > 0) {
        out << "  RTP: " << r.rtp.legs << " legs, " << r.rtp.packets_sent << " packets sent, "
            << r.rtp.packets_received << " received, " << r.rtp.packets_lost << " lost";
        if (r.rtp.packets_lost > 0) {
            out << " (on " << r.rtp.legs_with_loss << " legs, at most " << r.rtp.most_lost_by_a_leg
                << " on one)";
        }
        out << "; jitter mean " << fixed(r.rtp.jitter_mean_ms) << " ms, max "
            << fixed(r.rtp.jitter_max_ms) << '\n';
    }
    if (r.audio.legs_checked > 0) {
        out << "  hearing: " << r.audio.legs_hearing << " of " << r.audio.legs_checked
            << " legs hear the other side; " << r.audio.frames_heard << " frames, "
            << r.audio.frames_other << " without the tone, " << r.audio.frames_echo << " echo\n";
    }
    out << "  robots: " << fixed(r.robots_cpu_s) << " s CPU in " << fixed(r.seconds) << " s\n"
        << (r.ok ? "  all checks hold\n" : "  NOT all checks hold\n");
    return out.str();
}

}  // namespace seatline::robots
