// A call's recordings: the list, the sound with byte ranges, and the deletion for good. It is a WAV
// until some seconds after the call, then Ogg Opus; whoever may hear it gets it decrypted.
#include <algorithm>

#include "api/auth/rights.h"
#include "api/resource/all.h"
#include "api/resource/call_access.h"
#include "api/resource/query_values.h"
#include "api/resource/sound.h"

namespace seatline::api {
namespace {

constexpr std::size_t kLongestReason = 500;

/// The recording that is asked for, 0: the call's last. Voicemail is heard in its mailbox only.
Result<RecordingId> recording_of(const Exchange& exchange, const core::CallRecord& call) {
    std::optional<RecordingId> id;
    if (auto read = read_id(exchange.request, "recording", id); read.has_error())
        return read.error();
    if (!id) return RecordingId{};
    const auto found = std::ranges::find(call.recordings, *id, &core::RecordingRecord::recording);
    if (found == call.recordings.end() || found->kind == core::RecordingKind::voicemail)
        return Error{"not_found", "recording", "this call has no such recording"};
    return *id;
}

std::string agent_name(const core::Directory& directory, const core::CallRecord& call) {
    const auto agent = std::ranges::find_if(directory.agents, [&](const core::Agent& a) {
        return a.tenant == call.tenant && a.id == call.agent;
    });
    return agent == directory.agents.end() ? "" : agent->name;
}

Response play(const Exchange& exchange, Services& services, PlayLog& log) {
    const auto query = sound_query(exchange.request);
    if (query.has_error()) return error_response(query.error());
    const auto call = visible_call(exchange, services);
    if (call.has_error()) return error_response(call.error());
    const auto id = recording_of(exchange, *call);
    if (id.has_error()) return error_response(id.error());
    auto sound = services.ports.store.open_recording(call->tenant, call->call, *id, query->form);
    if (sound.has_error()) return error_response(sound.error());
    const std::string object = "call " + std::to_string(call->call.value);
    if (exchange.request.method == Method::get &&
        log.is_news(exchange.session->user, object + (query->saved ? " saved" : ""),
                    exchange.now)) {
        services.audit(exchange, "play_recording", object, query->saved ? "download" : "");
    }
    return sound_response(
        exchange.request, std::move(*sound), query->saved,
        {sound_name(services.directory, call->tenant, call->arrived_at, call->caller, call->called),
         agent_name(services.directory, *call)});
}

Response list(const Exchange& exchange, const Services& services) {
    const auto call = visible_call(exchange, services);
    if (call.has_error()) return error_response(call.error());
    auto recordings = call->recordings;
    std::erase_if(recordings,
                  [](const auto& r) { return r.kind == core::RecordingKind::voicemail; });
    return json_response(recordings);
}

/// One entry for what was tried as well as for what was done.
Response remove(const Exchange& exchange, Services& services) {
    const auto reason = exchange.request.query_value("reason").value_or("");
    if (reason.empty() || reason.size() > kLongestReason)
        return error_response(
            invalid("reason", "is needed, at most 500 octets: why is it deleted?"));
    const auto call = visible_call(exchange, services);
    if (call.has_error()) return error_response(call.error());
    const auto id = recording_of(exchange, *call);
    if (id.has_error()) return error_response(id.error());
    const auto deleted = services.ports.store.delete_recording(
        call->tenant, call->call, *id, {std::string(reason), exchange.session->user_name});
    services.audit(
        exchange, "delete_recording", "call " + std::to_string(call->call.value),
        deleted.has_error() ? "refused: " + deleted.error().text() : std::string(reason));
    if (deleted.has_error()) return error_response(deleted.error());
    Response done;
    done.status = 204;
    return done;
}

Parameter which() {
    return {"recording", schema<RecordingId>, "one of several; left out: the call's last"};
}

}  // namespace

void add_recording(RouteTable& table, Services& services) {
    const auto log = std::make_shared<PlayLog>();
    auto parameters = sound_parameters();
    parameters.push_back(which());
    table.add({.path = "/api/v1/calls/{call}/recordings",
               .access = access_for(Right::see_own_calls),
               .summary = "A call's recordings, also those that are deleted",
               .response = schema<std::vector<core::RecordingRecord>>,
               .where = Where::pool,
               .handler = at_once(
                   [&services](const Exchange& exchange) { return list(exchange, services); })});
    table.add({.path = "/api/v1/calls/{call}/recording",
               .access = access_for(Right::see_own_calls),
               .summary = "The sound (left the caller, right all others), WAV or Ogg Opus; takes "
                          "Range",
               .query = std::move(parameters),
               .content_type = "audio/*",
               .where = Where::pool,
               .handler = at_once([&services, log](const Exchange& exchange) {
                   return play(exchange, services, *log);
               })});
    table.add({.method = Method::del,
               .path = "/api/v1/calls/{call}/recording",
               .access = access_for(Right::delete_recording),
               .summary = "Delete the sound for good; a line in the deletion log stays",
               .query = {which(), {"reason", schema<std::string>, "needed"}},
               .where = Where::pool,
               .audit_refused = "delete_recording",
               .handler = at_once(
                   [&services](const Exchange& exchange) { return remove(exchange, services); })});
}

}  // namespace seatline::api
