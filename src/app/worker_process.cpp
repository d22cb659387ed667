#include "app/worker_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <cstring>

#include "base/log.h"
#include "worker/run_worker.h"

extern char** environ;

namespace seatline::app {
namespace {

/// Frames above this are no frames of ours.
constexpr std::uint32_t kMaxFrame = 1 << 20;
constexpr int kChildFd = 3;

}  // namespace

WorkerProcess::WorkerProcess(boost::asio::io_context& io, std::uint32_t number,
                             const Options& options, const PromptFiles& prompts, Handlers handlers)
    : io_(io),
      number_(number),
      options_(options),
      prompts_(prompts),
      handlers_(std::move(handlers)),
      socket_(io),
      restart_(io) {}

WorkerProcess::~WorkerProcess() {
    reap();
}

void WorkerProcess::start() {
    spawn();
}

void WorkerProcess::stop() {
    stopping_ = true;
    restart_.cancel();
    boost::system::error_code ignored;
    socket_.close(ignored);
}

void WorkerProcess::spawn() {
    int fds[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        return died(std::strerror(errno));
    const std::uint32_t span = (options_.rtp_max - options_.rtp_min + 1u) / options_.workers;
    const std::string port_min = std::to_string(options_.rtp_min + number_ * span);
    const std::string port_max = std::to_string(options_.rtp_min + (number_ + 1) * span - 1);
    const std::string advertise = options_.advertise.empty() ? options_.bind : options_.advertise;
    std::vector<const char*> argv{
        "seatline",       "worker", options_.bind.c_str(), advertise.c_str(), port_min.c_str(),
        port_max.c_str(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fds[1], kChildFd);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setpgroup(&attributes, 0);  // Ctrl-C reaches us; we end the worker in order
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    const int failed = ::posix_spawn(&pid_, "/proc/self/exe", &actions, &attributes,
                                     const_cast<char**>(argv.data()), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    ::close(fds[1]);
    if (failed != 0) {
        ::close(fds[0]);
        pid_ = 0;
        return died(std::strerror(failed));
    }
    ++generation_;
    socket_.assign(boost::asio::local::stream_protocol{}, fds[0]);
    socket_.non_blocking(true);
    in_.clear();
    out_.clear();
    read();
}

void WorkerProcess::read() {
    socket_.async_wait(
        boost::asio::socket_base::wait_read,
        [self = shared_from_this(), generation = generation_](boost::system::error_code ec) {
            if (generation != self->generation_) return;
            char buffer[65536];
            std::size_t size = ec ? 0 : self->socket_.read_some(boost::asio::buffer(buffer), ec);
            if (ec == boost::asio::error::would_block) return self->read();
            if (ec) return self->died(ec.message());
            self->in_.append(buffer, size);
            self->take_frames();
            if (generation == self->generation_ && self->socket_.is_open()) self->read();
        });
}

void WorkerProcess::take_frames() {
    batch_.clear();
    std::size_t pos = 0;
    while (in_.size() - pos >= 4) {
        std::uint32_t size;
        std::memcpy(&size, in_.data() + pos, 4);
        if (size > kMaxFrame) return died("frame of " + std::to_string(size) + " octets");
        if (in_.size() - pos - 4 < size) break;
        proto::FromWorker message;
        if (!message.ParseFromArray(in_.data() + pos + 4, static_cast<int>(size)))
            return died("bad frame");
        pos += 4 + size;
        handle_own(message);
        batch_.push_back(std::move(message));
    }
    in_.erase(0, pos);
    if (!batch_.empty()) handlers_.messages(number_, batch_);
}

/// Start-up: all prompts are loaded before the worker is given calls.
void WorkerProcess::handle_own(const proto::FromWorker& message) {
    if (message.has_ready()) {
        prompts_missing_ = prompts_.size();
        ready_ = true;
        for (const auto& [name, path] : prompts_) {
            proto::ToWorker load;
            load.mutable_load_prompt()->set_name(name);
            load.mutable_load_prompt()->set_path(path);
            send(load);
        }
        flush();
    } else if (message.has_prompt_loaded()) {
        const auto& loaded = message.prompt_loaded();
        if (!loaded.error().empty()) {
            log::error("prompt \"{}\" can't be used: {}", loaded.name(), loaded.error());
        }
        if (--prompts_missing_ == 0) {
            restart_delay_ = 200ms;
            is_up_ = true;
            handlers_.up(number_, static_cast<std::uint32_t>(pid_));
        }
    }
}

void WorkerProcess::died(const std::string& reason) {
    ++generation_;
    boost::system::error_code ignored;
    socket_.close(ignored);
    ready_ = false;
    const bool was_up = std::exchange(is_up_, false);
    writing_.clear();
    if (stopping_) return;
    if (pid_ > 0) {
        // It has no socket any more: whatever it still does is of no use. A killed process is gone
        // at once, so that the wait does not hold the engine's thread up.
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }
    log::error("media worker {} ended ({}); starting it again in {} ms", number_, reason,
               restart_delay_.count());
    if (was_up) handlers_.down(number_, reason);
    restart_.expires_after(restart_delay_);
    restart_delay_ = std::min(restart_delay_ * 2, milliseconds{5000});
    restart_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
        if (!ec && !self->stopping_) self->spawn();
    });
}

/// At the end of the program; the socket is closed: the child ends by itself; a child that does not
/// within a second is killed.
void WorkerProcess::reap() {
    if (pid_ <= 0) return;
    for (int i = 0; i < 100; ++i) {
        if (::waitpid(pid_, nullptr, WNOHANG) != 0) {
            pid_ = 0;
            return;
        }
        ::usleep(10'000);
    }
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
}

void WorkerProcess::send(const proto::ToWorker& message) {
    if (!ready_) return;
    const auto size = static_cast<std::uint32_t>(message.ByteSizeLong());
    const std::size_t at = out_.size();
    out_.resize(at + 4 + size);
    std::memcpy(out_.data() + at, &size, 4);
    message.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(out_.data() + at + 4));
}

void WorkerProcess::flush() {
    if (out_.empty() || !writing_.empty() || !socket_.is_open()) return;
    // Mostly the socket takes it at once; what it does not is written when it can.
    boost::system::error_code ec;
    const std::size_t written = socket_.write_some(boost::asio::buffer(out_), ec);
    if (written == out_.size()) return out_.clear();
    writing_ = out_.substr(written);
    out_.clear();
    boost::asio::async_write(socket_, boost::asio::buffer(writing_),
                             [self = shared_from_this(), generation = generation_](
                                 boost::system::error_code, std::size_t) {
                                 if (generation != self->generation_)
                                     return;  // read() sees the broken socket
                                 self->writing_.clear();
                                 self->flush();
                             });
}

int worker_main(const std::vector<std::string>& arguments) {
    if (arguments.size() != 4) {
        std::fprintf(stderr, "seatline worker is started by seatline serve\n");
        return 2;
    }
    ::signal(SIGINT, SIG_IGN);  // the control process ends us by closing the socket
    ::signal(SIGPIPE, SIG_IGN);
    worker::WorkerConfig config;
    config.bind_address = arguments[0];
    config.advertised_address = arguments[1];
    config.port_min = static_cast<std::uint16_t>(std::stoul(arguments[2]));
    config.port_max = static_cast<std::uint16_t>(std::stoul(arguments[3]));
    config.max_legs = std::min<std::uint32_t>(4000, (config.port_max - config.port_min) / 2);
    return worker::run_worker(kChildFd, config);
}

}  // namespace seatline::app
