#pragma once
// A recording or voicemail message as an answer: byte ranges, content type, and the name under
// which a browser saves it.
#include <map>
#include <mutex>

#include "api/http/services.h"

namespace seatline::api {

/// "20261122-181500_13800138000_95001" in the tenant's time: of plain ASCII, fit for every file
/// system. Reads the time zone's file: blocking.
[[nodiscard]] std::string sound_name(const core::Directory& directory, TenantId tenant, Instant at,
                                     std::string_view caller, std::string_view called);

/// Content-Disposition (RFC 6266): `name` as it is for old clients, and `more` behind it in UTF-8
/// (RFC 5987) for all others. Both without extension.
struct SavedName {
    std::string name;
    std::string more = {};  ///< for example the agent's name
};
[[nodiscard]] std::string content_disposition(bool saved, const SavedName& name,
                                              std::string_view extension);

/// What the query parameters `download` and `format` say. Errors: invalid.
struct SoundQuery {
    bool saved = false;
    SoundForm form = SoundForm::at_rest;
};
[[nodiscard]] Result<SoundQuery> sound_query(const Request& request);
[[nodiscard]] std::vector<Parameter> sound_parameters();

[[nodiscard]] Response sound_response(const Request& request, Sound sound, bool saved,
                                      const SavedName& name);

/// Players ask for many ranges of one file: the audit log gets one entry a minute for each user and
/// object, not one for each range. Any thread.
class PlayLog {
public:
    bool is_news(UserId user, const std::string& object, Instant now);

private:
    std::mutex mutex_;
    std::map<std::pair<UserId, std::string>, Instant> last_;
};

}  // namespace seatline::api
