// What control asks for: one function per command of media.proto.
#include "base/log.h"
#include "worker/worker.h"

namespace seatline::worker {

Worker::Worker(const WorkerConfig& config, ControlLink& control, FileThread& files, int epoll_fd,
               Instant start)
    : config_(config),
      control_(control),
      files_(files),
      random_(std::random_device{}()),
      wheel_(start) {
    const auto add = [&](const std::string& bind, const std::string& advertised) {
        const Address address = Address::parse(bind, 0);
        if (!address.valid()) return;
        pools_.push_back(
            std::make_unique<PortPool>(address, config.port_min, config.port_max, epoll_fd));
        advertised_.push_back(advertised.empty() ? bind : advertised);
    };
    add(config.bind_address, config.advertised_address);
    if (!config.second_bind_address.empty())
        add(config.second_bind_address, config.second_advertised_address);
    legs_.reserve(config.max_legs);
    circles_.reserve(config.max_legs);
    recordings_.reserve(config.max_legs);
    ticking_.reserve(config.max_legs);
}

void Worker::start(std::uint32_t pid) {
    proto::FromWorker event;
    event.mutable_ready()->set_pid(pid);
    event.mutable_ready()->set_max_legs(config_.max_legs);
    control_.send(event);
}

void Worker::on_command(proto::ToWorker& command, Instant now) {
    run_command(command, now);
    if (command.has_open_leg() && command.open_leg().has_remote())
        wipe_keys(*command.mutable_open_leg()->mutable_remote());
    if (command.has_set_remote()) wipe_keys(*command.mutable_set_remote()->mutable_remote());
}

void Worker::run_command(const proto::ToWorker& command, Instant now) {
    using Body = proto::ToWorker::BodyCase;
    switch (command.body_case()) {
        case Body::kOpenLeg:
            return open_leg(command.open_leg(), now);
        case Body::kSetRemote:
            return set_remote(command.set_remote(), now);
        case Body::kCloseLeg:
            return close_leg(command.close_leg(), now);
        case Body::kPlay:
            return play(command.play());
        case Body::kStopPlay:
            return stop_play(command.stop_play());
        case Body::kLoadPrompt:
            return load_prompt(command.load_prompt());
        case Body::kStartRecording:
            return start_recording(command.start_recording(), now);
        case Body::kSetRecording:
            return set_recording(command.set_recording(), now);
        case Body::kStopRecording:
            return stop_recording(command.stop_recording(), now);
        case Body::kSendDigits:
            return send_digits(command.send_digits());
        case Body::kPlace:
            return place(command.place(), now);
        case Body::kWatchSpeaker:
            return watch_speaker(command.watch_speaker(), now);
        case Body::BODY_NOT_SET:
            log::warn("media worker: a command that this version does not know");
            return;
    }
}

void Worker::leg_failed(std::uint64_t leg, std::string reason) {
    event_.mutable_leg_failed()->set_leg(leg);
    event_.mutable_leg_failed()->set_reason(std::move(reason));
    control_.send(event_);
}

Leg* Worker::find_or_fail(std::uint64_t leg) {
    const auto found = legs_.find(leg);
    if (found != legs_.end()) return found->second.get();
    leg_failed(leg, "unknown leg");
    return nullptr;
}

PortPool* Worker::pool_for(const proto::MediaDescription* remote) {
    if (pools_.empty()) return nullptr;
    if (remote == nullptr) return pools_.front().get();
    const Address address = Address::parse(remote->address(), 0);
    for (const auto& pool : pools_) {
        if (pool->bind_address().family() == address.family()) return pool.get();
    }
    return nullptr;
}

void Worker::open_leg(const proto::OpenLeg& c, Instant now) {
    if (c.leg() == 0 || legs_.contains(c.leg()))
        return leg_failed(c.leg(), "the leg is open already");
    if (legs_.size() >= config_.max_legs) return leg_failed(c.leg(), "the worker is full");
    const bool answer = c.has_remote();
    auto formats = answer ? answer_formats(c.remote(), c.allowed()) : offer_formats(c.allowed());
    if (formats.has_error()) return leg_failed(c.leg(), formats.error().reason);
    LegSecurity security;
    if (answer) {
        const auto secured = security.answer(c.remote());
        if (secured.has_error()) return leg_failed(c.leg(), secured.error().reason);
    } else {
        security.offer(c.srtp());
    }
    PortPool* pool = pool_for(answer ? &c.remote() : nullptr);
    if (pool == nullptr) return leg_failed(c.leg(), "no interface for this address family");
    auto sockets = pool->acquire(now);
    if (sockets.has_error()) return leg_failed(c.leg(), sockets.error().reason);

    auto made = std::make_unique<Leg>();
    Leg& leg = *made;
    leg.id = c.leg();
    leg.pool = pool;
    leg.sockets = *sockets;
    leg.sockets->leg = &leg;
    leg.allowed = c.allowed();
    leg.formats = std::move(*formats);
    leg.security = std::move(security);
    leg.silence_limit = milliseconds{c.rtp_silence_ms()};
    leg.last_packet = now;
    leg.out = media::OutStream(random(), static_cast<std::uint16_t>(random() & 0x7FFF), random());
    legs_.emplace(leg.id, std::move(made));
    if (answer) take_remote(leg, c.remote(), now);
    wheel_.set(leg.rtcp_timer, now + media::rtcp_interval(random(), true));
    if (!stats_timer_.set()) wheel_.set(stats_timer_, now + 1s);
    announce_local(leg, answer ? answer_direction(leg, c.remote()) : Direction::sendrecv);
    tap_named(leg, now);
}

Direction Worker::answer_direction(const Leg& leg, const proto::MediaDescription& remote) {
    const Direction direction = mirrored(static_cast<Direction>(remote.direction() & 3));
    // A description with the address 0.0.0.0 is the old way to say "do not send to me" (RFC 3264
    // section 8.4).
    if (leg.remote.signalled.unspecified() && direction == Direction::sendrecv)
        return Direction::recvonly;
    return direction;
}

void Worker::announce_local(const Leg& leg, Direction direction) {
    auto& opened = *event_.mutable_leg_opened();
    opened.set_leg(leg.id);
    auto& local = *opened.mutable_local();
    local.Clear();
    for (std::size_t i = 0; i < pools_.size(); ++i) {
        if (pools_[i].get() == leg.pool) local.set_address(advertised_[i]);
    }
    local.set_port(leg.sockets->port);
    local.set_rtcp_port(leg.sockets->port + 1u);
    local.set_ptime_ms(20);
    local.set_direction(static_cast<std::uint32_t>(direction));
    for (const auto& f : leg.formats.local) *local.add_formats() = f;
    leg.security.describe(local);
    control_.send(event_);
    wipe_keys(local);
}

void Worker::take_remote(Leg& leg, const proto::MediaDescription& description, Instant now) {
    RemoteEnd& remote = leg.remote;
    const auto port = static_cast<std::uint16_t>(description.port());
    const Address rtp = Address::parse(description.address(), port);
    Address rtcp = rtp;
    rtcp.set_port(
        static_cast<std::uint16_t>(description.rtcp_port() ? description.rtcp_port() : port + 1u));
    const auto direction = static_cast<Direction>(description.direction() & 3);
    const bool reachable = rtp.valid() && !rtp.unspecified() && port != 0 &&
                           rtp.family() == leg.pool->bind_address().family();
    remote.may_send_to =
        reachable && (direction == Direction::sendrecv || direction == Direction::recvonly);
    const bool could_receive = remote.may_receive && remote.described;
    remote.may_receive =
        port != 0 && (direction == Direction::sendrecv || direction == Direction::sendonly);
    // The same place again keeps what was learnt of a NAT before it; a hold by 0.0.0.0 says nothing
    // of the place.
    if (reachable && (!remote.described || !(rtp == remote.signalled))) {
        remote.signalled = rtp;
        remote.rtp = rtp;
        remote.rtcp = rtcp;
        remote.latched = false;
    } else if (!remote.described) {
        remote.signalled = rtp;
    }
    remote.signalled_rtcp = rtcp;
    remote.described = true;
    if (remote.may_receive && !could_receive) leg.last_packet = now;
    watch_silence(leg, now);
}

void Worker::set_remote(const proto::SetRemote& c, Instant now) {
    Leg* leg = find_or_fail(c.leg());
    if (leg == nullptr) return;
    auto formats = apply_answer(leg->formats, c.remote());
    if (formats.has_error()) {
        // A re-INVITE may move to another allowed format than the one that we answered first.
        formats = answer_formats(c.remote(), leg->allowed);
    }
    if (formats.has_error() && c.remote().port() != 0)
        return leg_failed(leg->id, formats.error().reason);
    if (c.remote().port() != 0) {
        const auto secured = leg->security.update(c.remote());
        if (secured.has_error()) return leg_failed(leg->id, secured.error().reason);
    }
    if (formats.has_value()) leg->formats = std::move(*formats);
    take_remote(*leg, c.remote(), now);
    // Our keys or their tag are others now: the answer to this description must say so.
    if (leg->security.take_changed()) announce_local(*leg, answer_direction(*leg, c.remote()));
}

void Worker::close_leg(const proto::CloseLeg& c, Instant now) {
    // A leg that is not known any more is closed: the answer is the same, its report empty.
    proto::LegReport report;
    const auto found = legs_.find(c.leg());
    if (found != legs_.end()) {
        Leg& leg = *found->second;
        if (leg.player.play != 0) end_play(leg, "stopped");
        if (leg.packets_sent > 0) send_rtcp(leg, true, now);
        fill_report(leg, report);
        remove_leg(leg, now);
    }
    event_.mutable_leg_closed()->set_leg(c.leg());
    *event_.mutable_leg_closed()->mutable_report() = report;
    control_.send(event_);
}

void Worker::remove_leg(Leg& leg, Instant now) {
    place_leg(leg, 0, {}, now);
    leg.sockets->leg = nullptr;
    leg.pool->release(leg.sockets, now);
    leg.sockets = nullptr;
    auto keep = std::move(legs_.at(leg.id));
    legs_.erase(leg.id);
    leg.player = {};
    leg.digit_sender = {};
    refresh_ticking(leg);
}

void Worker::send_digits(const proto::SendDigits& c) {
    Leg* leg = find_or_fail(c.leg());
    if (leg == nullptr) return;
    leg->digit_sender.push(c.digits(), c.duration_ms());
    refresh_ticking(*leg);
}

void Worker::shut_down(Instant now) {
    while (!recordings_.empty()) end_recording(*recordings_.begin()->second, now);
    while (!legs_.empty()) remove_leg(*legs_.begin()->second, now);
}

}  // namespace seatline::worker
