#pragma once
// SDP (RFC 8866) as far as audio calls need it: our own reader and writer, because Debian's
// sdp_parse of sofia can loop for ever on bad input. Pure text functions: no sockets, no sofia, any
// thread. Reading takes one pass over the text, stops at fixed limits and never throws; what it
// doesn't know it keeps as text or skips.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/media_description.h"
#include "base/result.h"

namespace seatline::sip::sdp {

/// Larger bodies, or more lines, media or formats than these, are refused.
inline constexpr std::size_t max_bytes = 32 * 1024;
inline constexpr std::size_t max_lines = 1000;
inline constexpr std::size_t max_media = 32;
inline constexpr std::size_t max_formats = 64;

/// a=name or a=name:value.
struct Attribute {
    std::string name;
    std::string value;
};

/// One m= section (RFC 8866 5.14) with the lines below it.
struct MediaLine {
    std::string type;  ///< "audio", "video", "image", ...
    std::uint16_t port = 0;
    std::string proto;  ///< "RTP/AVP", "RTP/SAVP", "udptl", ...
    std::vector<std::string> formats;
    std::string address;  ///< of its own c= line; empty: the session's holds
    std::vector<Attribute> attributes;

    /// The value of the first attribute of that name, or null.
    [[nodiscard]] const std::string* find(std::string_view name) const;
};

struct Session {
    std::string origin;  ///< the o= line's text; equal text means an unchanged session (RFC 3264 8)
    std::string address;  ///< of the session's c= line; empty when every media has its own
    std::vector<Attribute> attributes;
    std::vector<MediaLine> media;
};

/// Reads a body. Errors: invalid, field "sdp", with the line's number: no v=0 first, too large, no
/// m= line, a bad port or a connection address that is no IPv4 or IPv6 literal. Lines may end in
/// CRLF or LF.
[[nodiscard]] Result<Session> parse(std::string_view text);

/// The index of the m= line that carries the call: the first audio with a port, an address and at
/// least one format that has a name, over RTP/SAVP(F) with a key that we can use, else over
/// RTP/AVP(F); media.size() when there is none (answer 488).
[[nodiscard]] std::size_t usable_audio(const Session& session);

/// What that m= line says. Static payload types (RFC 3551) need no rtpmap; formats without a name
/// are left out; an address 0.0.0.0 is hold by the old style (RFC 2543) and reads as sendonly;
/// a=maxptime bounds a=ptime; of a=crypto what we can use (crypto.h), also over RTP/AVP.
/// Precondition: index below media.size().
[[nodiscard]] MediaDescription describe(const Session& session, std::size_t index);

/// The o= line of one dialog: the id stays, the version grows by one with each changed description
/// (RFC 3264 8).
struct Origin {
    std::uint64_t id = 0;
    std::uint64_t version = 0;
};

/// An offer with one audio line: RTP/SAVP when `local.secure`, with a=crypto lines when it has any.
[[nodiscard]] std::string write_offer(const Origin& origin, const MediaDescription& local);

/// A further offer in a session whose last description of ours was `previous`: the same m= lines in
/// the same order (RFC 3264 8), audio as `local`, the others still refused.
[[nodiscard]] std::string write_reoffer(const Origin& origin, const MediaDescription& local,
                                        const Session& previous);

/// An answer: one m= line for each of the offer's in the same order (RFC 3264 6); audio at `index`,
/// every other line with port 0. Formats that the offer doesn't have are left out, a=mid is
/// repeated; a direction that doesn't fit the offer's is narrowed (RFC 3264 6.1). Of `local.crypto`
/// the one whose suite the offer prefers is written with the offer's tag. Errors: invalid, field
/// "sdp", when no common format but telephone-event is left, or no common suite where one is
/// needed.
[[nodiscard]] Result<std::string> write_answer(const Origin& origin, const MediaDescription& local,
                                               const Session& offer, std::size_t index);

}  // namespace seatline::sip::sdp
