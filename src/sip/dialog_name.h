#pragma once
// How peers name one of our dialogs: Replaces (RFC 3891) and Target-Dialog (RFC 4538). Pure.
#include <optional>
#include <string>
#include <string_view>

namespace seatline::sip {

struct DialogName {
    std::string call_id;
    std::string local_tag;   ///< ours
    std::string remote_tag;  ///< the peer's
    bool early_only = false;
};

/// "call-id;to-tag=ours;from-tag=theirs[;early-only]"; empty when a part is missing.
[[nodiscard]] std::optional<DialogName> read_replaces(std::string_view text);
/// "call-id;local-tag=theirs;remote-tag=ours": the names are from the sender's side.
[[nodiscard]] std::optional<DialogName> read_target_dialog(std::string_view text);
/// The Replaces among the headers of a URI ("Replaces=..%3B..&Require=replaces"), unescaped; empty
/// when there is none.
[[nodiscard]] std::string replaces_in_headers(std::string_view url_headers);

}  // namespace seatline::sip
