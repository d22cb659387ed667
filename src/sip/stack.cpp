// The loop, the sockets and the deadlines; dispatch of commands to dialogs.
#include "sip/stack.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>

#include "sip/dialog.h"
#include "sip/forked_call.h"

namespace seatline::sip {

extern "C" su_log_t nta_log[];
extern "C" su_log_t tport_log[];
extern "C" void (*_su_time)(su_time_t* time);  // sofia's hook behind su_now()

namespace {

constexpr milliseconds stop_patience{500};
/// Below 64 KB, so that a response, which repeats the request's Via and Record-Route, still fits
/// into one datagram: a final response that can't be sent and then an ACK would fail an assertion
/// of this sofia.
constexpr unsigned max_message_bytes = 60'000;

int on_request_callback(void* stack, nta_leg_t*, nta_incoming_t* request, const sip_t* sip) {
    auto& self = *static_cast<Stack*>(stack);
    self.sweep();
    self.on_request(request, sip);
    return 0;
}

void drop_log(void*, const char*, va_list) {}

/// sofia cuts the wait for its next timer down to whole milliseconds and would spin for the rest of
/// it, 60 % of the CPU of a call. With its clock cut down in the same way, the wait is exact.
void whole_milliseconds(su_time_t* time) {
    time->tv_usec -= time->tv_usec % 1000;
}

/// Process-wide. sofia's own messages name every bad datagram and would flood the log.
void set_up_sofia() {
    static std::once_flag once;
    std::call_once(once, [] {
        SEATLINE_ASSERT(su_init() == 0);
        _su_time = whole_milliseconds;
        su_log_redirect(nullptr, drop_log, nullptr);
        su_log_set_level(nullptr, 0);
        su_log_set_level(nta_log, 0);
        su_log_set_level(tport_log, 0);
    });
}

/// A port that is free for UDP and TCP at this moment; 0 when none could be found.
std::uint16_t free_port(const std::string& address) {
    const bool is_ip6 = address.find(':') != std::string::npos;
    for (int attempt = 0; attempt < 20; ++attempt) {
        sockaddr_storage name{};
        socklen_t size = is_ip6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
        name.ss_family = is_ip6 ? AF_INET6 : AF_INET;
        auto* raw = reinterpret_cast<sockaddr*>(&name);
        inet_pton(name.ss_family, address.c_str(),
                  is_ip6 ? static_cast<void*>(&reinterpret_cast<sockaddr_in6*>(&name)->sin6_addr)
                         : static_cast<void*>(&reinterpret_cast<sockaddr_in*>(&name)->sin_addr));
        const int tcp = socket(name.ss_family, SOCK_STREAM, 0);
        const int udp = socket(name.ss_family, SOCK_DGRAM, 0);
        const bool is_free = bind(tcp, raw, size) == 0 && getsockname(tcp, raw, &size) == 0 &&
                             bind(udp, raw, size) == 0;
        close(tcp);
        close(udp);
        if (is_free) return ntohs(reinterpret_cast<sockaddr_in*>(&name)->sin_port);
    }
    return 0;
}

}  // namespace

/// The bridge from sofia's C callbacks, which know no members.
class StackLoop {
public:
    static void on_timer(void*, su_timer_t*, void* stack) {
        auto& self = *static_cast<Stack*>(stack);
        self.sweep();
        self.run_timers();
    }
};

Stack::Stack(const Config& config, Endpoint::Sink sink, Endpoint::Clock clock)
    : config_(config),
      sink_(std::move(sink)),
      clock_(std::move(clock)),
      next_leg_(config.leg_id_base | 1),
      timers_([this] { arm_timer(); }),
      registrar_(timers_, sink_, config.contacts_per_device),
      nonces_(seconds{300}),
      guard_(timers_, [this](Suspicious&& event) { emit(std::move(event)); }),
      registrations_(*this),
      waiting_(*this) {
    registrar_.on_keep_alive([this](const Binding& binding) { keep_alive(binding); });
}

Stack::~Stack() {
    registrations_.clear();
    waiting_.clear();
    dialogs_.clear();
    buried_.clear();
    forks_.clear();
    nta_leg_destroy(default_leg_);
    nta_agent_destroy(agent_);
    if (timer_ != nullptr) su_timer_destroy(timer_);
    if (root_ != nullptr) su_root_destroy(root_);
}

Result<void> Stack::open() {
    set_up_sofia();
    root_ = su_root_create(nullptr);
    if (root_ == nullptr) return Error{"unavailable", "bind", "the SIP loop can't be created"};
    su_root_threading(root_, 0);
    timer_ = su_timer_create(su_root_task(root_), 0);
    if (!address_bytes(config_.bind_address)) {
        return Error{"unavailable", "bind", config_.bind_address + " is no IP address"};
    }
    const auto port = config_.port != 0 ? config_.port : free_port(config_.bind_address);
    if (auto bound = bind_port(port); bound.has_error()) return bound;
    const auto& address =
        config_.advertised_address.empty() ? config_.bind_address : config_.advertised_address;
    host_port_ = host_and_port(address, port_);
    headers_.make(config_.user_agent);
    const bool is_ip6 = address.find(':') != std::string::npos;
    headers_.set_contact({Transport::udp, is_ip6}, host_port_);
    headers_.set_contact({Transport::tcp, is_ip6}, host_port_);
    default_leg_ =
        nta_leg_tcreate(agent_, on_request_callback, this, NTATAG_NO_DIALOG(1), TAG_END());
    SEATLINE_ASSERT(default_leg_ != nullptr);
    return {};
}

Result<void> Stack::bind_port(std::uint16_t port) {
    auto url = "sip:" + host_and_port(config_.bind_address, port);
    if (!config_.advertised_address.empty() && config_.advertised_address != config_.bind_address) {
        url = "sip:" + host_and_port(config_.advertised_address, port) +
              ";maddr=" + config_.bind_address;
    }
    agent_ = nta_agent_create(root_, reinterpret_cast<const url_string_t*>(-1), nullptr, nullptr,
                              NTATAG_UA(1), NTATAG_MERGE_482(1), NTATAG_CANCEL_487(1),
                              NTATAG_CLIENT_RPORT(1), NTATAG_SERVER_RPORT(2), NTATAG_TCP_RPORT(1),
                              NTATAG_MAXSIZE(max_message_bytes), NTATAG_UDP_MTU(16'000),
                              NTATAG_MAX_PROCEEDING(config_.max_proceeding), NTATAG_PRELOAD(2048),
                              NTATAG_SIP_T1(static_cast<unsigned>(config_.t1.count())),
                              NTATAG_SIP_T1X64(static_cast<unsigned>(64 * config_.t1.count())),
                              NTATAG_TIMEOUT_408(1), NTATAG_PASS_408(0), TAG_END());
    if (agent_ == nullptr) return Error{"unavailable", "bind", "the SIP agent can't be created"};
    bool is_bound = port != 0;
    for (const char* transport : {";transport=udp", ";transport=tcp"}) {
        const auto one = url + transport;  // "udp,tcp" in one URL crashes this sofia
        is_bound = is_bound &&
                   nta_agent_add_tport(agent_, URL_STRING_MAKE(one.c_str()), TPTAG_IDLE(1'800'000),
                                       TPTAG_TIMEOUT(10'000), TPTAG_QUEUESIZE(4096),
                                       TPTAG_UDP_RMEM(4 << 20), TPTAG_KEEPALIVE(0),
                                       TPTAG_PONG2PING(1), TPTAG_STUN_SERVER(0), TAG_END()) == 0;
    }
    if (!is_bound) {
        return Error{"unavailable", "bind",
                     "the SIP port " + host_and_port(config_.bind_address, port) +
                         " can't be opened; is another program using it?"};
    }
    port_ = port;
    return {};
}

void Stack::run(int wakeup_fd, std::function<void()> on_wakeup) {
    struct Wakeup {
        Stack& stack;
        std::function<void()> call;
    } wakeup{*this, std::move(on_wakeup)};
    su_wait_t wait[1];
    SEATLINE_ASSERT(su_wait_create(wait, wakeup_fd, SU_WAIT_IN) == 0);
    const int index = su_root_register(
        root_, wait,
        [](void*, su_wait_t*, void* argument) {
            auto& self = *static_cast<Wakeup*>(argument);
            self.stack.sweep();
            self.call();
            return 0;
        },
        &wakeup, 0);
    SEATLINE_ASSERT(index >= 0);
    su_root_run(root_);
    su_root_deregister(root_, index);
}

void Stack::stop() {
    is_stopping_ = true;
    std::vector<LegId> legs;
    for (const auto& [leg, fork] : forks_) legs.push_back(leg);
    for (const auto leg : legs) forks_.at(leg)->hang_up("shutting down");
    legs.clear();
    for (const auto& [leg, dialog] : dialogs_) legs.push_back(leg);
    for (const auto leg : legs) {
        if (auto* dialog = find(leg)) dialog->hang_up({leg, 0, "shutting down"});
    }
    (void)timers_.set(now() + stop_patience, [this] { su_root_break(root_); });
    check_stopped();
}

void Stack::check_stopped() {
    if (is_stopping_ && dialogs_.empty()) su_root_break(root_);
}

void Stack::arm_timer() {
    if (timer_ == nullptr || is_running_timers_) return;
    const auto next = timers_.next();
    if (!next) return;
    const auto wait = std::chrono::ceil<milliseconds>(*next - now());
    const auto bounded = std::clamp(wait, milliseconds{0}, milliseconds{hours{1}});
    su_timer_set_interval(timer_, StackLoop::on_timer, this,
                          static_cast<su_duration_t>(bounded.count()));
}

void Stack::run_timers() {
    is_running_timers_ = true;
    timers_.run(now());
    is_running_timers_ = false;
    arm_timer();
}

void Stack::bury(Dialog& dialog) {
    const auto found = dialogs_.find(dialog.key());
    if (found == dialogs_.end()) return;
    buried_.push_back(std::move(found->second));
    dialogs_.erase(found);
    check_stopped();
}

void Stack::sweep() {
    buried_.clear();
    buried_forks_.clear();
}

Dialog* Stack::find(LegId leg) const {
    const auto found = dialogs_.find(leg);
    return found == dialogs_.end() ? nullptr : found->second.get();
}

void Stack::execute(Command&& command) {
    const auto on_leg = [this](auto& named, auto&& action) {
        if (auto* dialog = find(named.leg)) action(*dialog);
    };
    struct Visitor {
        Stack& stack;
        decltype(on_leg)& leg;
        void operator()(Ring& c) const {
            leg(c, [&](Dialog& d) { d.ring(c.local); });
        }
        void operator()(Accept& c) const {
            leg(c, [&](Dialog& d) { d.accept(c.local); });
        }
        void operator()(Reject& c) const {
            leg(c, [&](Dialog& d) { d.reject(c); });
        }
        void operator()(HangUp& c) const {
            const auto fork = stack.forks_.find(c.leg);
            if (fork != stack.forks_.end()) return fork->second->hang_up(one_line(c.reason));
            leg(c, [&](Dialog& d) { d.hang_up(c); });
        }
        void operator()(SendInfoDigit& c) const {
            leg(c, [&](Dialog& d) { d.send_info_digit(c.digit); });
        }
        void operator()(Invite& c) const { stack.start_invite(std::move(c)); }
        void operator()(SetTrunks& c) const {
            stack.trunks_.replace(c.trunks);
            stack.gateways_ = std::move(c.gateways);
        }
        void operator()(SetDevices& c) const { stack.registrar_.set_devices(c.devices); }
        void operator()(Register& c) const { stack.registrations_.start(c); }
        void operator()(Unregister& c) const { stack.registrations_.stop(c.user); }
        void operator()(AnswerRefer& c) const {
            leg(c, [&](Dialog& d) { d.answer_refer(c.code); });
        }
        void operator()(NotifyRefer& c) const {
            leg(c, [&](Dialog& d) { d.notify_refer(c.code); });
        }
        void operator()(SetMessagesWaiting& c) const { stack.waiting_.set(c); }
    };
    std::visit(Visitor{*this, on_leg}, command);
}

}  // namespace seatline::sip
