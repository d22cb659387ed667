// The thread and its mailbox around Stack: commands of any thread wake sofia's loop through an
// eventfd.
#include "sip/endpoint.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <future>
#include <thread>

#include "base/mailbox.h"
#include "sip/stack.h"

namespace seatline::sip {

namespace {

/// Each TCP phone is a descriptor; 1,024 is the usual soft limit.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);  // best effort: the old limit still works
}

struct StopCommand {};

}  // namespace

class Endpoint::Impl {
public:
    Impl(Config config, Sink sink, Clock clock)
        : config_(std::move(config)),
          sink_(std::move(sink)),
          clock_(std::move(clock)),
          wakeup_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
          mailbox_([this] { wake(); }) {
        SEATLINE_ASSERT(wakeup_fd_ >= 0);
    }

    ~Impl() {
        if (thread_.joinable()) {
            mailbox_.put(StopCommand{});
            thread_.join();
        }
        close(wakeup_fd_);
    }

    Result<void> start() {
        raise_descriptor_limit();
        std::promise<Result<void>> opened;
        auto result = opened.get_future();
        thread_ = std::thread([this, &opened] { serve(opened); });
        auto value = result.get();
        if (value.has_error()) thread_.join();
        return value;
    }

    void post(Command&& command) { mailbox_.put(std::move(command)); }

    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    using Letter = std::variant<Command, StopCommand>;

    void wake() const {
        const std::uint64_t one = 1;
        SEATLINE_ASSERT(write(wakeup_fd_, &one, sizeof one) == sizeof one);
    }

    void serve(std::promise<Result<void>>& opened) {
        ::pthread_setname_np(::pthread_self(), "sip");
        Stack stack(config_, sink_, clock_);
        auto result = stack.open();
        const bool is_open = result.has_value();
        port_ = stack.port();
        opened.set_value(std::move(result));  // from here on `opened` may be gone
        if (is_open) stack.run(wakeup_fd_, [&] { read_mail(stack); });
    }

    void read_mail(Stack& stack) {
        std::uint64_t count = 0;
        (void)!read(wakeup_fd_, &count, sizeof count);
        mailbox_.take(letters_);
        for (auto& letter : letters_) {
            if (auto* command = std::get_if<Command>(&letter))
                stack.execute(std::move(*command));
            else
                stack.stop();
        }
    }

    Config config_;
    Sink sink_;
    Clock clock_;
    int wakeup_fd_;
    std::uint16_t port_ = 0;
    Mailbox<Letter> mailbox_;
    std::vector<Letter> letters_;
    std::thread thread_;
};

Result<std::unique_ptr<Endpoint>> Endpoint::start(Config config, Sink sink, Clock clock) {
    auto impl = std::make_unique<Impl>(std::move(config), std::move(sink), std::move(clock));
    if (auto started = impl->start(); started.has_error()) return started.error();
    return std::unique_ptr<Endpoint>(new Endpoint(std::move(impl)));
}

Endpoint::Endpoint(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Endpoint::~Endpoint() = default;
void Endpoint::post(Command command) {
    impl_->post(std::move(command));
}
std::uint16_t Endpoint::port() const {
    return impl_->port();
}

}  // namespace seatline::sip
