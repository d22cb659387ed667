#pragma once
// Who calls and on whose behalf, in headers: P-Asserted-Identity (RFC 3325), Privacy (RFC 3323),
// History-Info (RFC 7044), Diversion (RFC 5806), and what we write of ourselves. SIP thread only.
#include <string>
#include <vector>

#include "sip/endpoint.h"
#include "sip/invite_target.h"
#include "sip/sofia.h"

namespace seatline::sip {

/// Fills caller, caller_name, called, hides_caller and diverted_from. P-Asserted-Identity is taken
/// at its word from trunks only (`call.trunk` is set before).
void read_identity(const sip_t* sip, IncomingCall& call);

/// The From of an INVITE of ours; anonymous when the caller shall be hidden.
[[nodiscard]] std::string from_of(const Invite& command, const std::string& host_port);
/// P-Asserted-Identity, Privacy, and the wish to be answered automatically, as header lines.
[[nodiscard]] std::string identity_lines(const Invite& command, const InviteTarget& target,
                                         const std::string& host_port);

/// The values of all headers of that name that sofia doesn't know, split at the commas between
/// them.
[[nodiscard]] std::vector<std::string> values_of(const sip_t* sip, std::string_view name);

}  // namespace seatline::sip
