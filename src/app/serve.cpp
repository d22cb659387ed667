#include "app/serve.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "api/auth/password.h"
#include "api/server.h"
#include "app/archiver.h"
#include "app/center.h"
#include "app/control.h"
#include "app/day_turner.h"
#include "app/prompts.h"
#include "app/recording_file.h"
#include "app/sip_settings.h"
#include "app/store_port.h"
#include "app/translate.h"
#include "base/json.h"
#include "base/log.h"
#include "base/utf8.h"
#include "core/engine/event_json.h"

namespace seatline::app {
namespace {

constexpr const char* kVersion = "0.1.0";

/// Prints what is wrong by the name of the option that a person can change.
int fail(Error error) {
    static const std::map<std::string, std::string> options{
        {"web_root", "--web"},     {"http_port", "--http"}, {"sip_port", "--sip"},
        {"bind", "--bind, --sip"}, {"data", "--data"},      {"tls_certificate", "--tls-cert"},
        {"tls_key", "--tls-key"}};
    if (const auto option = options.find(error.field); option != options.end())
        error.field = option->second;
    std::fprintf(stderr, "seatline: %s\n", error.text().c_str());
    return 1;
}

void raise_file_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

Result<void> add_users(store::Database& database, const NewCenter& center) {
    log::info("making the log-ins (argon2id)");
    for (const LogIn& l : center.log_ins) {
        if (l.role == "phone") continue;
        const store::User user{UserId{}, l.user_name, api::hash_password(l.password),
                               l.role,   l.tenant,    l.agent,
                               false};
        if (auto r = database.put_user(user); r.has_error()) return r;
    }
    return {};
}

/// Blocks SIGINT and SIGTERM for every thread started later, and waits for one of them.
class StopSignal {
public:
    StopSignal() {
        sigemptyset(&set_);
        sigaddset(&set_, SIGINT);
        sigaddset(&set_, SIGTERM);
        ::pthread_sigmask(SIG_BLOCK, &set_, nullptr);
        ::signal(SIGPIPE, SIG_IGN);
    }
    void wait() {
        int number = 0;
        ::sigwait(&set_, &number);
        log::info("stopping ({})", number == SIGINT ? "SIGINT" : "SIGTERM");
    }

private:
    sigset_t set_{};
};

/// The time of the journal's newest event; the epoch when it is empty.
Instant last_event_at(const store::Journal& journal) {
    Instant last{};
    const std::uint64_t newest = journal.last_seq();
    if (newest == 0) return last;
    (void)journal.read(newest - 1, [&](core::Event&& event) {
        last = event.at;
        return true;
    });
    return last;
}

/// Ids of this run: one for each microsecond since 1970, more than any run uses up, so that no
/// later run meets them.
std::uint64_t id_base(Instant now) {
    return static_cast<std::uint64_t>(to_unix_us(now));
}

/// Everything that runs, in the order in which it is started; members are destroyed from the last
/// to the first.
struct Program {
    explicit Program(const Options& o) : options(o) {}

    Result<void> open_store();
    Result<void> start_sip();
    Result<void> start_control();
    Result<void> start_api();
    void start_archiver();
    void on_sip(sip::Event&& event);
    [[nodiscard]] api::HealthView health() const;
    [[nodiscard]] api::Server::Forwards forwards() const;

    const Options& options;
    Clock clock;
    core::Directory directory;
    std::optional<NewCenter> new_center;
    PromptFiles prompts;
    std::unique_ptr<store::Journal> journal;
    std::unique_ptr<store::Database> database;
    std::optional<core::Engine> engine;
    std::atomic<Control*> control_for_sip{nullptr};
    std::atomic<Archiver*> archiver_for_events{nullptr};
    archive::KeyRing recording_keys;
    /// Stopped before `control` goes, to which it reports; outlives `server`, which deletes by it.
    std::unique_ptr<Archiver> archiver;
    std::unique_ptr<api::Server> server;
    std::unique_ptr<sip::Endpoint> endpoint;
    std::unique_ptr<Control> control;
    std::unique_ptr<DayTurner> days;
};

Result<void> Program::open_store() {
    if (!options.recording_key.empty()) {
        auto keys = archive::KeyRing::load(options.recording_key);
        if (keys.has_error()) return keys.error();
        recording_keys = std::move(*keys);
    }
    std::error_code ec;
    std::filesystem::create_directories(options.data, ec);
    if (ec)
        return Error{"unavailable", "--data", "can't make " + options.data + ": " + ec.message()};
    ::chmod(options.data.c_str(), 0700);
    std::filesystem::create_directories(options.data + "/prompts", ec);
    if (has_center(options.data)) {
        auto loaded = load_center(options.data);
        if (loaded.has_error()) return loaded.error();
        directory = std::move(*loaded);
    } else {
        new_center = options.demo ? make_demo_center() : make_starter_center();
        directory = new_center->directory;
        if (auto r = core::check(directory); r.has_error()) return r;
    }
    auto opened = store::Journal::open(options.data);
    if (opened.has_error()) return opened.error();
    journal = std::move(*opened);
    clock = Clock(last_event_at(*journal));
    auto base = store::Database::open(options.data, *journal, directory);
    if (base.has_error()) return base.error();
    database = std::move(*base);
    if (new_center) {
        // center.json comes last: a start that dies before it begins anew, with other passwords.
        if (auto r = add_users(*database, *new_center); r.has_error()) return r;
        if (auto r = save_center(options.data, *new_center); r.has_error()) return r;
        log::info("new center in {}", options.data);
    }
    auto made = prepare_prompts(options.data + "/prompts", directory);
    if (made.has_error()) return made.error();
    prompts = std::move(*made);
    return {};
}

/// What the journal got before this, the archiver finds in the database.
void Program::start_archiver() {
    archiver = std::make_unique<Archiver>(Archiver::Parts{
        std::filesystem::absolute(options.data).lexically_normal().string(), recording_keys,
        directory, *database, seconds{options.archive_after_s}, [this] { return clock.now(); },
        [this](core::ArchiveReport report) { control->put(std::move(report)); }});
    archiver_for_events.store(archiver.get(), std::memory_order_release);
    archiver->start();
}

void Program::on_sip(sip::Event&& event) {
    if (const auto* bad = std::get_if<sip::Suspicious>(&event)) {
        log::warn("sip: {} from {}{}", printable(bad->what), bad->source_address,
                  bad->count > 1 ? " (" + std::to_string(bad->count) + " times)" : "");
        return;
    }
    if (const auto* lock = std::get_if<sip::LockedOut>(&event)) {
        if (lock->locked) {
            log::warn("sip: {} is locked out for {} s: {}", lock->source_address,
                      lock->for_s.count(), printable(lock->why));
        } else {
            log::info("sip: {} is let in again", lock->source_address);
        }
        return;
    }
    Control* to = control_for_sip.load(std::memory_order_acquire);
    if (to == nullptr) return;  // nobody may call before everything stands
    if (auto input = to_input(std::move(event))) to->put(std::move(*input));
}

Result<void> Program::start_sip() {
    sip::Config config;
    config.bind_address = options.bind;
    config.port = options.sip_port;
    config.realm = kRealm;
    config.user_agent = std::string("Seatline/") + kVersion;
    config.advertised_address = options.advertise;
    config.second_bind_address = options.bind6;
    config.tls_port = options.sips_port;
    config.tls_certificate = options.tls_certificate;
    config.tls_key = options.tls_key;
    config.tls_ca = options.sips_ca;
    config.leg_id_base = id_base(clock.now()) * 2 + 1;
    auto started = sip::Endpoint::start(
        config, [this](sip::Event&& event) { on_sip(std::move(event)); },
        [this] { return clock.now(); });
    if (started.has_error()) return started.error();
    endpoint = std::move(*started);
    return {};
}

Result<void> Program::start_control() {
    core::EngineSettings settings;
    settings.id_base = id_base(clock.now());
    engine.emplace(directory, settings);
    const auto open = database->open_state();
    core::Effects recovered;
    recovered.events.push_back({0, clock.now(), TenantId{}, core::ControlStarted{kVersion}});
    for (const core::CallRecord& call : open.calls) {
        for (const store::StoredRecording& one : database->recordings(call.tenant, call.call)) {
            if (one.is_finished) continue;
            core::RecordingFinished recording{
                call.call,      one.path, {}, 0, "the control process ended", one.record.recording,
                one.record.kind};
            measure_recording(options.data, recording);
            recovered.events.push_back({0, clock.now(), call.tenant, recording});
        }
    }
    engine->recover(open.calls, open.agents, clock.now(), recovered,
                    {open.voicemails, open.forwards});
    if (!open.calls.empty())
        log::warn("{} calls were up when the last run ended; their records are closed",
                  open.calls.size());
    control = std::make_unique<Control>(Control::Parts{
        options, clock, prompts, *engine, *journal, *endpoint,
        [this](std::vector<core::Event> events) {
            if (Archiver* to = archiver_for_events.load(std::memory_order_acquire)) to->see(events);
            database->apply(std::move(events));
        },
        [this](std::vector<core::Event> events) { server->publish(std::move(events)); },
        [this](CircleId circle, LegId leg) { server->speaks(circle, leg); }});
    control->start(std::move(recovered));
    return {};
}

api::HealthView Program::health() const {
    const bool up = control && control->workers_up() > 0 && control->journal_ok();
    return {up ? "ok" : "degraded", kVersion, control ? control->workers_up() : 0,
            control ? control->calls() : 0};
}

/// What agents have set, as of the last run's last event.
api::Server::Forwards Program::forwards() const {
    api::Server::Forwards out;
    for (auto& forward : database->open_state().forwards) {
        const auto agent = std::ranges::find(directory.agents, forward.agent, &core::Agent::id);
        if (agent != directory.agents.end()) out.emplace_back(agent->tenant, std::move(forward));
    }
    return out;
}

Result<void> Program::start_api() {
    api::ServerConfig config;
    config.bind_address = options.bind;
    config.port = options.http_port;
    config.web_root = options.web_root;
    config.tls_certificate = options.tls_certificate;
    config.tls_key = options.tls_key;
    api::Ports ports;
    ports.store =
        make_store_port({*database, recording_keys,
                         std::filesystem::absolute(options.data).lexically_normal().string(),
                         [this] { return archiver_for_events.load(std::memory_order_acquire); }});
    ports.engine.ask = [this](api::EngineRequest request, const api::EngineDone& done) {
        Control* to = control_for_sip.load(std::memory_order_acquire);
        if (to == nullptr)
            return done(Error{"unavailable", "", "the server is starting or stopping"});
        to->request(std::move(request), done);
    };
    ports.clock = [this] { return clock.now(); };
    ports.health = [this] { return health(); };
    auto started = api::Server::start(config, std::move(ports), directory,
                                      database->live_board(directory, clock.now()), forwards());
    if (started.has_error()) return started.error();
    server = std::move(*started);
    return {};
}

}  // namespace

int serve(const Options& options) {
    StopSignal stop;
    raise_file_limit();
    log::set_level(log::level::from_str(options.log_level));
    Program program(options);
    if (auto r = program.open_store(); r.has_error()) return fail(r.error());
    auto trunks = trunk_settings(program.directory, options.data);
    if (trunks.has_error()) return fail(trunks.error());
    if (auto r = program.start_sip(); r.has_error()) return fail(r.error());
    // The pages' board is as of the last event of the last run; the recovery's events are the first
    // that it is sent.
    if (auto r = program.start_api(); r.has_error()) return fail(r.error());
    if (auto r = program.start_control(); r.has_error()) return fail(r.error());
    program.start_archiver();
    program.control_for_sip.store(program.control.get(), std::memory_order_release);
    program.endpoint->post(std::move(*trunks));
    program.endpoint->post(sip::SetDevices{credentials(program.directory)});
    program.days =
        std::make_unique<DayTurner>(program.directory, program.clock,
                                    [&](TenantId tenant) { program.server->roll_day(tenant); });
    log::info("seatline {} serves {} (pages {}:{}, SIP {}:{})", kVersion, options.data,
              options.bind, program.server->port(), options.bind, program.endpoint->port());
    stop.wait();
    program.days.reset();
    program.archiver->stop();
    program.control->shut_down();
    program.control_for_sip.store(nullptr, std::memory_order_release);
    return 0;
}

}  // namespace seatline::app
