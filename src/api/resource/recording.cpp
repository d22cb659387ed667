// A call's recording as a WAV file with byte ranges. Players ask for many ranges of one file: the
// audit log gets one entry a minute for each user and call, not one for each range.
#include <map>
#include <mutex>

#include "api/http/range.h"
#include "api/resource/all.h"
#include "api/resource/call_access.h"

namespace seatline::api {
namespace {

/// Any thread.
class PlayLog {
public:
    bool is_news(UserId user, CallId call, Instant now) {
        const std::lock_guard lock(mutex_);
        if (last_.size() >= 10'000) {
            std::erase_if(last_, [&](const auto& item) { return now - item.second >= minutes{1}; });
            if (last_.size() >= 10'000) return true;  // too many to remember: say it again
        }
        const auto [entry, added] = last_.emplace(std::pair{user, call}, now);
        if (!added && now - entry->second < minutes{1}) return false;
        entry->second = now;
        return true;
    }

private:
    std::mutex mutex_;
    std::map<std::pair<UserId, CallId>, Instant> last_;
};

Response play(const Exchange& exchange, Services& services, PlayLog& log) {
    const auto download = exchange.request.query_value("download");
    if (download && *download != "1" && *download != "0") {
        return error_response(invalid("download", "must be 0 or 1"));
    }
    const auto record = visible_call(exchange, services);
    if (record.has_error()) return error_response(record.error());
    const auto path = services.ports.store.recording_path(record->tenant, record->call);
    auto file = path.empty() ? nullptr : OpenFile::open(path);
    if (!file) return error_response({"not_found", "recording", "this call has no recording"});
    const std::string id = std::to_string(record->call.value);
    const bool saved = download && *download == "1";
    if (exchange.request.method == Method::get &&
        log.is_news(exchange.session->user, record->call, exchange.now)) {
        services.audit(exchange, "play_recording", "call " + id, saved ? "download" : "");
    }
    Response base;
    base.with("Content-Type", "audio/wav").with("Cache-Control", "private, no-cache");
    base.with("Content-Disposition",
              std::string(saved ? "attachment" : "inline") + "; filename=\"call-" + id + ".wav\"");
    return file_response(exchange.request, std::move(file), std::move(base));
}

}  // namespace

void add_recording(RouteTable& table, Services& services) {
    const auto log = std::make_shared<PlayLog>();
    table.add({.path = "/api/v1/calls/{call}/recording",
               .access = Access::agent,
               .summary = "The recording as WAV (left the caller, right the agent); takes Range",
               .query = {{"download", schema<std::string>, "1: to be saved as a file"}},
               .content_type = "audio/wav",
               .where = Where::pool,
               .handler = at_once([&services, log](const Exchange& exchange) {
                   return play(exchange, services, *log);
               })});
}

}  // namespace seatline::api
