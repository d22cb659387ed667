#pragma once
// The engine's thread: takes what SIP, workers and the API report, lets the core decide, writes the
// events to the journal, and only then performs the actions and shows the events. One io_context,
// one thread, no lock around decisions.
//
// Everything that waits is handled as one batch: one write to the journal, one flush a worker.
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include "app/clock.h"
#include "app/doorbell.h"
#include "app/options.h"
#include "app/prompts.h"
#include "app/worker_process.h"
#include "base/mailbox.h"
#include "core/engine/engine.h"
#include "sip/endpoint.h"
#include "store/store.h"

namespace seatline::app {

class Control {
public:
    /// What people ask for; the member `request` is given here.
    using Request =
        std::variant<core::AgentRequest, core::ConferenceRequest, core::VoicemailRequest>;
    /// The call that the request made or is about (0: none), or why it was refused.
    using RequestDone = std::function<void(Result<CallId>)>;

    struct Parts {
        const Options& options;
        const Clock& clock;
        const PromptFiles& prompts;
        core::Engine& engine;
        store::Journal& journal;
        sip::Endpoint& sip;
        /// Events that are in the journal now: to the database, at once,
        std::function<void(std::vector<core::Event>)> store;
        /// and to the pages, gathered: at most every 20 ms, but always before the answer to a
        /// request.
        std::function<void(std::vector<core::Event>)> show;
        /// Who speaks in a watched circle; leg 0: nobody. Straight to the pages: it is no event.
        std::function<void(CircleId, LegId)> speaks;
    };

    explicit Control(Parts parts);
    /// Ends the workers and the thread.
    ~Control();

    /// Starts the thread and the workers, after writing what the engine's recovery gave.
    void start(core::Effects recovered);

    /// Ends all calls and waits until their legs and recordings are reported, at most 2 s. Any
    /// thread but the engine's.
    void shut_down();

    /// Any thread.
    void put(core::Input input) { inputs_.put(std::move(input)); }
    /// Any thread; `done` is called on the engine's thread.
    void request(Request request, RequestDone done);

    [[nodiscard]] std::uint32_t workers_up() const {
        return workers_up_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t calls() const { return calls_.load(std::memory_order_relaxed); }
    [[nodiscard]] bool journal_ok() const { return journal_ok_.load(std::memory_order_relaxed); }

private:
    void drain();
    void step(std::vector<core::Input>& inputs);
    void handle(const core::Input& input, Instant now);
    void commit();
    void write_waiting();
    void publish();
    void show();
    void perform(const core::Action& action);
    void reply(const core::Reply& reply);
    void arm_timer();
    void measure_lost_recordings();
    void make_recording_folder(const std::string& path);

    Parts parts_;
    std::string data_folder_;  ///< absolute
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    boost::asio::steady_timer deadline_timer_;
    boost::asio::steady_timer retry_timer_;
    boost::asio::steady_timer show_timer_;
    std::optional<Instant> armed_;
    Doorbell doorbell_;
    Mailbox<core::Input> inputs_;
    std::vector<core::Input> batch_;
    core::Effects effects_;
    std::vector<core::Event>
        unwritten_;  ///< the journal refused them (disk full): written before anything newer
    std::vector<core::Event> unshown_;  ///< in the journal, not yet given to the pages
    std::chrono::steady_clock::time_point shown_at_{};
    bool is_show_due_ = false;
    std::vector<std::shared_ptr<WorkerProcess>> workers_;
    std::string recording_folder_;  ///< the last one that was made
    std::mutex requests_mutex_;
    std::unordered_map<std::uint64_t, RequestDone> requests_;
    std::atomic<std::uint64_t> next_request_{1};
    std::atomic<std::uint32_t> workers_up_{0};
    std::atomic<std::uint64_t> calls_{0};
    std::atomic<bool> journal_ok_{true};
    std::optional<std::promise<void>> all_ended_;  ///< set while shut_down() waits
    std::thread thread_;
};

}  // namespace seatline::app
