#include "app/archiver.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "archive/archive.h"
#include "base/log.h"

namespace seatline::app {
namespace {

constexpr std::uint32_t kPage = 100;
/// More than one thread can have between "archived" and "in the journal" when the process dies.
constexpr std::uint32_t kMayBeLeft = 256;
/// The database follows the journal by less than that, if it is not in trouble.
constexpr seconds kDatabaseFollows{60};
constexpr int kTries = 60;
constexpr seconds kDeleteEvery{3600};
constexpr seconds kDeleteMore{2};  ///< when there was a whole page of it

/// Encoding must never take time from calls. Linux keeps niceness by thread.
void be_modest() {
    ::pthread_setname_np(::pthread_self(), "archive");
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 15);
}

}  // namespace

void Archiver::start() {
    thread_ = std::thread([this] {
        be_modest();
        run();
    });
}

Archiver::~Archiver() {
    stop();
}

void Archiver::stop() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

bool Archiver::is_stopping() {
    const std::lock_guard lock(mutex_);
    return stopping_;
}

void Archiver::see(const std::vector<core::Event>& events) {
    const std::lock_guard lock(mutex_);
    const std::size_t before = now_.size() + later_.size();
    for (const core::Event& event : events) {
        if (const auto* done = std::get_if<core::RecordingFinished>(&event.body)) {
            if (done->kind == core::RecordingKind::voicemail || done->octets == 0) continue;
            add_later({Task::Kind::archive,
                       event.at + parts_.archive_after,
                       event.tenant,
                       done->call,
                       done->recording,
                       {}});
        } else if (const auto* stored = std::get_if<core::RecordingStored>(&event.body)) {
            now_.push_back({Task::Kind::remove_wav,
                            {},
                            event.tenant,
                            stored->call,
                            stored->recording,
                            stored->path});
            add_later({Task::Kind::forget,
                       event.at + kDatabaseFollows,
                       event.tenant,
                       stored->call,
                       stored->recording,
                       {}});
        } else if (const auto* deleted = std::get_if<core::RecordingDeleted>(&event.body)) {
            add_later({Task::Kind::forget,
                       event.at + kDatabaseFollows,
                       event.tenant,
                       deleted->call,
                       deleted->recording,
                       {}});
        } else if (const auto* gone = std::get_if<core::VoicemailDeleted>(&event.body)) {
            // The database forgets the message with this event; so its file is asked for now.
            const auto message =
                parts_.database.voicemail(event.tenant, gone->mailbox, gone->message);
            // What was too short to become a message, the database never had; the core names its
            // file like all of them.
            const std::string path = message ? message->path
                                             : "voicemail/" + std::to_string(event.tenant.value) +
                                                   "/" + std::to_string(gone->mailbox.value) + "/" +
                                                   std::to_string(gone->message.value) + ".wav";
            now_.push_back({Task::Kind::remove_message,
                            {},
                            event.tenant,
                            message ? message->call : CallId{},
                            {},
                            path});
        }
    }
    if (now_.size() + later_.size() != before) wake_.notify_one();
}

void Archiver::add_later(Task task) {
    const auto place =
        std::upper_bound(later_.begin(), later_.end(), task.due,
                         [](Instant due, const Task& other) { return due < other.due; });
    later_.insert(place, std::move(task));
}

void Archiver::run() {
    resume();
    bool has_backlog = true;
    Instant delete_at = parts_.now();
    for (;;) {
        std::optional<Task> task;
        {
            std::unique_lock lock(mutex_);
            const Instant now = parts_.now();
            if (stopping_) return;
            auto& from = !now_.empty() ? now_ : later_;
            if (!from.empty() && (&from == &now_ || from.front().due <= now)) {
                task = std::move(from.front());
                from.pop_front();
            } else if (!has_backlog && delete_at > now) {
                const Instant until =
                    later_.empty() ? delete_at : std::min(delete_at, later_.front().due);
                wake_.wait_for(lock, until - now);
                continue;
            }
        }
        if (task) {
            perform(*task);
        } else if (has_backlog) {
            has_backlog = archive_backlog();
        } else {
            delete_expired();
            // What could not be archived (a full disk) is tried again as well.
            backlog_after_ = {};
            has_backlog = true;
            delete_at = parts_.now() + kDeleteEvery;
        }
    }
}

void Archiver::resume() {
    for (const store::StoredRecording& one : parts_.database.last_archived(kMayBeLeft)) {
        if (is_stopping()) return;
        if (one.record.deleted_at) continue;
        const auto r = archive::remove_wav(parts_.data_folder, one.path);
        if (r.has_error()) log::warn("archive: {}", r.error().text());
    }
}

void Archiver::perform(const Task& task) {
    if (task.kind == Task::Kind::archive) {
        archive(task);
    } else if (task.kind == Task::Kind::remove_message) {
        remove_message(task);
    } else if (task.kind == Task::Kind::forget) {
        const std::lock_guard lock(files_mutex_);
        reported_.erase({task.tenant, task.recording});
    } else {
        const std::lock_guard lock(files_mutex_);
        const auto r = archive::remove_wav(parts_.data_folder, task.path);
        if (r.has_error()) log::warn("archive: {}", r.error().text());
    }
}

void Archiver::archive(Task task) {
    // Recordings of journals without numbers are known by their call's.
    const RecordingId id = task.recording ? task.recording : RecordingId{task.call.value};
    for (const store::StoredRecording& one : parts_.database.recordings(task.tenant, task.call)) {
        if (one.record.recording == id && one.is_finished) return archive_one(one);
    }
    // The database has not heard of it yet. Should it stay so, the next round of all will see.
    if (++task.tries > kTries) return;
    task.due = parts_.now() + seconds{1};
    const std::lock_guard lock(mutex_);
    add_later(std::move(task));
}

void Archiver::archive_one(const store::StoredRecording& one) {
    const std::lock_guard lock(files_mutex_);
    const RecordingKey key{one.tenant, one.record.recording};
    if (!one.is_finished || one.stored_seq != 0 || one.record.deleted_at || reported_.contains(key))
        return;
    const auto made = archive::archive_recording(parts_.data_folder, one.path, parts_.keys);
    if (made.has_error()) {
        log::warn("archive: recording {} of call {} stays a WAV: {}", one.record.recording.value,
                  one.call.value, made.error().text());
        return;
    }
    reported_.insert(key);
    parts_.report({one.tenant, core::RecordingStored{one.call, one.record.recording, made->path,
                                                     made->octets, made->codec, made->encrypted}});
}

bool Archiver::archive_backlog() {
    const auto page = parts_.database.unarchived_recordings(backlog_after_, kPage);
    for (const store::StoredRecording& one : page) {
        if (is_stopping()) return false;
        backlog_after_ = {one.tenant, one.record.recording};
        const Instant due = one.record.started_at + one.record.length_ms + parts_.archive_after;
        if (due <= parts_.now()) {
            archive_one(one);
        } else {
            // Of the run before, or in later_ already; then the second finds it archived.
            const std::lock_guard lock(mutex_);
            add_later({Task::Kind::archive, due, one.tenant, one.call, one.record.recording, {}});
        }
    }
    return page.size() == kPage;
}

std::uint32_t Archiver::kept_days(TenantId tenant) const {
    for (const core::Tenant& one : parts_.directory.tenants) {
        if (one.id == tenant) return one.recordings_kept_days;
    }
    return 0;
}

void Archiver::delete_expired() {
    // The database says so until it has the events; so a page is not asked for again before.
    for (;;) {
        std::size_t deleted = 0;
        for (const auto& one : parts_.database.expired_recordings(parts_.now(), kPage)) {
            if (is_stopping()) return;
            const std::uint32_t days = kept_days(one.tenant);
            const std::lock_guard lock(files_mutex_);
            const RecordingKey key{one.tenant, one.record.recording};
            const bool is_due = archive::is_due(one.record.started_at, days, parts_.now());
            if (!is_due || reported_.contains(key)) continue;
            const auto r = remove_file(one, "retention " + std::to_string(days) + " days", "");
            if (r.has_error()) {
                log::error("archive: {}", r.error().text());
                return;
            }
            ++deleted;
        }
        if (deleted < kPage) return;
        std::unique_lock lock(mutex_);
        if (wake_.wait_for(lock, kDeleteMore, [this] { return stopping_; })) return;
    }
}

Result<void> Archiver::remove_file(const store::StoredRecording& one, const std::string& reason,
                                   const std::string& by) {
    if (auto r = archive::delete_recording(parts_.data_folder, one.path); r.has_error()) return r;
    reported_.insert({one.tenant, one.record.recording});
    parts_.report(
        {one.tenant, core::RecordingDeleted{one.call, one.record.recording, one.path, reason, by}});
    return {};
}

Result<void> Archiver::remove(TenantId tenant, RecordingId recording, const std::string& reason,
                              const std::string& by) {
    if (is_stopping()) return Error{"unavailable", "", "the center is being stopped"};
    const std::lock_guard lock(files_mutex_);
    const auto one = parts_.database.recording(tenant, recording);
    if (!one || one->record.deleted_at)
        return Error{"not_found", "recording", "there is no such recording"};
    if (!one->is_finished)
        return Error{"conflict", "recording", "the call is still being recorded"};
    return remove_file(*one, reason, by);
}

void Archiver::remove_message(const Task& task) {
    const std::lock_guard lock(files_mutex_);
    for (const auto& one : parts_.database.recordings(task.tenant, task.call)) {
        if (one.path != task.path || one.record.deleted_at) continue;
        const auto r = remove_file(one, "message deleted", "");
        if (r.has_error()) log::error("archive: {}", r.error().text());
        return;
    }
    // A message whose recording no event told of.
    const auto r = archive::delete_recording(parts_.data_folder, task.path);
    if (r.has_error()) log::error("archive: {}", r.error().text());
}

}  // namespace seatline::app
