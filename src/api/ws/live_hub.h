#pragma once
// Who is told of what: owns the live board, applies events to it and hands each client the views
// that it may see. An agent learns of itself at once; the views of a whole tenant are gathered and
// flushed together, each written as JSON once whatever the number of readers.
#include <functional>
#include <map>
#include <set>
#include <span>

#include "api/ws/conference_speakers.h"
#include "api/ws/live_client.h"
#include "core/engine/event.h"
#include "core/kpi/live_board.h"

namespace seatline::api {

/// The event loop's thread only. Clients are borrowed: whoever adds one removes it before it dies.
class LiveHub {
public:
    /// `directory` outlives it.
    LiveHub(core::LiveBoard board, const core::Directory& directory,
            std::function<Instant()> clock);

    /// Sends hello and then changes.
    void add(LiveClient& client);
    void remove(LiveClient& client);

    /// True when flush() should follow (the caller chooses when, so as to gather).
    [[nodiscard]] bool publish(std::span<const core::Event> events);
    [[nodiscard]] bool roll_day(TenantId tenant);
    /// Who speaks in a circle of a media worker; leg 0: nobody. True: flush() should follow.
    [[nodiscard]] bool speaks(CircleId circle, LegId leg);
    void flush();

    /// resync and a new hello, for a client whose queue was dropped.
    void refresh(LiveClient& client);
    void close_session(const std::string& session_key);
    void close_all();  ///< says "closing" to each

    [[nodiscard]] const core::LiveBoard& board() const { return board_; }
    /// Every room of the tenant, or only those with people.
    [[nodiscard]] std::vector<ConferenceView> conferences(TenantId tenant, bool in_use) const;
    [[nodiscard]] std::optional<ConferenceView> conference(TenantId tenant, ConferenceId id) const;
    [[nodiscard]] std::size_t clients() const { return clients_.size(); }

private:
    [[nodiscard]] bool take_changes();
    [[nodiscard]] LiveMessage message(LiveType type) const;
    [[nodiscard]] LiveMessage hello(const Viewer& viewer) const;

    void tell_voicemail(const core::Event& event);

    core::LiveBoard board_;
    const core::Directory& directory_;
    ConferenceSpeakers speakers_;
    std::function<Instant()> clock_;
    std::set<LiveClient*> clients_;
    std::map<TenantId, std::set<LiveClient*>> supervisors_;
    std::map<std::pair<TenantId, AgentId>, std::set<LiveClient*>> agents_;
    core::LiveBoard::Changes waiting_;  ///< for supervisors, until flush()
};

}  // namespace seatline::api
