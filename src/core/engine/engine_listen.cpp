// A call in a mailbox, step by step; listening to messages by phone: 1 again, 2 next, 3 delete.
#include <algorithm>

#include "core/engine/engine_impl.h"
#include "core/ivr/speech.h"

namespace seatline::core {
namespace {

/// After a message, until the next plays by itself.
constexpr seconds kKeyTimeout{10};

void append(std::vector<std::string>& prompts, const std::vector<std::string>& more) {
    prompts.insert(prompts.end(), more.begin(), more.end());
}

}  // namespace

bool Engine::Impl::needs_pin(AgentIndex index, const MailboxEntry& box) const {
    const bool is_own = box.data->agent && *box.data->agent == agents_[index].data->id;
    return !is_own && !box.data->pin.empty();
}

/// One's own without a PIN; others, and those that several people share, with the PIN if there is
/// one. A mailbox without a PIN opens only to its owners.
bool Engine::Impl::may_listen(AgentIndex index, MailboxId id) const {
    const MailboxEntry& box = mailboxes_.at(id);
    return needs_pin(index, box) || std::ranges::find(box.owners, index) != box.owners.end();
}

void Engine::Impl::listen_to_mailbox(Call& call, MailboxId id) {
    call.phase = CallPhase::mailbox;
    call.mailbox = MailboxVisit{id, MailboxStep::pin};
    call.pin = {};
    call.find(call.guest)->place = LegPlace::mailbox;
    settle(call);
    if (!needs_pin(call.agent, mailboxes_.at(id))) return begin_listening(call);
    ask_pin(call, ivr::say_enter_mailbox_pin());
}

void Engine::Impl::begin_listening(Call& call) {
    MailboxVisit& visit = *call.mailbox;
    visit.step = MailboxStep::listening;
    const MailboxEntry& box = mailboxes_.at(visit.mailbox);
    for (const bool heard : {false, true}) {
        for (const Message& message : box.messages) {
            if (message.heard == heard) visit.to_hear.push_back(message.id);
        }
    }
    const auto unheard = std::ranges::count(box.messages, false, &Message::heard);
    play_message(call, ivr::say_new_messages(static_cast<std::uint64_t>(unheard)));
}

/// The prompts, then the current message; or the end, when there is none left.
void Engine::Impl::play_message(Call& call, std::vector<std::string> prompts) {
    MailboxVisit& visit = *call.mailbox;
    MailboxEntry& box = mailboxes_.at(visit.mailbox);
    Message* message = nullptr;
    for (; visit.current < visit.to_hear.size(); ++visit.current) {
        message = find_message(box, visit.to_hear[visit.current]);
        if (message != nullptr) break;  // else somebody else has deleted it
    }
    if (message == nullptr) {
        if (!visit.to_hear.empty()) append(prompts, ivr::say_no_more_messages());
        return close_saying(call, std::move(prompts), EndCause::voicemail);
    }
    append(prompts, ivr::say_message_number(visit.current + 1));
    prompts.push_back("file:" + message->path);
    append(prompts, ivr::say_message_menu());
    play(call, std::move(prompts), false);
    message_heard(box, *message, agents_[call.agent].data->id);
    deadlines_.rearm(call.phase_deadline, now_ + box.data->max_length_s + settings_.prompt_limit,
                     {DeadlineKind::call_phase, call.id.value});
}

void Engine::Impl::mailbox_digit(Call& call, char digit) {
    MailboxVisit& visit = *call.mailbox;
    switch (visit.step) {
        case MailboxStep::pin:
            return pin_digit(call, digit);
        case MailboxStep::greeting:
            if (digit != '#') return;
            play(call, {std::string(ivr::kBeep)}, false);  // the rest is skipped
            return;
        case MailboxStep::recording:
            if (digit == '#') end_call(call, Party::caller, EndCause::voicemail);
            return;
        case MailboxStep::listening:
            break;
    }
    if (digit == '1') return play_message(call, {});
    if (digit != '2' && digit != '3') return;
    std::vector<std::string> prompts;
    MailboxEntry& box = mailboxes_.at(visit.mailbox);
    const MessageId id = visit.to_hear[visit.current];
    if (digit == '3' && find_message(box, id) != nullptr) {
        message_deleted(box, id, agents_[call.agent].data->id);
        prompts = ivr::say_message_deleted();
    }
    ++visit.current;
    play_message(call, std::move(prompts));
}

/// The prompts are over.
void Engine::Impl::mailbox_said(Call& call) {
    switch (call.mailbox->step) {
        case MailboxStep::pin:
        case MailboxStep::listening:
            deadlines_.rearm(call.phase_deadline, now_ + kKeyTimeout,
                             {DeadlineKind::call_phase, call.id.value});
            return;
        case MailboxStep::greeting:
            return start_message(call);
        case MailboxStep::recording:
            return;
    }
}

void Engine::Impl::mailbox_due(Call& call) {
    switch (call.mailbox->step) {
        case MailboxStep::pin:
            return pin_typed(call);
        case MailboxStep::greeting:  // prompts without an end
            stop_play(call);
            return start_message(call);
        case MailboxStep::recording:
            return end_call(call, Party::system, EndCause::voicemail);
        case MailboxStep::listening:
            ++call.mailbox->current;
            return play_message(call, {});
    }
}

}  // namespace seatline::core
