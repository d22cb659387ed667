#pragma once
// Where one INVITE of ours goes, and how it proves who we are there.
#include <string>
#include <vector>

namespace seatline::sip {

struct InviteTarget {
    std::string uri;  ///< Request-URI
    /// Where to send it, in order: the next one is tried on 503, a time-out or a transport error
    /// before any progress (RFC 3263 4.3). Empty: by the URI itself.
    std::vector<std::string> routes{};
    std::string path{};  ///< Route header of the INVITE (a device's Path, RFC 3327); then no routes
    std::string auth_user{};
    std::string auth_password{};  ///< never logged
    bool is_trunk = false;        ///< the far end is one that we trust with identities (RFC 3325)
};

}  // namespace seatline::sip
