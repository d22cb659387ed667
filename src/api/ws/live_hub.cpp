#include "api/ws/live_hub.h"

#include <algorithm>

#include "api/ws/mailbox_viewers.h"
#include "base/json.h"

namespace seatline::api {
namespace {

LiveClient::Message text_of(const LiveMessage& message) {
    return std::make_shared<const std::string>(to_json(message));
}

}  // namespace

LiveHub::LiveHub(core::LiveBoard board, const core::Directory& directory,
                 std::function<Instant()> clock)
    : board_(std::move(board)), directory_(directory), clock_(std::move(clock)) {
    static_cast<void>(board_.take_changes());  // marks of the start are nobody's news
}

LiveMessage LiveHub::message(LiveType type) const {
    LiveMessage m;
    m.type = type;
    m.now = clock_();
    return m;
}

LiveMessage LiveHub::hello(const Viewer& viewer) const {
    LiveMessage m = message(LiveType::hello);
    if (viewer.sees_tenant()) {
        m.board = board_.board(viewer.tenant, m.now);
        m.conferences = conferences(viewer.tenant, true);
    }
    if (viewer.agent) m.agent = board_.agent(viewer.tenant, *viewer.agent);
    return m;
}

void LiveHub::add(LiveClient& client) {
    const Viewer& viewer = client.viewer();
    clients_.insert(&client);
    if (viewer.sees_tenant()) supervisors_[viewer.tenant].insert(&client);
    if (viewer.agent) agents_[{viewer.tenant, *viewer.agent}].insert(&client);
    client.offer(text_of(hello(viewer)));
}

void LiveHub::remove(LiveClient& client) {
    const Viewer& viewer = client.viewer();
    clients_.erase(&client);
    if (const auto found = supervisors_.find(viewer.tenant); found != supervisors_.end()) {
        found->second.erase(&client);
        if (found->second.empty()) supervisors_.erase(found);
    }
    if (!viewer.agent) return;
    if (const auto found = agents_.find({viewer.tenant, *viewer.agent}); found != agents_.end()) {
        found->second.erase(&client);
        if (found->second.empty()) agents_.erase(found);
    }
}

bool LiveHub::publish(std::span<const core::Event> events) {
    for (const auto& event : events) {
        board_.apply(event);
        speakers_.apply(event);
        tell_voicemail(event);
    }
    return take_changes();
}

bool LiveHub::speaks(CircleId circle, LegId leg) {
    speakers_.speaks(circle, leg);
    return take_changes();
}

/// Rare, and at once: whoever waits for a message looks at it.
void LiveHub::tell_voicemail(const core::Event& event) {
    VoicemailNotice notice;
    if (const auto* left = std::get_if<core::VoicemailLeft>(&event.body)) {
        notice = {left->mailbox, left->message, MessageChange::left, left->caller, left->length_ms};
    } else if (const auto* heard = std::get_if<core::VoicemailHeard>(&event.body)) {
        notice = {heard->mailbox, heard->message, MessageChange::heard, {}, {}};
    } else if (const auto* deleted = std::get_if<core::VoicemailDeleted>(&event.body)) {
        notice = {deleted->mailbox, deleted->message, MessageChange::deleted, {}, {}};
    } else {
        return;
    }
    const auto box = std::ranges::find(directory_.mailboxes, notice.mailbox, &core::Mailbox::id);
    if (box == directory_.mailboxes.end()) return;
    LiveClient::Message text;
    for (LiveClient* client : clients_) {
        if (!may_open(directory_, *box, client->viewer())) continue;
        if (!text) {
            LiveMessage m = message(LiveType::voicemail);
            m.voicemail = notice;
            text = text_of(m);
        }
        client->offer(text);
    }
}

bool LiveHub::roll_day(TenantId tenant) {
    board_.roll_day(tenant);
    return take_changes();
}

bool LiveHub::take_changes() {
    auto changes = board_.take_changes();
    for (const auto& [tenant, agent] : changes.agents) {
        const auto own = agents_.find({tenant, agent});
        if (own != agents_.end()) {
            LiveMessage m = message(LiveType::agent);
            m.agent = board_.agent(tenant, agent);
            const auto text = text_of(m);
            for (LiveClient* client : own->second) client->offer(text);
        }
        if (supervisors_.contains(tenant)) waiting_.agents.emplace(tenant, agent);
    }
    for (const auto& [tenant, queue] : changes.queues) {
        if (supervisors_.contains(tenant)) waiting_.queues.emplace(tenant, queue);
    }
    changes.conferences.merge(speakers_.take_changes());
    for (const auto& [tenant, conference] : changes.conferences) {
        if (supervisors_.contains(tenant)) waiting_.conferences.emplace(tenant, conference);
    }
    return !waiting_.agents.empty() || !waiting_.queues.empty() || !waiting_.conferences.empty();
}

void LiveHub::flush() {
    const auto changes = std::exchange(waiting_, {});
    auto send = [&](TenantId tenant, const LiveMessage& m) {
        const auto readers = supervisors_.find(tenant);
        if (readers == supervisors_.end()) return;
        const auto text = text_of(m);
        for (LiveClient* client : readers->second) client->offer(text);
    };
    for (const auto& [tenant, queue] : changes.queues) {
        LiveMessage m = message(LiveType::queue);
        m.queue = board_.queue(tenant, queue);
        if (m.queue) send(tenant, m);
    }
    for (const auto& [tenant, agent] : changes.agents) {
        LiveMessage m = message(LiveType::agent);
        m.agent = board_.agent(tenant, agent);
        if (m.agent) send(tenant, m);
    }
    for (const auto& [tenant, conference] : changes.conferences) {
        LiveMessage m = message(LiveType::conference);
        m.conference = this->conference(tenant, conference);
        if (m.conference) send(tenant, m);
    }
}

std::vector<ConferenceView> LiveHub::conferences(TenantId tenant, bool in_use) const {
    std::vector<ConferenceView> views;
    for (const core::ConferenceRoom& room : directory_.conferences) {
        if (room.tenant != tenant) continue;
        auto view = conference(tenant, room.id);
        if (view && (!in_use || view->call)) views.push_back(std::move(*view));
    }
    return views;
}

std::optional<ConferenceView> LiveHub::conference(TenantId tenant, ConferenceId id) const {
    const auto room = std::ranges::find(directory_.conferences, id, &core::ConferenceRoom::id);
    const auto now = board_.conference(tenant, id);
    if (!now || room == directory_.conferences.end()) return std::nullopt;
    ConferenceView view;
    view.id = id;
    view.name = room->name;
    view.number = room->number;
    view.max_members = room->max_members;
    if (now->call != CallId{}) view.call = now->call;
    view.locked = now->locked;
    view.recording = now->recording;
    for (const auto& member : now->members) {
        view.members.push_back({member.call, member.number, member.moderator, member.muted,
                                speakers_.is_speaking(member.leg), member.joined_at});
    }
    return view;
}

void LiveHub::refresh(LiveClient& client) {
    client.offer(text_of(message(LiveType::resync)));
    client.offer(text_of(hello(client.viewer())));
}

void LiveHub::close_session(const std::string& session_key) {
    for (LiveClient* client : clients_) {
        if (client->session_key() == session_key) client->close(nullptr);
    }
}

void LiveHub::close_all() {
    const auto text = text_of(message(LiveType::closing));
    for (LiveClient* client : clients_) client->close(text);
}

}  // namespace seatline::api
