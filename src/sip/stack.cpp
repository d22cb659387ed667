// The loop, the sockets and the deadlines; dispatch of commands to dialogs.
#include "sip/stack.h"

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
      guard_(timers_, [this](Event&& event) { emit(std::move(event)); }),
      registrations_(*this),
      waiting_(*this),
      gateways_(*this) {
    registrar_.on_keep_alive([this](const Binding& binding) { keep_alive(binding); });
}

Stack::~Stack() {
    gateways_.clear();
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
    headers_.make(config_.user_agent);
    if (auto bound = open_sockets(); bound.has_error()) return bound;
    default_leg_ = nta_leg_tcreate(agent_, nullptr, nullptr, NTATAG_NO_DIALOG(1), TAG_END());
    SEATLINE_ASSERT(default_leg_ != nullptr);
    const bool with_ip6 =
        (config_.bind_address + config_.second_bind_address).find(':') != std::string::npos;
    gateways_.open(root_, config_.resolv_conf, with_ip6);
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
            stack.gateways_.replace(c.gateways);
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
