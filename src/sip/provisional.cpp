// Provisional responses: ours to a caller, with an early answer and reliably (RFC 3262) when the
// caller can, and those of the phones that we call, each fork an early dialog of its own.
//
// sofia sends, repeats and gives up a reliable response, and finds its PRACK. One is on its way at
// a time; what the owner wants meanwhile waits here, because sofia's own line of waiting responses
// ends in assertions.
#include <algorithm>

#include "sip/dialog.h"
#include "sip/stack.h"

namespace seatline::sip {

namespace {
constexpr std::size_t max_early_dialogs = 16;  ///< of one INVITE; further forks can still answer
}

// ---- we are called

void Dialog::ring(const std::optional<MediaDescription>& local) {
    if (state_ != State::ringing) return;
    if (reliable_ != nullptr) {
        held_ring_ = Ring{id_, local};
        return;
    }
    // The answer to a delayed offer comes in the ACK: no media before.
    if (local && offer_ && early_sdp_.empty()) {
        auto answer = local_answer(*local);
        if (answer.has_error()) return refuse_offer(answer.error().reason);
        early_sdp_ = std::move(*answer);
    }
    if (local && !early_sdp_.empty()) {
        send_provisional(183, early_sdp_);
    } else {
        send_provisional(180, {});
    }
}

void Dialog::send_provisional(int status, const std::string& body) {
    const bool is_reliable = must_prack_ || (can_prack_ && !body.empty());
    if (!is_reliable) return reply_here(invite_in_, status, body, {});
    const OwnHeaders& own = stack_.headers();
    reliable_ = nta_reliable_treply(
        invite_in_, on_prack, this, status, sip_status_phrase(status),
        SIPTAG_CONTACT(own.contact(way_)), SIPTAG_SERVER(own.server), SIPTAG_ALLOW(own.allow),
        TAG_IF(!body.empty(), SIPTAG_CONTENT_TYPE(own.sdp_type)),
        TAG_IF(!body.empty(), SIPTAG_PAYLOAD_STR(body.c_str())), TAG_END());
}

/// Without a PRACK when the response became void: by a final one, or by the time-out.
int Dialog::on_prack(void* magic, nta_reliable_t* response, nta_incoming_t* prack,
                     const sip_t* sip) {
    auto& self = *static_cast<Dialog*>(magic);
    nta_reliable_destroy(response);
    self.reliable_ = nullptr;
    if (prack != nullptr) self.take_prack(prack, sip);
    return 0;
}

void Dialog::take_prack(nta_incoming_t* prack, const sip_t* sip) {
    if (!body_of(sip).empty()) {
        stack_.reply(prack, 488);  // a second offer before the call stands: not taken
    } else {
        stack_.reply(prack, 200);
    }
    if (state_ != State::ringing) return;
    is_early_settled_ = is_early_settled_ || !early_sdp_.empty();
    if (held_accept_) {
        const auto local = *std::exchange(held_accept_, std::nullopt);
        answer(local);
    } else if (held_ring_) {
        const auto next = *std::exchange(held_ring_, std::nullopt);
        ring(next.local);
    }
}

void Dialog::drop_reliable() {
    if (reliable_ != nullptr) nta_reliable_destroy(std::exchange(reliable_, nullptr));
}

// ---- we call

Dialog::Early* Dialog::early_of(const sip_t* sip) {
    if (sip->sip_to->a_tag == nullptr) return nullptr;
    const std::string_view tag(sip->sip_to->a_tag);
    const auto found = std::find_if(early_.begin(), early_.end(),
                                    [&](const Early& early) { return early.tag == tag; });
    if (found != early_.end()) return &*found;
    if (early_.size() == max_early_dialogs) return nullptr;
    early_.push_back({std::string(tag), nullptr, 0, std::nullopt});
    return &early_.back();
}

/// Acknowledges a reliable response; false when it was here before or is out of order (RFC 3262 4).
bool Dialog::take_reliable(Early& early, const sip_t* sip) {
    const auto rseq = sip->sip_rseq->rs_response;
    if (rseq == 0 || (early.rseq != 0 && rseq != early.rseq + 1)) return false;
    if (early.leg == nullptr) {
        early.leg = nta_leg_tcreate(stack_.agent(), on_request, this,
                                    SIPTAG_CALL_ID(sip->sip_call_id), SIPTAG_FROM(sip->sip_from),
                                    SIPTAG_TO(sip->sip_to), SIPTAG_CSEQ(sip->sip_cseq), TAG_END());
        if (early.leg == nullptr) return false;
        nta_leg_client_reroute(early.leg, sip->sip_record_route, sip->sip_contact, 1);
    }
    early.rseq = rseq;
    sip_rack_t rack[1];
    sip_rack_init(rack);
    rack->ra_response = rseq;
    rack->ra_cseq = sip->sip_cseq->cs_seq;
    rack->ra_method = sip_method_invite;
    rack->ra_method_name = sip_method_name_invite;
    const auto credentials = auth_.header("PRACK", target_uri_);
    const auto* where = sip->sip_record_route != nullptr ? nullptr : route();
    (void)nta_outgoing_tcreate(
        early.leg, on_ignored_response, this, where, SIP_METHOD_PRACK, nullptr, SIPTAG_RACK(rack),
        SIPTAG_USER_AGENT(stack_.headers().user_agent),
        TAG_IF(!credentials.empty(), SIPTAG_HEADER_STR(credentials.c_str())), TAG_END());
    return true;
}

/// The fork that answered becomes the dialog of this leg, the others are forgotten: their later 2xx
/// gets ACK and BYE from sofia. Returns the answer that a 1xx brought.
std::optional<MediaDescription> Dialog::settle_early(const sip_t* sip) {
    std::optional<MediaDescription> remote;
    if (auto* early = early_of(sip)) {
        remote = early->remote;
        if (early->leg != nullptr) {
            nta_leg_destroy(leg_);
            leg_ = std::exchange(early->leg, nullptr);
        }
    }
    drop_early();
    return remote;
}

void Dialog::drop_early() {
    for (auto& early : early_) nta_leg_destroy(early.leg);
    early_.clear();
}

}  // namespace seatline::sip
