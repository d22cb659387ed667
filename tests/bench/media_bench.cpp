// What the media worker costs, against a bare forwarder of the same packets in the same run.
// Processes: this one sends and counts (few sockets, large batches), a child of it forwards. CPU is
// user and system time of all threads of the child, from /proc/PID/task/*/schedstat.
//
//   media_bench [--calls N] [--seconds S] [--rounds R]
//               [--only bare|relay|record|srtp|idle|music|conference|open]
//   default: the table of 100 calls and of 500 recorded calls, ten conferences of 50
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "media.pb.h"
#include "media/record/wav.h"
#include "media/rtp/packet.h"
#include "media/srtp/srtp.h"
#include "media/tone/tone.h"
#include "worker/address.h"
#include "worker/datagrams.h"
#include "worker/run_worker.h"

namespace {

using namespace std::chrono;
using seatline::worker::Address;
namespace media = seatline::media;
namespace proto = seatline::proto;

constexpr std::size_t packet_octets = 172;

void pin(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    ::sched_setaffinity(0, sizeof(set), &set);
}

/// CPU time of all threads of a process.
double cpu_seconds(pid_t pid) {
    double sum = 0;
    for (const auto& task :
         std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
        std::ifstream in(task.path() / "schedstat");
        double ns = 0;
        in >> ns;
        sum += ns / 1e9;
    }
    return sum;
}

int udp_socket(Address& address, int buffer_octets) {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer_octets, sizeof(buffer_octets));
    if (::bind(fd, address.raw(), address.size()) != 0) {
        std::perror("media_bench: bind");
        std::exit(1);
    }
    socklen_t size = Address::max_size;
    ::getsockname(fd, address.raw(), &size);
    return fd;
}

// ----------------------------------------------------------------------------------------------
// the traffic
struct Traffic {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
};

/// All far ends: a few sockets, every leg's port of the worker as a target, a packet to each every
/// 20 ms.
class Generator {
public:
    static constexpr std::size_t sockets = 8;

    Generator() {
        for (std::size_t i = 0; i < sockets; ++i) {
            addresses_[i] = Address::parse("127.0.0.1", 0);
            fds_[i] = udp_socket(addresses_[i], 4 << 20);
        }
    }
    ~Generator() {
        for (int fd : fds_) ::close(fd);
    }
    const Address& address_of_leg(std::size_t leg) const { return addresses_[leg % sockets]; }
    /// With `keys`, one for each leg: what a leg sends is SRTP.
    void set_targets(std::vector<Address> targets, const std::vector<media::SrtpKey>& keys = {}) {
        targets_ = std::move(targets);
        packets_.assign(targets_.size(), {});
        for (const auto& key : keys)
            seals_.push_back(std::make_unique<media::SrtpSender>(
                media::SrtpSuite::aes_cm_128_hmac_sha1_80, key));
        for (std::size_t i = 0; i < targets_.size(); ++i) {
            media::write_rtp_header(packets_[i].data(),
                                    {false, 8, 0, 0, static_cast<std::uint32_t>(i + 1), 0, 0});
            std::memset(packets_[i].data() + 12, loud_ && !loud_(i) ? 0xD5 : 0x5A, 160);
        }
    }
    /// Legs that send speech; the others send silence. Set before the targets.
    void set_loud(std::function<bool(std::size_t)> loud) { loud_ = std::move(loud); }
    /// Runs for a time; every millisecond a twentieth of the legs sends.
    Traffic run(milliseconds duration, bool send = true) {
        Traffic traffic;
        auto next = steady_clock::now();
        const auto end = next + duration;
        while (next < end) {
            if (send) send_slot(traffic);
            drain(traffic);
            slot_ = (slot_ + 1) % 20;
            if (slot_ == 0) ++frame_;
            next += 1ms;
            std::this_thread::sleep_until(next);
        }
        return traffic;
    }

private:
    void send_slot(Traffic& traffic) {
        std::array<mmsghdr, 128> headers{};
        std::array<iovec, 128> vectors;
        for (std::size_t s = 0; s < sockets; ++s) {
            std::size_t count = 0;
            const auto flush = [&] {
                std::size_t at = 0;
                while (at < count) {
                    const int done = ::sendmmsg(fds_[s], headers.data() + at,
                                                static_cast<unsigned>(count - at), 0);
                    if (done <= 0) break;
                    at += static_cast<std::size_t>(done);
                }
                traffic.sent += at;
                count = 0;
            };
            for (std::size_t leg = s; leg < targets_.size(); leg += sockets) {
                if ((leg / sockets) % 20 != slot_) continue;
                media::store_u16(packets_[leg].data() + 2, static_cast<std::uint16_t>(frame_));
                media::store_u32(packets_[leg].data() + 4,
                                 static_cast<std::uint32_t>(frame_ * 160));
                vectors[count] = {packets_[leg].data(), packet_octets};
                if (!seals_.empty()) {
                    auto& sealed = sealed_[count];
                    std::memcpy(sealed.data(), packets_[leg].data(), packet_octets);
                    vectors[count] = {sealed.data(), seals_[leg]->protect(sealed, packet_octets)};
                }
                headers[count].msg_hdr.msg_name = targets_[leg].raw();
                headers[count].msg_hdr.msg_namelen = targets_[leg].size();
                headers[count].msg_hdr.msg_iov = &vectors[count];
                headers[count].msg_hdr.msg_iovlen = 1;
                if (++count == headers.size()) flush();
            }
            flush();
        }
    }
    void drain(Traffic& traffic) {
        static std::array<std::array<std::uint8_t, 256>, 256> buffers;
        std::array<mmsghdr, 256> headers{};
        std::array<iovec, 256> vectors;
        for (std::size_t i = 0; i < headers.size(); ++i) {
            vectors[i] = {buffers[i].data(), buffers[i].size()};
            headers[i].msg_hdr.msg_iov = &vectors[i];
            headers[i].msg_hdr.msg_iovlen = 1;
        }
        for (int fd : fds_) {
            int got = 0;
            do {
                got = ::recvmmsg(fd, headers.data(), headers.size(), MSG_DONTWAIT, nullptr);
                for (int i = 0; i < got; ++i)
                    traffic.received += headers[static_cast<std::size_t>(i)].msg_len >= 160;
            } while (got == static_cast<int>(headers.size()));
        }
    }

    std::array<int, sockets> fds_{};
    std::array<Address, sockets> addresses_;
    std::vector<Address> targets_;
    std::vector<std::array<std::uint8_t, packet_octets>> packets_;
    std::vector<std::unique_ptr<media::SrtpSender>> seals_;
    std::array<std::array<std::uint8_t, packet_octets + media::srtp_max_trailer>, 128> sealed_;
    std::function<bool(std::size_t)> loud_;
    std::size_t slot_ = 0;
    std::uint64_t frame_ = 0;
};

// ----------------------------------------------------------------------------------------------
// the bare forwarder
/// A socket a leg as the worker has, epoll (edge-triggered), recvmmsg, sendmmsg out of the other
/// leg's socket; nothing is looked at. With `gather`, it rests 1 ms between looks as the worker
/// does at this rate.
[[noreturn]] void bare_forwarder(std::vector<int> fds, std::vector<Address> far, bool gather) {
    const int epoll_fd = ::epoll_create1(0);
    for (std::size_t i = 0; i < fds.size(); ++i) {
        epoll_event event{};
        event.events = EPOLLIN | EPOLLET;
        event.data.u64 = i;
        ::epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fds[i], &event);
    }
    seatline::worker::DatagramBatch batch;
    seatline::worker::SendQueue out;
    std::array<epoll_event, 512> events;
    while (true) {
        const int count =
            ::epoll_wait(epoll_fd, events.data(), static_cast<int>(events.size()), -1);
        for (int e = 0; e < count; ++e) {
            const std::size_t i = events[static_cast<std::size_t>(e)].data.u64;
            std::size_t got = batch.size;
            while (got == batch.size) {
                got = batch.receive(fds[i]);
                for (std::size_t k = 0; k < got; ++k)
                    out.add(fds[i ^ 1], far[i ^ 1], batch.data(k).data(), batch.data(k).size());
                out.flush();
            }
        }
        if (gather) std::this_thread::sleep_for(1ms);
    }
}

struct Figures {
    double us_per_packet = 0;
    double core_percent = 0;
    Traffic traffic;
};

/// Traffic through the process `pid`, after a second to settle.
Figures measure(Generator& generator, pid_t pid, int seconds, bool send = true) {
    generator.run(1s, send);
    // Nothing of the first second may count in the measured ones: on a busy machine packets wait
    // long.
    for (int i = 0; i < 20 && send && generator.run(100ms, false).received > 0; ++i) {
    }
    Figures f;
    const double before = cpu_seconds(pid);
    f.traffic = generator.run(milliseconds{1000 * seconds}, send);
    const double used = cpu_seconds(pid) - before;
    for (int i = 0; i < 20 && send && f.traffic.received < f.traffic.sent; ++i) {
        f.traffic.received += generator.run(100ms, false).received;
    }
    f.core_percent = 100 * used / seconds;
    const auto counted = send ? f.traffic.sent : f.traffic.received;
    f.us_per_packet = counted ? used * 1e6 / static_cast<double>(counted) : 0;
    return f;
}

/// Keeps the round with the least CPU; losses of all rounds add up.
void keep_least(Figures& kept, const Figures& round) {
    const Traffic sum{kept.traffic.sent + round.traffic.sent,
                      kept.traffic.received + round.traffic.received};
    if (kept.traffic.sent == 0 || round.us_per_packet < kept.us_per_packet) kept = round;
    kept.traffic = sum;
}

void print(const char* name, std::size_t calls, const Figures& f, double base_us) {
    if (f.us_per_packet == 0 && f.core_percent == 0) return;  // not asked for
    std::printf("%-34s %5zu calls  %7.2f us/packet  %6.1f %% of a core", name, calls,
                f.us_per_packet, f.core_percent);
    if (f.traffic.sent) {
        std::printf("  lost %lld of %llu",
                    static_cast<long long>(f.traffic.sent - f.traffic.received),
                    static_cast<unsigned long long>(f.traffic.sent));
    }
    if (base_us > 0) std::printf("  %.2f x bare", f.us_per_packet / base_us);
    std::printf("\n");
    std::fflush(stdout);
}

void end_child(pid_t pid) {
    ::kill(pid, SIGTERM);
    ::waitpid(pid, nullptr, 0);
}

Figures bench_bare(std::size_t calls, int seconds, bool gather) {
    Generator generator;
    std::vector<int> fds;
    std::vector<Address> ports, far;
    for (std::size_t leg = 0; leg < 2 * calls; ++leg) {
        Address a = Address::parse("127.0.0.1", 0);
        fds.push_back(udp_socket(a, 256 << 10));
        ports.push_back(a);
        far.push_back(generator.address_of_leg(leg));
    }
    const pid_t pid = ::fork();
    if (pid == 0) {
        pin(0);
        bare_forwarder(fds, far, gather);
    }
    for (int fd : fds) ::close(fd);
    generator.set_targets(ports);
    const auto f = measure(generator, pid, seconds);
    end_child(pid);
    return f;
}

// ----------------------------------------------------------------------------------------------
// the worker
class WorkerProcess {
public:
    WorkerProcess() {
        int fds[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0) std::exit(1);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::close(fds[0]);
            pin(0);
            seatline::worker::WorkerConfig config;
            config.port_min = 30000;
            config.port_max = 45000;
            std::_Exit(seatline::worker::run_worker(fds[1], config));
        }
        ::close(fds[1]);
        fd_ = fds[0];
    }
    ~WorkerProcess() {
        ::close(fd_);
        ::waitpid(pid_, nullptr, 0);
    }
    [[nodiscard]] pid_t pid() const { return pid_; }
    void send(const proto::ToWorker& c) {
        const std::string body = c.SerializeAsString();
        std::string frame(4, '\0');
        for (unsigned i = 0; i < 4; ++i) frame[i] = static_cast<char>(body.size() >> (8 * i));
        frame += body;
        if (::send(fd_, frame.data(), frame.size(), 0) < 0) std::exit(1);
    }
    /// Waits by poll as an event loop does: a thread blocked in recv would be woken by every
    /// command that is read.
    proto::FromWorker receive() {
        while (true) {
            std::uint32_t size = 0;
            if (in_.size() >= 4) std::memcpy(&size, in_.data(), 4);
            if (in_.size() >= 4 && in_.size() >= 4 + size) {
                proto::FromWorker event;
                event.ParseFromArray(in_.data() + 4, static_cast<int>(size));
                in_.erase(0, 4 + size);
                return event;
            }
            pollfd p{fd_, POLLIN, 0};
            ::poll(&p, 1, -1);
            char buffer[16384];
            const ssize_t got = ::recv(fd_, buffer, sizeof(buffer), MSG_DONTWAIT);
            if (got == 0) std::exit(1);
            if (got > 0) in_.append(buffer, static_cast<std::size_t>(got));
        }
    }
    proto::FromWorker expect(proto::FromWorker::BodyCase kind) {
        while (true) {
            auto event = receive();
            if (event.body_case() == kind) return event;
            if (event.body_case() == proto::FromWorker::kLegFailed) {
                std::fprintf(stderr, "media_bench: %s\n", event.leg_failed().reason().c_str());
                std::exit(1);
            }
        }
    }
    static proto::ToWorker open_command(std::uint64_t leg, std::uint64_t room, const Address& far) {
        proto::ToWorker c;
        auto& o = *c.mutable_open_leg();
        o.set_leg(leg);
        o.set_room(room);
        o.mutable_remote()->set_address(far.host_text());
        o.mutable_remote()->set_port(far.port());
        for (auto* list : {o.mutable_remote()->mutable_formats(), o.mutable_allowed()}) {
            auto* f = list->Add();
            f->set_name("PCMA");
            f->set_payload_type(8);
            f->set_clock_hz(8000);
        }
        return c;
    }
    /// With a key, a leg of SRTP.
    std::uint16_t open_leg(std::uint64_t leg, std::uint64_t room, const Address& far,
                           const media::SrtpKey* key = nullptr) {
        auto command = open_command(leg, room, far);
        if (key != nullptr) {
            auto& remote = *command.mutable_open_leg()->mutable_remote();
            remote.set_secure(true);
            auto& crypto = *remote.add_crypto();
            crypto.set_tag(1);
            crypto.set_suite("AES_CM_128_HMAC_SHA1_80");
            crypto.set_key_base64(key->base64());
        }
        send(command);
        return static_cast<std::uint16_t>(
            expect(proto::FromWorker::kLegOpened).leg_opened().local().port());
    }
    void place(std::uint64_t leg, std::uint64_t speaks_in, std::vector<std::uint64_t> hears) {
        proto::ToWorker c;
        c.mutable_place()->set_leg(leg);
        c.mutable_place()->set_speaks_in(speaks_in);
        for (auto circle : hears) c.mutable_place()->add_hears(circle);
        send(c);
    }

private:
    pid_t pid_ = -1;
    int fd_ = -1;
    std::string in_;
};

enum class Relay { plain, recorded, srtp };

Figures bench_relay(std::size_t calls, int seconds, Relay kind, const std::string& folder) {
    Generator generator;
    WorkerProcess worker;
    const bool record = kind == Relay::recorded;
    std::vector<media::SrtpKey> keys;
    std::vector<Address> targets;
    for (std::size_t leg = 0; leg < 2 * calls; ++leg) {
        if (kind == Relay::srtp) keys.push_back(media::SrtpKey::random());
        const auto port = worker.open_leg(leg + 1, leg / 2 + 1, generator.address_of_leg(leg),
                                          keys.empty() ? nullptr : &keys.back());
        targets.push_back(Address::parse("127.0.0.1", port));
    }
    for (std::size_t leg = 0; leg < 2 * calls; ++leg)
        worker.place(leg + 1, leg / 2 + 1, {leg / 2 + 1});
    for (std::size_t call = 0; record && call < calls; ++call) {
        proto::ToWorker c;
        c.mutable_start_recording()->set_recording(call + 1);
        c.mutable_start_recording()->set_path(folder + "/" + std::to_string(call) + ".wav");
        c.mutable_start_recording()->add_left(2 * call + 1);
        c.mutable_start_recording()->add_right(2 * call + 2);
        worker.send(c);
    }
    generator.set_targets(targets, keys);
    return measure(generator, worker.pid(), seconds);
}

/// Conferences in which everybody may speak and sends packets; `talking` of each say something.
/// With `muted`, the others are listeners only.
Figures bench_conferences(std::size_t conferences, std::size_t members, std::size_t talking,
                          bool muted, int seconds) {
    Generator generator;
    WorkerProcess worker;
    std::vector<Address> targets;
    for (std::size_t leg = 0; leg < conferences * members; ++leg) {
        const std::uint64_t circle = leg / members + 1;
        const auto port = worker.open_leg(leg + 1, circle, generator.address_of_leg(leg));
        targets.push_back(Address::parse("127.0.0.1", port));
        worker.place(leg + 1, muted && leg % members >= talking ? 0 : circle, {circle});
    }
    generator.set_loud([=](std::size_t leg) { return leg % members < talking; });
    generator.set_targets(targets);
    return measure(generator, worker.pid(), seconds);
}

void print_conference(const char* name, std::size_t legs, const Figures& f) {
    // Each leg sends 50 packets a second and hears 50 frames.
    std::printf("%-34s %5zu legs   %7.2f us/frame heard  %6.1f %% of a core  %llu in, %llu out\n",
                name, legs, f.us_per_packet, f.core_percent,
                static_cast<unsigned long long>(f.traffic.sent),
                static_cast<unsigned long long>(f.traffic.received));
    std::fflush(stdout);
}

/// What SRTP itself costs, without a socket: out and in again.
void bench_srtp_packet() {
    const auto key = media::SrtpKey::random();
    media::SrtpSender sender(media::SrtpSuite::aes_cm_128_hmac_sha1_80, key);
    media::SrtpReceiver receiver(media::SrtpSuite::aes_cm_128_hmac_sha1_80, key);
    std::array<std::uint8_t, packet_octets + media::srtp_max_trailer> datagram{};
    constexpr int packets = 500000;
    const auto start = steady_clock::now();
    std::size_t octets = 0;
    for (int i = 0; i < packets; ++i) {
        media::write_rtp_header(datagram.data(),
                                {false, 8, static_cast<std::uint16_t>(i), 0, 7, 0, 0});
        octets += sender.protect(datagram, packet_octets);
        octets += receiver.unprotect(datagram);
    }
    const double ns = duration<double, std::nano>(steady_clock::now() - start).count();
    std::printf("SRTP alone, sealed and opened          %7.3f us/packet%s\n", ns / packets / 1000,
                octets == packets * (2 * packet_octets + 10) ? "" : "  (wrong)");
}

Figures bench_listeners(std::size_t callers, int seconds, bool music) {
    Generator generator;
    WorkerProcess worker;
    if (music) {
        const auto path = std::filesystem::temp_directory_path() /
                          ("media_bench_" + std::to_string(::getpid()) + ".wav");
        const auto tone = media::make_tone(440, 8000, 10000);
        const auto header = media::wav_header(tone.size() * 2);
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(header.data()), header.size())
            .write(reinterpret_cast<const char*>(tone.data()),
                   static_cast<std::streamsize>(tone.size() * 2));
        proto::ToWorker c;
        c.mutable_load_prompt()->set_name("music");
        c.mutable_load_prompt()->set_path(path);
        worker.send(c);
        worker.expect(proto::FromWorker::kPromptLoaded);
        std::filesystem::remove(path);
    }
    for (std::size_t leg = 1; leg <= callers; ++leg) {
        worker.open_leg(leg, leg, generator.address_of_leg(leg));
        if (!music) continue;
        proto::ToWorker c;
        c.mutable_play()->set_leg(leg);
        c.mutable_play()->set_play(leg);
        c.mutable_play()->add_prompts("music");
        c.mutable_play()->set_loop(true);
        worker.send(c);
    }
    return measure(generator, worker.pid(), seconds, false);
}

/// Two legs opened, hearing each other, closed: `together` calls at once, in three rounds of
/// commands. Alone (1), most of the cost is waking the two processes for every command and answer.
void bench_open_close(std::uint64_t together) {
    WorkerProcess worker;
    const Address far = Address::parse("127.0.0.1", 9);
    const auto open = [&](std::uint64_t leg, std::uint64_t room) {
        worker.send(worker.open_command(leg, room, far));
    };
    const auto rounds = [&](std::uint64_t count, std::uint64_t first) {
        for (std::uint64_t at = 0; at < count; at += together) {
            const std::uint64_t from = first + 2 * at, to = from + 2 * together;
            for (std::uint64_t leg = from; leg < to; ++leg) open(leg, leg / 2);
            for (std::uint64_t leg = from; leg < to; ++leg)
                worker.expect(proto::FromWorker::kLegOpened);
            for (std::uint64_t leg = from; leg < to; ++leg) {
                worker.place(leg, leg / 2, {leg / 2});
                proto::ToWorker c;
                c.mutable_close_leg()->set_leg(leg);
                worker.send(c);
            }
            for (std::uint64_t leg = from; leg < to; ++leg)
                worker.expect(proto::FromWorker::kLegClosed);
        }
    };
    rounds(3200, 2);  // opens sockets as long as none has rested
    std::this_thread::sleep_for(2100ms);
    const double before = cpu_seconds(worker.pid());
    rounds(3200, 100000);
    std::printf("open, hear, close two legs, %2llu at a time  %7.2f us CPU of the worker a call\n",
                static_cast<unsigned long long>(together),
                (cpu_seconds(worker.pid()) - before) / 3200 * 1e6);
}

}  // namespace

int main(int argc, char** argv) {
    int seconds = 5;
    int rounds = 3;
    std::size_t calls = 100;
    std::string only;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string option = argv[i];
        if (option == "--seconds") seconds = std::atoi(argv[i + 1]);
        if (option == "--rounds") rounds = std::atoi(argv[i + 1]);
        if (option == "--calls") calls = static_cast<std::size_t>(std::atoi(argv[i + 1]));
        if (option == "--only") only = argv[i + 1];
    }
    const auto folder =
        (std::filesystem::temp_directory_path() / ("media_bench_" + std::to_string(::getpid())))
            .string();
    std::filesystem::create_directories(folder);
    // Several names may be given: relay,srtp.
    const auto wanted = [&](const char* name) {
        return only.empty() || only.find(name) != std::string::npos;
    };
    pin(1);
    std::vector<std::size_t> sizes{calls};
    if (calls == 100) sizes.push_back(500);
    for (const std::size_t n : sizes) {
        // In turns, and the least disturbed round counts: other work on the machine only ever adds.
        Figures bare, gathering, relay, recorded, srtp;
        for (int round = 0; round < rounds; ++round) {
            if (wanted("bare")) keep_least(bare, bench_bare(n, seconds, false));
            if (wanted("bare")) keep_least(gathering, bench_bare(n, seconds, true));
            if (wanted("relay")) keep_least(relay, bench_relay(n, seconds, Relay::plain, folder));
            if (wanted("record"))
                keep_least(recorded, bench_relay(n, seconds, Relay::recorded, folder));
            if (wanted("srtp")) keep_least(srtp, bench_relay(n, seconds, Relay::srtp, folder));
        }
        print("bare forwarder", n, bare, 0);
        print("bare forwarder, gathering 1 ms", n, gathering, bare.us_per_packet);
        print("worker relay", n, relay, bare.us_per_packet);
        print("worker relay, recording both", n, recorded, bare.us_per_packet);
        print("worker relay, SRTP both sides", n, srtp, bare.us_per_packet);
        if (relay.us_per_packet > 0 && srtp.us_per_packet > 0)
            std::printf("SRTP over plain relay: %+.0f %%\n",
                        100 * (srtp.us_per_packet / relay.us_per_packet - 1));
    }
    if (wanted("idle"))
        print("waiting without media", 500, bench_listeners(500, seconds, false), 0);
    if (wanted("music"))
        print("waiting with music (legs)", 1000, bench_listeners(1000, seconds, true), 0);
    if (wanted("srtp")) bench_srtp_packet();
    if (wanted("conference")) {
        print_conference("10 conferences of 50, 5 talk", 500,
                         bench_conferences(10, 50, 5, false, seconds));
        print_conference("the same, 45 of each muted", 500,
                         bench_conferences(10, 50, 5, true, seconds));
    }
    if (wanted("open")) bench_open_close(1);
    if (wanted("open")) bench_open_close(32);
    std::filesystem::remove_all(folder);
    return 0;
}
