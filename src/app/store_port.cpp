#include "app/store_port.h"

#include "app/archiver.h"
#include "archive/archive.h"
#include "base/json.h"
#include "base/log.h"
#include "core/engine/event_json.h"

namespace seatline::app {
namespace {

/// A recording as the API hands it out. The path names its content: a recording is never changed
/// in place, it gets another name when it is archived.
class SoundOctets final : public api::Octets {
public:
    SoundOctets(std::unique_ptr<archive::ByteSource> source, const std::string& name)
        : source_(std::move(source)),
          etag_('"' + std::to_string(std::hash<std::string>{}(name)) + '-' +
                std::to_string(source_->size()) + '"') {}

    [[nodiscard]] std::uint64_t size() const override { return source_->size(); }
    [[nodiscard]] const std::string& etag() const override { return etag_; }
    [[nodiscard]] std::size_t read_at(std::uint64_t offset, std::span<char> out) const override {
        std::size_t done = 0;
        while (done < out.size()) {
            const auto got = source_->read_at(offset + done, out.subspan(done));
            if (got.has_error()) {
                log::error("a recording can't be read on: {}", got.error().text());
                break;
            }
            if (*got == 0) break;
            done += *got;
        }
        return done;
    }

private:
    std::unique_ptr<archive::ByteSource> source_;
    std::string etag_;
};

Result<api::Sound> open_sound(const StorePortParts& parts, const std::string& path,
                              api::SoundForm form) {
    const bool at_rest = form == api::SoundForm::at_rest;
    auto opened = at_rest ? archive::open_stored(parts.data_folder, path, parts.keys)
                          : archive::open_as_wav(parts.data_folder, path, parts.keys);
    if (opened.has_error()) {
        // That a key is missing or a file damaged is no fault of who asks.
        const Error& error = opened.error();
        if (error.code == "not_found") return error;
        log::error("{}: {}", path, error.text());
        return Error{"unavailable", "recording", error.reason};
    }
    const bool is_wav = !at_rest || path.ends_with(".wav");
    auto octets =
        std::make_shared<const SoundOctets>(std::move(*opened), path + (at_rest ? "" : " as wav"));
    return is_wav ? api::Sound{std::move(octets), "audio/wav", "wav"}
                  : api::Sound{std::move(octets), "audio/ogg", "ogg"};
}

/// The one that is asked for, or the call's last. Voicemail is none of the call's.
std::optional<store::StoredRecording> find_recording(const store::Database& database,
                                                     TenantId tenant, CallId call,
                                                     RecordingId wanted) {
    std::optional<store::StoredRecording> found;
    for (auto& one : database.recordings(tenant, call)) {
        const bool fits = wanted == RecordingId{} || one.record.recording == wanted;
        if (fits && one.is_finished && !one.record.deleted_at &&
            one.record.kind != core::RecordingKind::voicemail)
            found = std::move(one);
    }
    return found;
}

Error no_recording() {
    return {"not_found", "recording", "this call has no such recording"};
}

api::MessageView view_of(const core::VoicemailRecord& record) {
    api::MessageView view;
    view.message = record.message;
    view.call = record.call;
    view.caller = record.caller;
    view.left_at = record.left_at;
    view.length_ms = record.length_ms;
    view.heard_at = record.heard_at;
    if (record.heard_by != AgentId{}) view.heard_by = record.heard_by;
    return view;
}

void add_calls(api::StorePort& port, const StorePortParts& parts) {
    store::Database& db = parts.database;
    port.calls = [&db](const core::CallQuery& query) { return db.calls(query); };
    port.call = [&db](TenantId tenant, CallId call) { return db.call(tenant, call); };
    port.call_events = [&db](TenantId tenant, CallId call) {
        std::vector<api::EventView> views;
        for (const core::Event& event : db.call_events(tenant, call)) {
            std::string json;
            core::write_event(json, event);
            views.push_back(
                {event.seq, event.at, std::string(core::event_type(event.body)), std::move(json)});
        }
        return views;
    };
}

void add_recordings(api::StorePort& port, const StorePortParts& parts) {
    port.open_recording = [parts](TenantId tenant, CallId call, RecordingId wanted,
                                  api::SoundForm form) -> Result<api::Sound> {
        auto found = find_recording(parts.database, tenant, call, wanted);
        if (!found) return no_recording();
        auto sound = open_sound(parts, found->path, form);
        if (sound.has_error() && sound.error().code == "not_found") {
            // It may have been archived between the two looks.
            found = find_recording(parts.database, tenant, call, wanted);
            if (!found) return no_recording();
            sound = open_sound(parts, found->path, form);
        }
        return sound;
    };
    port.delete_recording = [parts](TenantId tenant, CallId call, RecordingId wanted,
                                    const api::DeletionOrder& order) -> Result<void> {
        const auto found = find_recording(parts.database, tenant, call, wanted);
        if (!found) return no_recording();
        Archiver* archiver = parts.archiver();
        if (archiver == nullptr)
            return Error{"unavailable", "", "the server is starting or stopping"};
        return archiver->remove(tenant, found->record.recording, order.reason, order.by);
    };
    port.deletions = [&db = parts.database](TenantId tenant, const api::DeletionQuery& query) {
        std::vector<api::DeletionView> views;
        const Instant from = query.from.value_or(Instant{});
        const Instant to = query.to.value_or(from_unix_us(253'402'300'800'000'000));  // year 10000
        for (auto& d : db.deletions(tenant, from, to, query.after, query.limit)) {
            views.push_back({d.seq, d.at, d.call, d.recording, std::move(d.path),
                             std::move(d.reason), std::move(d.by)});
        }
        return views;
    };
}

void add_voicemail(api::StorePort& port, const StorePortParts& parts) {
    store::Database& db = parts.database;
    port.messages = [&db](TenantId tenant, MailboxId mailbox, MessageId before,
                          std::uint32_t limit) {
        std::vector<api::MessageView> views;
        for (const auto& record : db.voicemails(tenant, mailbox, before, limit))
            views.push_back(view_of(record));
        return views;
    };
    port.message = [&db](TenantId tenant, MailboxId mailbox,
                         MessageId message) -> std::optional<api::MessageView> {
        const auto record = db.voicemail(tenant, mailbox, message);
        return record ? std::optional(view_of(*record)) : std::nullopt;
    };
    port.count_messages = [&db](TenantId tenant, MailboxId mailbox) {
        const auto counts = db.messages_waiting(tenant, mailbox);
        return api::MessageCounts{counts.unheard, counts.heard};
    };
    port.open_message = [parts](TenantId tenant, MailboxId mailbox,
                                MessageId message) -> Result<api::Sound> {
        const auto record = parts.database.voicemail(tenant, mailbox, message);
        if (!record) return Error{"not_found", "message", "there is no such message"};
        return open_sound(parts, record->path, api::SoundForm::at_rest);
    };
}

}  // namespace

api::StorePort make_store_port(StorePortParts parts) {
    store::Database& db = parts.database;
    api::StorePort port;
    port.find_user = [&db](const std::string& name) -> std::optional<api::UserAccount> {
        const auto user = db.find_user(name);
        if (!user) return std::nullopt;
        const auto role = enum_value<api::Role>(user->role);
        if (!role) return std::nullopt;
        return api::UserAccount{user->id,     user->user_name, user->password_hash, *role,
                                user->tenant, user->agent,     user->disabled};
    };
    port.audit = [&db](const api::AuditEntry& e) {
        db.audit({e.at, e.tenant, e.user_name, e.source_address, e.action, e.object, e.detail});
    };
    add_calls(port, parts);
    add_recordings(port, parts);
    add_voicemail(port, parts);
    return port;
}

}  // namespace seatline::app
