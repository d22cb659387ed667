#include "robots/rtp_thread.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/mailbox.h"
#include "base/result.h"
#include "robots/clock.h"

namespace seatline::robots {
namespace {

constexpr std::uint64_t kPhases = 20;
constexpr std::size_t kBatch = 64;
constexpr std::size_t kMaxDatagram = 512;
constexpr std::uint64_t kMaxCatchUp = 100;  ///< phases sent at once after a stall; more are skipped

struct Press {
    StreamId id;
    std::string keys;
};
struct Play {
    StreamId id;
    SoundPtr sound;
};
struct Stop {
    StreamId id;
};
struct Quit {};
using Order = std::variant<StreamStart, Press, Play, Stop, Quit>;

/// A stream on its socket.
struct Seat {
    StreamId id;
    sockaddr_in remote;
    RtpStream stream;
};

struct Socket {
    int fd;
    std::uint64_t phase;
    std::vector<std::unique_ptr<Seat>> seats;

    /// Whose far end sent it; null for strangers and legs that have ended.
    [[nodiscard]] Seat* seat_of(const sockaddr_in& from) const {
        for (const auto& seat : seats) {
            if (seat->remote.sin_port == from.sin_port &&
                seat->remote.sin_addr.s_addr == from.sin_addr.s_addr) {
                return seat.get();
            }
        }
        return nullptr;
    }
};

Instant arrival_of(msghdr& message) {
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            timespec t;
            std::copy_n(CMSG_DATA(c), sizeof t, reinterpret_cast<unsigned char*>(&t));
            return from_unix_us(std::int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1000);
        }
    }
    return now();
}

}  // namespace

class RtpThread::Impl {
public:
    explicit Impl(Handlers handlers)
        : handlers_(std::move(handlers)),
          epoll_(epoll_create1(EPOLL_CLOEXEC)),
          timer_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
          wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
          mailbox_([this] {
              const std::uint64_t one = 1;
              (void)!::write(wake_, &one, sizeof one);
          }) {
        SEATLINE_ASSERT(epoll_ >= 0 && timer_ >= 0 && wake_ >= 0);
        prepare_receive();
        thread_ = std::thread([this] { serve(); });
    }

    ~Impl() {
        mailbox_.put(Quit{});
        thread_.join();
        ::close(epoll_);
        ::close(timer_);
        ::close(wake_);
    }

    void post(Order order) { mailbox_.put(std::move(order)); }

private:
    void serve() {
        while (!is_quitting_) {
            pollfd ready[2] = {{timer_, POLLIN, 0}, {wake_, POLLIN, 0}};
            (void)::poll(ready, 2, -1);
            if (ready[1].revents != 0) read_mail();
            std::uint64_t ticks = 0;
            if (::read(timer_, &ticks, sizeof ticks) == sizeof ticks) run_phases(ticks);
        }
    }

    void run_phases(std::uint64_t ticks) {
        // After a stall the streams catch up, so that no gap of ours is taken for the server's.
        const std::uint64_t due = std::min(ticks, kMaxCatchUp);
        for (std::uint64_t i = 0; i < due; ++i) {
            ++phase_;
            for (const auto& [fd, socket] : sockets_) {
                if (socket->phase == phase_ % kPhases) send_all(*socket);
            }
        }
        receive_ready();
    }

    void send_all(Socket& socket) {
        std::size_t count = 0;
        for (const auto& seat : socket.seats) {
            const auto packet = seat->stream.next_packet();
            if (packet.payload.empty()) continue;
            out_parts_[count][0] = {packet.header->data(), packet.header->size()};
            out_parts_[count][1] = {const_cast<std::uint8_t*>(packet.payload.data()),
                                    packet.payload.size()};
            out_[count] = {};
            out_[count].msg_hdr.msg_name = &seat->remote;
            out_[count].msg_hdr.msg_namelen = sizeof seat->remote;
            out_[count].msg_hdr.msg_iov = out_parts_[count].data();
            out_[count].msg_hdr.msg_iovlen = 2;
            if (++count == kBatch) flush(socket.fd, std::exchange(count, 0));
        }
        flush(socket.fd, count);
    }

    void flush(int fd, std::size_t count) {
        for (std::size_t sent = 0; sent < count;) {
            const int n =
                ::sendmmsg(fd, out_.data() + sent, static_cast<unsigned>(count - sent), 0);
            sent += n > 0 ? static_cast<std::size_t>(n)
                          : 1;  // an ICMP error of an earlier packet: on to the next
        }
    }

    void prepare_receive() {
        for (std::size_t i = 0; i < kBatch; ++i) {
            in_parts_[i] = {in_bytes_[i].data(), in_bytes_[i].size()};
            in_[i].msg_hdr.msg_iov = &in_parts_[i];
            in_[i].msg_hdr.msg_iovlen = 1;
            in_[i].msg_hdr.msg_name = &in_from_[i];
            in_[i].msg_hdr.msg_control = in_control_[i].data();
        }
    }

    void receive_ready() {
        std::array<epoll_event, 256> events;
        const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 0);
        for (int i = 0; i < n; ++i) {
            auto& socket = *static_cast<Socket*>(events[static_cast<std::size_t>(i)].data.ptr);
            while (receive_batch(socket) == kBatch) {
            }
        }
    }

    std::size_t receive_batch(Socket& socket) {
        for (std::size_t i = 0; i < kBatch; ++i) {
            in_[i].msg_hdr.msg_namelen = sizeof in_from_[i];
            in_[i].msg_hdr.msg_controllen = in_control_[i].size();
        }
        const int n = ::recvmmsg(socket.fd, in_.data(), kBatch, MSG_DONTWAIT, nullptr);
        if (n <= 0) return 0;
        for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
            Seat* seat = socket.seat_of(in_from_[i]);
            if (seat == nullptr) continue;  // a leg that has ended
            const Instant arrived = arrival_of(in_[i].msg_hdr);
            const auto arrival =
                seat->stream.receive(std::span(in_bytes_[i]).first(in_[i].msg_len), arrived);
            if (arrival == RtpStream::Arrival::first_expected_tone)
                handlers_.on_heard(seat->id, arrived);
        }
        return static_cast<std::size_t>(n);
    }

    void read_mail() {
        std::uint64_t count = 0;
        (void)!::read(wake_, &count, sizeof count);
        mailbox_.take(orders_);
        for (Order& order : orders_) std::visit([this](auto& o) { on(o); }, order);
    }

    void on(StreamStart& order) {
        sockaddr_in remote{};
        remote.sin_family = AF_INET;
        remote.sin_port = htons(order.remote_port);
        (void)::inet_pton(AF_INET, order.remote_address.c_str(), &remote.sin_addr);
        auto& socket = sockets_[order.fd];
        if (!socket) {
            socket = std::make_unique<Socket>(Socket{order.fd, next_phase_++ * 7 % kPhases, {}});
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.ptr = socket.get();
            SEATLINE_ASSERT(::epoll_ctl(epoll_, EPOLL_CTL_ADD, order.fd, &event) == 0);
        }
        socket->seats.push_back(std::make_unique<Seat>(
            Seat{order.id, remote, RtpStream(std::move(order.settings), order.id)}));
        where_[order.id] = socket.get();
        if (where_.size() == 1) set_timer(1'000'000);
    }

    void on(Press& order) {
        if (Seat* seat = find(order.id)) seat->stream.press(order.keys);
    }

    void on(Play& order) {
        if (Seat* seat = find(order.id)) seat->stream.play(std::move(order.sound));
    }

    void on(Stop& order) {
        const auto found = where_.find(order.id);
        if (found == where_.end()) return;
        Socket& socket = *found->second;
        while (receive_batch(socket) == kBatch) {
        }  // what came before the end still counts
        const auto seat = std::find_if(socket.seats.begin(), socket.seats.end(),
                                       [&](const auto& s) { return s->id == order.id; });
        StreamReport report = (*seat)->stream.report();
        socket.seats.erase(seat);
        where_.erase(found);
        if (where_.empty()) set_timer(0);
        handlers_.on_report(order.id, std::move(report));
    }

    void on(Quit&) { is_quitting_ = true; }

    Seat* find(StreamId id) const {
        const auto found = where_.find(id);
        if (found == where_.end()) return nullptr;
        for (const auto& seat : found->second->seats) {
            if (seat->id == id) return seat.get();
        }
        return nullptr;
    }

    void set_timer(long period_ns) const {
        const itimerspec spec{{0, period_ns}, {0, period_ns}};
        SEATLINE_ASSERT(::timerfd_settime(timer_, 0, &spec, nullptr) == 0);
    }

    Handlers handlers_;
    int epoll_;
    int timer_;
    int wake_;
    Mailbox<Order> mailbox_;
    std::vector<Order> orders_;
    std::unordered_map<int, std::unique_ptr<Socket>>
        sockets_;  ///< by descriptor; stay until the end
    std::unordered_map<StreamId, Socket*> where_;
    std::uint64_t phase_ = 0;
    std::uint64_t next_phase_ = 0;
    bool is_quitting_ = false;

    std::array<mmsghdr, kBatch> out_{};
    std::array<std::array<iovec, 2>, kBatch> out_parts_{};
    std::array<mmsghdr, kBatch> in_{};
    std::array<iovec, kBatch> in_parts_{};
    std::array<sockaddr_in, kBatch> in_from_{};
    std::array<std::array<std::uint8_t, kMaxDatagram>, kBatch> in_bytes_{};
    std::array<std::array<std::uint8_t, 64>, kBatch> in_control_{};
    std::thread thread_;  ///< last: starts when all else is there
};

RtpThread::RtpThread(Handlers handlers) : impl_(std::make_unique<Impl>(std::move(handlers))) {}
RtpThread::~RtpThread() = default;
void RtpThread::start(StreamStart stream) {
    impl_->post(std::move(stream));
}
void RtpThread::press(StreamId id, std::string keys) {
    impl_->post(Press{id, std::move(keys)});
}
void RtpThread::play(StreamId id, SoundPtr sound) {
    impl_->post(Play{id, std::move(sound)});
}
void RtpThread::stop(StreamId id) {
    impl_->post(Stop{id});
}

}  // namespace seatline::robots
