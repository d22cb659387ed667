// libFuzzer on the SDP reader and the answer writer: whatever arrives, reading ends, and an answer
// that we write can be read back by ourselves with the same number of media lines (RFC 3264 6).
#include <string_view>

#include "sip/sdp/sdp.h"

using namespace seatline;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const auto session = sip::sdp::parse({reinterpret_cast<const char*>(data), size});
    if (session.has_error()) return 0;
    const auto index = sip::sdp::usable_audio(*session);
    if (index == session->media.size()) return 0;
    auto local = sip::sdp::describe(*session, index);
    for (auto& crypto : local.crypto) crypto.key_base64.assign(40, 'A');  // ours, not the peer's
    const auto answer = sip::sdp::write_answer({1, 1}, local, *session, index);
    if (answer.has_error()) return 0;
    const auto again = sip::sdp::parse(*answer);
    if (answer->size() <= sip::sdp::max_bytes) {
        SEATLINE_ASSERT(again.has_value());
        SEATLINE_ASSERT(again->media.size() == session->media.size());
        // An offer of ours later in the session keeps the lines (RFC 3264 8).
        const auto offer = sip::sdp::parse(sip::sdp::write_reoffer({1, 2}, local, *again));
        SEATLINE_ASSERT(offer.has_error() || offer->media.size() == session->media.size());
    }
    return 0;
}
