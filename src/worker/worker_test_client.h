#pragma once
// For tests: a worker on a thread of its own with the control end of its socket, and phones with
// real UDP sockets.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "media.pb.h"
#include "media/codec/g711.h"
#include "media/rtp/packet.h"
#include "media/rtp/rtcp.h"
#include "media/srtp/srtp.h"
#include "media/tone/tone.h"
#include "worker/address.h"
#include "worker/run_worker.h"

namespace seatline::worker::testing {

/// A test's own 100 pairs of ports, so that tests can run beside each other.
inline WorkerConfig ports(std::uint16_t from) {
    WorkerConfig c;
    c.port_min = from;
    c.port_max = static_cast<std::uint16_t>(from + 199);
    return c;
}

inline std::int64_t steady_ms() {
    return std::chrono::duration_cast<milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// The control process's part.
class TestWorker {
public:
    explicit TestWorker(WorkerConfig config = {}) {
        int fds[2];
        EXPECT_EQ(0, ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
        fd_ = fds[0];
        thread_ = std::thread([this, fd = fds[1], config] { exit_code_ = run_worker(fd, config); });
    }
    ~TestWorker() { stop(); }

    /// Lets control vanish and waits for the worker's end; its exit code.
    int stop() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
        if (thread_.joinable()) thread_.join();
        return exit_code_;
    }

    void send(const proto::ToWorker& command) {
        const std::string body = command.SerializeAsString();
        std::string frame(4, '\0');
        for (unsigned i = 0; i < 4; ++i) frame[i] = static_cast<char>(body.size() >> (8 * i));
        frame += body;
        ASSERT_EQ(static_cast<ssize_t>(frame.size()),
                  ::send(fd_, frame.data(), frame.size(), MSG_NOSIGNAL));
    }
    void send_raw(const std::string& octets) {
        ASSERT_GT(::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL), 0);
    }

    /// The next event of this kind; events of other kinds before it stay for later. Empty after
    /// `wait_ms`.
    std::optional<proto::FromWorker> expect(proto::FromWorker::BodyCase kind, int wait_ms = 3000) {
        const auto until = steady_ms() + wait_ms;
        while (true) {
            for (auto it = events_.begin(); it != events_.end(); ++it) {
                if (it->body_case() != kind) continue;
                auto found = *it;
                events_.erase(it);
                return found;
            }
            const auto left = until - steady_ms();
            if (left <= 0) return std::nullopt;
            receive(static_cast<int>(left));
        }
    }

    void receive(int wait_ms) {
        pollfd p{fd_, POLLIN, 0};
        if (::poll(&p, 1, wait_ms) <= 0) return;
        char buffer[65536];
        const ssize_t got = ::recv(fd_, buffer, sizeof(buffer), MSG_DONTWAIT);
        if (got <= 0) return;
        in_.append(buffer, static_cast<std::size_t>(got));
        while (in_.size() >= 4) {
            std::uint32_t size = 0;
            for (unsigned i = 0; i < 4; ++i)
                size |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(in_[i])) << (8 * i);
            if (in_.size() < 4 + size) return;
            proto::FromWorker event;
            ASSERT_TRUE(event.ParseFromArray(in_.data() + 4, static_cast<int>(size)));
            in_.erase(0, 4 + size);
            events_.push_back(std::move(event));
        }
    }

    // --- commands in short ---
    void place(std::uint64_t leg, std::uint64_t speaks_in, std::vector<std::uint64_t> hears) {
        proto::ToWorker c;
        c.mutable_place()->set_leg(leg);
        c.mutable_place()->set_speaks_in(speaks_in);
        for (auto circle : hears) c.mutable_place()->add_hears(circle);
        send(c);
    }
    /// All of them talk with each other in this circle.
    void join(std::uint64_t circle, std::vector<std::uint64_t> legs) {
        for (auto leg : legs) place(leg, circle, {circle});
    }
    void play(std::uint64_t leg, std::uint64_t play, std::vector<std::string> prompts,
              bool loop = false, bool mute = true) {
        proto::ToWorker c;
        c.mutable_play()->set_leg(leg);
        c.mutable_play()->set_play(play);
        for (auto& p : prompts) c.mutable_play()->add_prompts(p);
        c.mutable_play()->set_loop(loop);
        c.mutable_play()->set_mute_sources(mute);
        send(c);
    }
    proto::LegReport close(std::uint64_t leg) {
        proto::ToWorker c;
        c.mutable_close_leg()->set_leg(leg);
        send(c);
        const auto closed = expect(proto::FromWorker::kLegClosed);
        EXPECT_TRUE(closed.has_value());
        return closed ? closed->leg_closed().report() : proto::LegReport{};
    }
    int fd() const { return fd_; }

private:
    int fd_ = -1;
    int exit_code_ = -1;
    std::thread thread_;
    std::string in_;
    std::deque<proto::FromWorker> events_;
};

inline void add_format(google::protobuf::RepeatedPtrField<proto::PayloadFormat>* list,
                       const char* name, unsigned type) {
    auto* f = list->Add();
    f->set_name(name);
    f->set_payload_type(type);
    f->set_clock_hz(8000);
}

/// A phone's own line of a=crypto, with a new key.
struct PhoneSdes {
    bool savp = true;
    media::SrtpSuite suite = media::SrtpSuite::aes_cm_128_hmac_sha1_80;
    std::uint32_t tag = 1;
    media::SrtpKey key = media::SrtpKey::random();
};

/// The far end of one leg: an RTP and an RTCP socket on 127.0.0.1 (or ::1) and its own stream.
class Phone {
public:
    explicit Phone(media::G711 law = media::G711::alaw, const char* host = "127.0.0.1")
        : law_(law), host_(host) {
        rtp_ = open(rtp_address_);
        rtcp_ = open(rtcp_address_);
        ssrc_ = 0x1000u + static_cast<std::uint32_t>(rtp_address_.port());
    }
    ~Phone() {
        ::close(rtp_);
        ::close(rtcp_);
    }
    Phone(const Phone&) = delete;
    Phone& operator=(const Phone&) = delete;

    /// What its SDP would say.
    proto::MediaDescription description(unsigned direction = 0, bool events = true) const {
        proto::MediaDescription d;
        d.set_address(host_);
        d.set_port(rtp_address_.port());
        d.set_rtcp_port(rtcp_address_.port());
        d.set_direction(direction);
        if (law_ == media::G711::alaw)
            add_format(d.mutable_formats(), "PCMA", 8);
        else
            add_format(d.mutable_formats(), "PCMU", 0);
        if (events) add_format(d.mutable_formats(), "telephone-event", event_type);
        if (sdes) {
            d.set_secure(sdes->savp);
            auto& crypto = *d.add_crypto();
            crypto.set_tag(sdes->tag);
            crypto.set_suite(std::string(media::srtp_suite_name(sdes->suite)));
            crypto.set_key_base64(sdes->key.base64());
        }
        return d;
    }

    using Sdes = PhoneSdes;
    std::optional<Sdes> sdes;
    void use_srtp(Sdes with = {}) {
        sdes = with;
        seal_ = std::make_unique<media::SrtpSender>(sdes->suite, sdes->key);
    }
    void use_no_srtp() {
        sdes.reset();
        seal_.reset();
        unseal_.reset();
    }

    /// Opens a leg that answers this phone's offer.
    proto::MediaDescription open_leg(TestWorker& worker, std::uint64_t leg, std::uint64_t room,
                                     std::uint32_t silence_ms = 0) {
        proto::ToWorker c;
        auto& o = *c.mutable_open_leg();
        o.set_leg(leg);
        o.set_room(room);
        *o.mutable_remote() = description();
        add_format(o.mutable_allowed(), "PCMA", 8);
        add_format(o.mutable_allowed(), "PCMU", 0);
        add_format(o.mutable_allowed(), "telephone-event", 101);
        o.set_rtp_silence_ms(silence_ms);
        worker.send(c);
        const auto opened = worker.expect(proto::FromWorker::kLegOpened);
        EXPECT_TRUE(opened.has_value());
        if (!opened) return {};
        connect(opened->leg_opened().local());
        return opened->leg_opened().local();
    }
    void connect(const proto::MediaDescription& worker) {
        to_ = Address::parse(worker.address(), static_cast<std::uint16_t>(worker.port()));
        to_rtcp_ = Address::parse(worker.address(), static_cast<std::uint16_t>(worker.rtcp_port()));
        unseal_.reset();
        for (const auto& crypto : worker.crypto()) {
            if (!sdes || crypto.suite() != media::srtp_suite_name(sdes->suite)) continue;
            sdes->tag = crypto.tag();
            unseal_ = std::make_unique<media::SrtpReceiver>(
                sdes->suite, *media::SrtpKey::parse(crypto.key_base64()));
        }
    }

    void send(std::span<const std::uint8_t> payload, int type = -1, bool marker = false) {
        std::uint8_t packet[1500];
        media::write_rtp_header(packet, {marker,
                                         static_cast<std::uint8_t>(type >= 0 ? type
                                                                   : law_ == media::G711::alaw ? 8
                                                                                               : 0),
                                         sequence++, timestamp, ssrc_, 0, 0});
        std::memcpy(packet + 12, payload.data(), payload.size());
        std::size_t size = payload.size() + 12;
        if (seal_) size = seal_->protect(packet, size);
        send_datagram({packet, size});
        if (type < 0) timestamp += static_cast<std::uint32_t>(payload.size());
    }
    void send_datagram(std::span<const std::uint8_t> d) {
        ::sendto(rtp_, d.data(), d.size(), 0, to_.raw(), to_.size());
    }
    void send_rtcp(std::span<const std::uint8_t> d) {
        std::vector<std::uint8_t> sealed(d.begin(), d.end());
        if (seal_) {
            sealed.resize(d.size() + media::srtcp_trailer);
            sealed.resize(seal_->protect_rtcp(sealed, d.size()));
        }
        ::sendto(rtcp_, sealed.data(), sealed.size(), 0, to_rtcp_.raw(), to_rtcp_.size());
    }
    /// Sends `samples` as 20 ms packets, one each 20 ms of real time if `paced`; `between` after
    /// each.
    void speak(std::span<const std::int16_t> samples, bool paced = true,
               const std::function<void()>& between = {}) {
        std::uint8_t coded[160];
        auto next = std::chrono::steady_clock::now();
        for (std::size_t at = 0; at + 160 <= samples.size(); at += 160) {
            media::g711_encode(law_, samples.subspan(at, 160), coded);
            send(coded);
            if (between) between();
            next += milliseconds{20};
            if (paced) std::this_thread::sleep_until(next);
        }
    }

    struct Received {
        media::RtpPacket packet;
        std::vector<std::uint8_t> payload;
        std::uint16_t from_port = 0;
    };
    std::optional<Received> receive(int wait_ms = 500) {
        pollfd p{rtp_, POLLIN, 0};
        if (::poll(&p, 1, wait_ms) <= 0) return std::nullopt;
        std::uint8_t buffer[2048];
        Address from;
        socklen_t size = Address::max_size;
        ssize_t got = ::recvfrom(rtp_, buffer, sizeof(buffer), 0, from.raw(), &size);
        if (got > 0 && unseal_) {
            got = static_cast<ssize_t>(unseal_->unprotect({buffer, static_cast<std::size_t>(got)}));
            if (got == 0) ++not_authentic;
        }
        Received r;
        if (got <= 0 || !media::parse_rtp({buffer, static_cast<std::size_t>(got)}, r.packet))
            return std::nullopt;
        r.payload.assign(buffer + r.packet.payload_offset,
                         buffer + r.packet.payload_offset + r.packet.payload_size);
        r.from_port = from.port();
        return r;
    }
    std::vector<std::uint8_t> receive_rtcp(int wait_ms) {
        pollfd p{rtcp_, POLLIN, 0};
        std::vector<std::uint8_t> buffer(2048);
        const ssize_t got =
            ::poll(&p, 1, wait_ms) > 0 ? ::recv(rtcp_, buffer.data(), buffer.size(), 0) : 0;
        buffer.resize(static_cast<std::size_t>(got > 0 ? got : 0));
        if (unseal_) buffer.resize(unseal_->unprotect_rtcp(buffer));
        return buffer;
    }
    /// All audio that came so far, decoded, in order of arrival, until `quiet_ms` without a packet
    /// or `max_ms` are over.
    std::vector<std::int16_t> hear(int max_ms, int quiet_ms = 60) {
        std::vector<std::int16_t> out;
        const auto until = steady_ms() + max_ms;
        while (steady_ms() < until) {
            const auto r = receive(quiet_ms);
            if (!r) break;
            received.push_back(*r);
            if (r->packet.payload_type == event_type) continue;
            const auto law = r->packet.payload_type == 8 ? media::G711::alaw : media::G711::ulaw;
            for (auto code : r->payload) out.push_back(media::g711_decode(law, code));
        }
        return out;
    }

    std::vector<Received> received;
    std::uint16_t sequence = 65500;  // wraps early
    std::uint32_t timestamp = 0xFFFFFE00;
    std::uint8_t event_type = 101;
    int not_authentic = 0;  ///< packets that came with another key
    std::uint32_t ssrc() const { return ssrc_; }
    void set_ssrc(std::uint32_t ssrc) { ssrc_ = ssrc; }
    const Address& target() const { return to_; }

private:
    int open(Address& bound) const {
        bound = Address::parse(host_, 0);
        const int fd = ::socket(bound.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const int octets = 1 << 20;
        ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof(octets));
        EXPECT_EQ(0, ::bind(fd, bound.raw(), bound.size()));
        socklen_t size = Address::max_size;
        ::getsockname(fd, bound.raw(), &size);
        return fd;
    }
    std::unique_ptr<media::SrtpSender> seal_;
    std::unique_ptr<media::SrtpReceiver> unseal_;
    media::G711 law_;
    std::string host_;
    int rtp_ = -1;
    int rtcp_ = -1;
    Address rtp_address_, rtcp_address_, to_, to_rtcp_;
    std::uint32_t ssrc_ = 0;
};

}  // namespace seatline::worker::testing
