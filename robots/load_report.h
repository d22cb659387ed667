#pragma once
// What a load run found: printed for people, written as JSON for tests.
#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <string>

#include "robots/rtp_stream.h"
#include "robots/statistics.h"

namespace seatline::robots {

/// Sums over all legs, callers and agents.
struct RtpTotals {
    std::uint64_t legs = 0;
    std::uint64_t packets_sent = 0;
    std::uint64_t packets_received = 0;
    std::uint64_t packets_lost = 0;  ///< gaps in the sequence numbers that the robots received
    std::uint64_t legs_with_loss = 0;
    std::uint64_t most_lost_by_a_leg = 0;
    double jitter_mean_ms = 0;  ///< of the legs' last values
    double jitter_max_ms = 0;

    void add(const StreamReport& report);
};
BOOST_DESCRIBE_STRUCT(RtpTotals, (),
                      (legs, packets_sent, packets_received, packets_lost, legs_with_loss,
                       most_lost_by_a_leg, jitter_mean_ms, jitter_max_ms))

/// The tone check: one leg counts as hearing when the far end's tone came, stayed, and its own
/// never came back.
struct AudioTotals {
    std::uint64_t legs_checked = 0;
    std::uint64_t legs_hearing = 0;
    std::uint64_t frames_heard = 0;  ///< 20 ms frames with the far end's tone
    std::uint64_t frames_other = 0;  ///< after the first of these, with something else
    std::uint64_t frames_echo = 0;

    void add(const HeardFrames& heard);
};
BOOST_DESCRIBE_STRUCT(AudioTotals, (),
                      (legs_checked, legs_hearing, frames_heard, frames_other, frames_echo))

struct LoadReport {
    std::string mode;  ///< "rate", "hold", "waiting"
    std::uint64_t agents = 0;
    std::uint64_t started = 0;
    std::uint64_t completed = 0;
    std::uint64_t failed = 0;
    std::map<std::string, std::uint64_t>
        failures;                    ///< reason, with the SIP code where there was one
    double calls_per_s = 0;          ///< completed, between the first and the last completion
    std::uint64_t most_talking = 0;  ///< calls that talked at once
    Distribution answer;             ///< INVITE -> 200 to the caller
    Distribution offer;              ///< INVITE -> INVITE at an agent
    Distribution heard;              ///< agent's 200 -> both hear each other (tone check)
    Distribution release;            ///< BYE of one side -> BYE at the other
    Distribution free_to_offer;      ///< agent's BYE -> the next INVITE at the same agent (waiting)
    std::uint64_t out_of_order = 0;  ///< calls offered before one that had come earlier (waiting)
    std::uint64_t double_offers = 0;   ///< INVITEs to an agent who had a call
    std::uint64_t strange_offers = 0;  ///< INVITEs that show no caller of this run
    RtpTotals rtp;
    AudioTotals audio;
    double robots_cpu_s = 0;
    double seconds = 0;
    bool ok = false;
};
BOOST_DESCRIBE_STRUCT(LoadReport, (),
                      (mode, agents, started, completed, failed, failures, calls_per_s,
                       most_talking, answer, offer, heard, release, free_to_offer, out_of_order,
                       double_offers, strange_offers, rtp, audio, robots_cpu_s, seconds, ok))

/// Some lines for a terminal.
[[nodiscard]] std::string to_text(const LoadReport& report);

/// All calls completed, nothing lost, heard, double, or out of order that should not be.
[[nodiscard]] bool all_checks_hold(const LoadReport& report);

}  // namespace seatline::robots
