#include "app/control.h"

#include <pthread.h>

#include <boost/asio/post.hpp>
#include <filesystem>

#include "app/recording_file.h"
#include "app/translate.h"
#include "base/log.h"

namespace seatline::app {
namespace {

/// So many events may wait for a full disk (about an hour of a busy center); then the process stops
/// rather than lie.
constexpr std::size_t kMaxUnwritten = 2'000'000;
/// The pages are woken at most so often; they flush no oftener than every 100 ms anyway.
constexpr milliseconds kShowEvery{20};

}  // namespace

Control::Control(Parts parts)
    : parts_(parts),
      data_folder_(std::filesystem::absolute(parts.options.data).lexically_normal().string()),
      work_(boost::asio::make_work_guard(io_)),
      deadline_timer_(io_),
      retry_timer_(io_),
      show_timer_(io_),
      doorbell_(io_, [this] { drain(); }),
      inputs_([this] { doorbell_.ring(); }) {
    if (data_folder_.ends_with('/')) data_folder_.pop_back();
}

Control::~Control() {
    boost::asio::post(io_, [this] {
        for (auto& worker : workers_) worker->stop();
        work_.reset();
        io_.stop();
    });
    if (thread_.joinable()) thread_.join();
}

void Control::start(core::Effects recovered) {
    effects_ = std::move(recovered);
    commit();
    for (std::uint32_t i = 0; i < parts_.options.workers; ++i) {
        WorkerProcess::Handlers handlers;
        handlers.up = [this](std::uint32_t worker, std::uint32_t pid) {
            ++workers_up_;
            put(core::WorkerUp{worker, pid});
        };
        handlers.down = [this](std::uint32_t worker, const std::string& reason) {
            --workers_up_;
            put(core::WorkerDown{worker, reason});
        };
        handlers.messages = [this](std::uint32_t, std::vector<proto::FromWorker>& messages) {
            std::vector<core::Input> inputs;
            inputs.reserve(messages.size());
            for (const auto& message : messages) {
                if (auto input = to_input(message, data_folder_))
                    inputs.push_back(std::move(*input));
            }
            step(inputs);
        };
        workers_.push_back(std::make_shared<WorkerProcess>(io_, i, parts_.options, parts_.prompts,
                                                           std::move(handlers)));
    }
    boost::asio::post(io_, [this] {
        for (auto& worker : workers_) worker->start();
        arm_timer();
    });
    thread_ = std::thread([this] {
        ::pthread_setname_np(::pthread_self(), "engine");
        io_.run();
    });
}

void Control::shut_down() {
    std::promise<void> ended;
    std::future<void> waiting = ended.get_future();
    boost::asio::post(io_, [this, &ended] {
        all_ended_ = std::move(ended);
        parts_.engine.shut_down(parts_.clock.now(), effects_);
        commit();
    });
    if (waiting.wait_for(std::chrono::seconds(2)) != std::future_status::ready) {
        log::warn("some phones did not answer the end of their calls");
        std::promise<void> let_go;
        boost::asio::post(io_, [this, &let_go] {
            all_ended_.reset();
            let_go.set_value();
        });
        let_go.get_future().wait();
    }
}

void Control::request(Request request, RequestDone done) {
    const RequestId id{next_request_.fetch_add(1)};
    {
        const std::lock_guard lock(requests_mutex_);
        requests_[id.value] = std::move(done);
    }
    std::visit(
        [&](auto& wish) {
            wish.request = id;
            put(std::move(wish));
        },
        request);
}

void Control::drain() {
    inputs_.take(batch_);
    step(batch_);
}

void Control::step(std::vector<core::Input>& inputs) {
    const Instant now = parts_.clock.now();
    for (const core::Input& input : inputs) handle(input, now);
    if (const auto next = parts_.engine.next_deadline(); next && *next <= now)
        parts_.engine.tick(now, effects_);
    commit();
    arm_timer();
}

void Control::handle(const core::Input& input, Instant now) {
    if (const auto* speaker = std::get_if<core::ActiveSpeaker>(&input))
        parts_.speaks(speaker->circle, speaker->leg);
    const auto* call = std::get_if<core::IncomingCall>(&input);
    if (call != nullptr && !unwritten_.empty()) {
        // What can't be written down must not begin.
        parts_.sip.post(sip::Reject{call->leg, 503, "the journal can't be written", 30});
        return;
    }
    parts_.engine.handle(input, now, effects_);
}

/// Journal first, then actions and pages.
void Control::commit() {
    if (!effects_.events.empty()) {
        measure_lost_recordings();
        if (unwritten_.empty()) {
            unwritten_.swap(effects_.events);
        } else {
            std::move(effects_.events.begin(), effects_.events.end(),
                      std::back_inserter(unwritten_));
        }
        write_waiting();
    }
    for (const core::Action& action : effects_.actions) perform(action);
    effects_.clear();
    for (auto& worker : workers_) worker->flush();
    const core::EngineCounts counts = parts_.engine.counts();
    calls_.store(counts.calls, std::memory_order_relaxed);
    if (all_ended_ && counts.calls == 0 && counts.legs == 0 && counts.recordings == 0) {
        all_ended_->set_value();
        all_ended_.reset();
    }
}

/// A recording whose worker died is as long as its file; rare, and a look at one file header. A
/// message that it was is reported right after it.
void Control::measure_lost_recordings() {
    milliseconds length{};
    RecordingId lost;
    for (core::Event& event : effects_.events) {
        auto* finished = std::get_if<core::RecordingFinished>(&event.body);
        if (finished != nullptr && finished->octets == 0 && !finished->error.empty()) {
            measure_recording(data_folder_, *finished);
            length = finished->length_ms;
            lost = finished->recording;
        }
        auto* left = std::get_if<core::VoicemailLeft>(&event.body);
        if (left != nullptr && left->message.value == lost.value) left->length_ms = length;
    }
}

/// A full disk does not end the calls that are up: their events wait in memory, unshown, until they
/// can be written.
void Control::write_waiting() {
    if (unwritten_.empty()) return;
    if (auto r = parts_.journal.append(unwritten_); r.has_error()) {
        if (journal_ok_.exchange(false)) {
            log::error(
                "the journal can't be written ({}): new calls are refused until it can. Free space "
                "in {}",
                r.error().text(), data_folder_);
        }
        SEATLINE_ASSERT(unwritten_.size() < kMaxUnwritten);
        retry_timer_.expires_after(std::chrono::seconds(1));
        retry_timer_.async_wait([this](boost::system::error_code ec) {
            if (!ec) write_waiting();
        });
        return;
    }
    if (!journal_ok_.exchange(true)) log::warn("the journal is written again");
    publish();
}

void Control::publish() {
    parts_.store(unwritten_);
    if (unshown_.empty()) {
        unshown_.swap(unwritten_);
    } else {
        std::move(unwritten_.begin(), unwritten_.end(), std::back_inserter(unshown_));
    }
    unwritten_.clear();
    if (is_show_due_) return;
    const auto due = shown_at_ + kShowEvery;
    if (due <= std::chrono::steady_clock::now()) return show();
    is_show_due_ = true;
    show_timer_.expires_at(due);
    show_timer_.async_wait([this](boost::system::error_code ec) {
        if (ec) return;
        is_show_due_ = false;
        show();
    });
}

/// Each waking of the pages' thread costs as much as the events that it is woken for.
void Control::show() {
    if (unshown_.empty()) return;
    shown_at_ = std::chrono::steady_clock::now();
    parts_.show(std::exchange(unshown_, {}));
}

void Control::perform(const core::Action& action) {
    if (const auto* answer = std::get_if<core::Reply>(&action)) return reply(*answer);
    if (auto command = to_sip(action)) return parts_.sip.post(std::move(*command));
    if (const auto* start = std::get_if<core::StartRecording>(&action))
        make_recording_folder(start->path);
    if (const auto out = to_worker(action, data_folder_); out && out->worker < workers_.size()) {
        workers_[out->worker]->send(out->message);
    }
}

/// One mkdir a day and tenant: the folder of the last recording is remembered.
void Control::make_recording_folder(const std::string& path) {
    const std::string folder = path.substr(0, path.rfind('/'));
    if (folder == recording_folder_) return;
    std::error_code ec;
    std::filesystem::create_directories(data_folder_ + "/" + folder, ec);
    if (ec)
        log::error("can't make {}: {}", folder,
                   ec.message());  // the worker reports the recording as failed
    recording_folder_ = ec ? std::string{} : folder;
}

void Control::reply(const core::Reply& answer) {
    RequestDone done;
    {
        const std::lock_guard lock(requests_mutex_);
        const auto found = requests_.find(answer.request.value);
        if (found == requests_.end()) return;
        done = std::move(found->second);
        requests_.erase(found);
    }
    show();  // who asked shall see what came of it
    done(answer.error ? Result<CallId>(*answer.error) : Result<CallId>(answer.call));
}

/// A timer that is armed for an earlier time is left alone: it finds nothing due and arms again.
void Control::arm_timer() {
    const auto next = parts_.engine.next_deadline();
    if (!next || (armed_ && *armed_ <= *next)) return;
    armed_ = next;
    deadline_timer_.expires_at(parts_.clock.steady_of(*next));
    deadline_timer_.async_wait([this](boost::system::error_code ec) {
        if (ec) return;
        armed_.reset();
        std::vector<core::Input> none;
        step(none);
    });
}

}  // namespace seatline::app
