#pragma once
// The one thread that writes projections. Events go into memory first (calls, agents, queues) and
// from there into the tables, all in one transaction with the number of the last one; if that fails
// (locked, disk full) memory keeps what is due and the next try writes it. Nothing is lost by
// dropping: the journal has every event, so when this thread lags the waiting events are thrown
// away and read from the journal.
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/projections/agent_settings.h"
#include "store/projections/agents.h"
#include "store/projections/calls.h"
#include "store/projections/deletions.h"
#include "store/projections/queues.h"
#include "store/projections/voicemails.h"
#include "store/sqlite/sqlite.h"
#include "store/store.h"

namespace seatline::store {

class Writer {
public:
    /// `journal` must outlive the writer. Throws SqliteError.
    Writer(const std::string& path, const Journal& journal);
    /// Writes what is waiting (giving up after 5 s of failures: the journal has it) and ends the
    /// thread.
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// Brings the tables up to the journal's last event, then starts the thread. Once, before all
    /// others. Errors: unavailable (journal damaged, or shorter than the tables in a way that a
    /// rebuild would lose records).
    [[nodiscard]] Result<void> start();

    // Any thread:
    void apply(std::vector<core::Event>&& events);
    void wait_applied(std::uint64_t seq);
    /// As of this moment, ahead of the tables.
    [[nodiscard]] std::optional<CallEntry> cached_call(TenantId tenant, CallId call) const;
    [[nodiscard]] Database::OpenState open_state() const;
    /// What `read` answers of the messages as of this moment.
    template <class Read>
    [[nodiscard]] auto of_voicemails(Read read) const {
        const std::lock_guard lock(state_mutex_);
        return read(voicemails_);
    }

private:
    void load();
    [[nodiscard]] Result<void> check_against_journal();
    [[nodiscard]] Result<void> replay();
    void absorb(const core::Event& event);
    void absorb_state_change(const core::Event& event, const core::AgentStateChanged& change,
                             CallId call);
    void absorb_of_call(const core::Event& event, CallId call);
    /// Reads up to a batch of events after the last absorbed one from the journal. Answers how
    /// many.
    [[nodiscard]] Result<std::size_t> absorb_from_journal();
    [[nodiscard]] Result<void> absorb_batch(std::vector<core::Event>& events, std::uint64_t told);
    [[nodiscard]] bool try_absorb(std::vector<core::Event>& events, std::uint64_t told);
    void write(bool all);
    [[nodiscard]] bool try_write(bool all);
    void run();
    void wait_for_work(std::unique_lock<std::mutex>& lock);

    const Journal& journal_;
    Connection connection_;
    std::uint64_t written_seq_ = 0;  ///< as in the table `progress`

    mutable std::mutex state_mutex_;  ///< guards those below against the reads of other threads
    Calls calls_;
    Agents agents_;
    Queues queues_;
    Voicemails voicemails_;
    AgentSettings settings_;
    Deletions deletions_;
    std::uint64_t absorbed_seq_ = 0;  ///< the writer's thread only

    std::mutex mutex_;  ///< guards all below
    std::condition_variable wake_;
    std::condition_variable applied_;
    std::vector<core::Event> waiting_;
    std::uint64_t told_seq_ = 0;      ///< the highest that apply() was given
    std::uint64_t wanted_seq_ = 0;    ///< of wait_applied()
    std::uint64_t complete_seq_ = 0;  ///< all tables are complete up to here
    bool has_unwritten_ = false;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace seatline::store
