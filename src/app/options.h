#pragma once
// What `seatline serve` can be told on the command line.
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace seatline::app {

struct Options {
    std::string data = "data";
    std::string web_root = "web/dist";
    std::string bind = "127.0.0.1";
    std::string
        advertise;  ///< the address that phones and carriers reach us by, when it is not `bind`
    std::uint16_t http_port = 8080;
    std::uint16_t sip_port = 5060;
    std::uint16_t sips_port = 0;  ///< 0: no SIP over TLS
    std::string bind6;            ///< IPv6 address for SIP beside `bind`; empty: none
    std::string sips_ca;          ///< PEM: trunks' certificates are checked by it
    std::uint16_t rtp_min = 20000;
    std::uint16_t rtp_max = 29999;
    std::uint32_t workers = 1;
    bool demo = true;  ///< a fresh data folder gets the demo center instead of the starter center
    std::string tls_certificate;
    std::string tls_key;
    std::string recording_key;            ///< file outside the data folder; empty: not encrypted
    std::uint32_t archive_after_s = 600;  ///< so long a finished recording stays a WAV
    std::string log_level = "info";
};

/// Errors: invalid; the field is the option as typed ("--sip").
[[nodiscard]] Result<Options> parse_options(const std::vector<std::string>& arguments);

[[nodiscard]] std::string options_help();

}  // namespace seatline::app
