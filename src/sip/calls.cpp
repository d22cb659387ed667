// Calls as Stack keeps them: how the owner's Invite becomes one dialog or several, how a peer names
// one of ours, and calls that come in.
#include <algorithm>

#include "sip/dialog.h"
#include "sip/forked_call.h"
#include "sip/identity.h"
#include "sip/stack.h"

namespace seatline::sip {

namespace {
/// Keys of dialogs that are no leg of their own yet; leg ids never get so high.
constexpr std::uint64_t branch_keys = std::uint64_t{1} << 63;
}  // namespace

void Stack::add_contacts(const std::string& user, std::vector<InviteTarget>& targets) {
    const auto& contacts = registrar_.contacts(user);
    for (auto binding = contacts.rbegin(); binding != contacts.rend(); ++binding) {
        InviteTarget target{binding->contact_uri, {}, binding->path};
        if (target.path.empty()) target.routes.push_back(binding->route_uri);
        targets.push_back(std::move(target));
    }
}

Result<std::vector<InviteTarget>> Stack::targets_of(const Invite& command) {
    std::vector<InviteTarget> targets;
    if (command.trunk) {
        auto target = gateways_.target(command.trunk, command.number);
        if (target.has_error()) return target.error();
        targets.push_back(std::move(*target));
        return targets;
    }
    if (command.device_user.empty() && command.other_devices.empty()) {
        targets.push_back({command.request_uri, {}, {}, command.auth_user, command.auth_password});
        return targets;
    }
    add_contacts(command.device_user, targets);
    for (const auto& user : command.other_devices) add_contacts(user, targets);
    if (targets.empty()) return Error{"unavailable", "device_user", "device isn't registered"};
    return targets;
}

void Stack::start_invite(Invite&& command) {
    const auto leg = command.leg;
    if (is_stopping_ || find(leg) != nullptr || forks_.contains(leg)) return;
    const auto targets = targets_of(command);
    if (targets.has_error()) {
        emit(Ended{leg, EndedBy::network, 480, 0, targets.error().reason});
        return;
    }
    if (targets->size() == 1) {
        auto& dialog = *dialogs_.emplace(leg, std::make_unique<Dialog>(*this, leg)).first->second;
        dialog.invite(command, targets->front());
        return;
    }
    auto& fork = *forks_.emplace(leg, std::make_unique<ForkedCall>(*this, leg)).first->second;
    fork.start(command, *targets);
}

Dialog& Stack::add_branch(LegId leg, ForkedCall& fork) {
    const LegId key{branch_keys + ++last_branch_};
    auto dialog = std::make_unique<Dialog>(*this, leg, key, &fork);
    return *dialogs_.emplace(key, std::move(dialog)).first->second;
}

void Stack::rename(Dialog& dialog, LegId leg) {
    auto node = dialogs_.extract(dialog.key());
    SEATLINE_ASSERT(!node.empty());
    node.key() = leg;
    dialog.set_key(leg);
    dialogs_.insert(std::move(node));
}

void Stack::bury(const ForkedCall& fork) {
    const auto found = std::find_if(forks_.begin(), forks_.end(),
                                    [&](const auto& entry) { return entry.second.get() == &fork; });
    if (found == forks_.end()) return;
    buried_forks_.push_back(std::move(found->second));
    forks_.erase(found);
}

Dialog* Stack::find_dialog(const DialogName& name) const {
    su_home_t home[1] = {SU_HOME_INIT(home)};
    Dialog* dialog = nullptr;
    if (auto* call_id = sip_call_id_make(home, name.call_id.c_str())) {
        auto* leg = nta_leg_by_dialog(agent_, nullptr, call_id, name.remote_tag.c_str(), nullptr,
                                      name.local_tag.c_str(), nullptr);
        dialog = leg == nullptr ? nullptr : Dialog::of_leg(leg, name);
    }
    su_home_deinit(home);
    return dialog;
}

bool Stack::take_replaces(nta_incoming_t* request, const sip_t* sip, IncomingCall& call) {
    if (sip->sip_replaces == nullptr) return true;
    const auto* replaces = sip->sip_replaces;
    const bool is_complete = replaces->rp_call_id != nullptr && replaces->rp_to_tag != nullptr &&
                             replaces->rp_from_tag != nullptr;
    if (is_repeated(sip, sip_replaces_class) || !is_complete) {
        reply(request, 400, "Bad Replaces");
        return false;
    }
    const auto* dialog = find_dialog({replaces->rp_call_id, replaces->rp_to_tag,
                                      replaces->rp_from_tag, replaces->rp_early_only != 0});
    // RFC 3891 3: an early dialog can be replaced only by who was called in it.
    if (dialog == nullptr || dialog->is_ringing_here()) {
        reply(request, 481, "Call/Transaction Does Not Exist");
    } else if (dialog->is_ended()) {
        reply(request, 603);
    } else if (replaces->rp_early_only != 0 && dialog->is_confirmed()) {
        reply(request, 486);
    } else {
        call.replaces = dialog->id();
        return true;
    }
    return false;
}

void Stack::on_invite(nta_incoming_t* request, const sip_t* sip) {
    if (is_stopping_) return reply(request, 503, nullptr, "Retry-After: 2\r\n");
    if (sip->sip_contact == nullptr) return reply(request, 400, "Missing Contact Header");
    IncomingCall call;
    if (!identify(request, sip, call)) return;
    if (!take_replaces(request, sip, call)) return;
    read_identity(sip, call);
    call.sip_call_id = sip->sip_call_id->i_id;
    call.leg = LegId{next_leg_};
    next_leg_ += 2;
    auto dialog = std::make_unique<Dialog>(*this, call.leg);
    if (!dialog->take_invite(request, sip, call)) return;
    const auto leg = call.leg;
    dialogs_.emplace(leg, std::move(dialog));
    emit(std::move(call));
}

/// Only with the name of a dialog that the sender has with us (RFC 4538).
void Stack::on_refer(nta_incoming_t* request, const sip_t* sip) {
    IncomingCall sender;
    if (!identify(request, sip, sender)) return;
    const auto name = read_target_dialog(unknown_header(sip, "Target-Dialog"));
    auto* dialog = name ? find_dialog(*name) : nullptr;
    if (dialog == nullptr || dialog->is_ended()) return reply(request, 403);
    dialog->take_refer(request, sip);
}

/// Message waiting of the device that asks, by digest as for a call.
void Stack::on_subscribe(nta_incoming_t* request, const sip_t* sip) {
    const auto user = user_of(sip->sip_from->a_url);
    if (registrar_.find(user) == nullptr) {
        guard_.suspicious(source_of(request, sip).host, "SUBSCRIBE from unknown user", now());
        return reply(request, 403);
    }
    if (authenticate(request, sip, user)) waiting_.subscribe(request, sip, user);
}

}  // namespace seatline::sip
