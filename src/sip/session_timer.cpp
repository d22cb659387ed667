// Session timers (RFC 4028): we never ask for one, but accept what the peer asks, refresh when it
// is our turn and hang up when the peer's refresh doesn't come.
#include <strings.h>

#include <algorithm>

#include "sip/dialog.h"
#include "sip/stack.h"

namespace seatline::sip {

namespace {
constexpr unsigned long smallest_interval_s = 90;  // RFC 4028 4
constexpr unsigned long largest_interval_s = 86'400;
}  // namespace

bool Dialog::take_session_request(nta_incoming_t* request, const sip_t* sip) {
    if (sip->sip_allow != nullptr)
        peer_updates_ = sip_is_allowed(sip->sip_allow, SIP_METHOD_UPDATE);
    const auto* asked = sip->sip_session_expires;
    const bool knows_timers =
        sip_has_feature(sip->sip_supported, "timer") || sip_has_feature(sip->sip_require, "timer");
    if (asked == nullptr) return true;
    if (asked->x_delta < smallest_interval_s) {
        stack_.reply(request, 422, nullptr,
                     "Min-SE: " + std::to_string(smallest_interval_s) + "\r\n");
        return false;
    }
    session_interval_ = seconds{std::min(asked->x_delta, largest_interval_s)};
    const bool is_ours =
        asked->x_refresher != nullptr && strcasecmp(asked->x_refresher, "uas") == 0;
    refresher_ = is_ours || !knows_timers ? Refresher::us : Refresher::peer;
    return true;
}

/// For our 2xx to a request that named an interval: the peer is the uac of that request.
std::string Dialog::session_headers() const {
    if (refresher_ == Refresher::none) return {};
    const auto interval = std::to_string(session_interval_.count());
    if (refresher_ == Refresher::us) return "Session-Expires: " + interval + ";refresher=uas\r\n";
    return "Session-Expires: " + interval + ";refresher=uac\r\nRequire: timer\r\n";
}

void Dialog::take_session_response(const sip_t* sip) {
    const auto* named = sip->sip_session_expires;
    refresher_ = Refresher::none;
    if (named != nullptr && named->x_delta >= smallest_interval_s) {
        session_interval_ = seconds{std::min(named->x_delta, largest_interval_s)};
        const bool is_peer =
            named->x_refresher != nullptr && strcasecmp(named->x_refresher, "uas") == 0;
        refresher_ = is_peer ? Refresher::peer : Refresher::us;
    }
    restart_session_timer();
}

void Dialog::restart_session_timer() {
    stack_.timers().cancel(session_timer_);
    if (refresher_ == Refresher::none || is_ended_) return;
    const bool is_ours = refresher_ == Refresher::us;
    // RFC 4028 10: the refresher at half time, the other side gives up a third (at most 32 s)
    // before the end.
    const auto wait = is_ours ? session_interval_ / 2
                              : session_interval_ - std::min(seconds{32}, session_interval_ / 3);
    session_timer_ = stack_.timers().set(stack_.now() + wait, [this, is_ours] {
        session_timer_ = {};
        if (is_ours)
            send_refresh();
        else
            session_lost();
    });
}

void Dialog::send_refresh() {
    if (state_ != State::up || refresh_ != nullptr) return;
    const auto headers = "Session-Expires: " + std::to_string(session_interval_.count()) +
                         ";refresher=uac\r\nSupported: timer\r\n";
    refresh_ = peer_updates_
                   ? send_request(SIP_METHOD_UPDATE, on_refresh_response, headers)
                   : send_request(SIP_METHOD_INVITE, on_refresh_response, headers, last_sdp_);
    if (refresh_ == nullptr) session_lost();
}

int Dialog::on_refresh_response(void* magic, nta_outgoing_t* request, const sip_t* sip) {
    auto& self = *static_cast<Dialog*>(magic);
    const int status = nta_outgoing_status(request);
    if (status < 200) return 0;
    self.stack_.sweep();
    if (status < 300 && nta_outgoing_method(request) == sip_method_invite) self.send_ack(sip);
    self.refresh_ = nullptr;
    if (status < 300 && !self.is_ended_) {
        nta_leg_client_reroute(self.leg_, nullptr, sip->sip_contact, 1);
        self.take_session_response(sip);
    }
    nta_outgoing_destroy(request);  // and with it `sip`
    if (self.is_ended_ || status < 300) return 0;
    if (status == 408 || status == 481) {
        self.session_lost();
    } else if (status == 491 || status == 500) {
        self.session_timer_ =
            self.stack_.timers().set(self.stack_.now() + self.glare_wait(), [&self] {
                self.session_timer_ = {};
                self.send_refresh();
            });
    } else {
        self.restart_session_timer();
    }
    return 0;
}

/// RFC 3261 14.1: who made the Call-ID waits longer, so that the second try doesn't cross again.
milliseconds Dialog::glare_wait() const {
    const bool is_call_id_ours = !target_uri_.empty();
    const auto steps = is_call_id_ours ? su_randint(210, 400) : su_randint(0, 200);
    return milliseconds{10 * steps};
}

void Dialog::session_lost() {
    end(EndedBy::network, 408, "session timer expired");
    send_bye({});
}

}  // namespace seatline::sip
