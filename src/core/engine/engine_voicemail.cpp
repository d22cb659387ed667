// Voicemail: leaving messages, what becomes of them, and the lamps of who owns the mailbox.
// Listening by phone: engine_listen.cpp.
#include <algorithm>

#include "core/engine/engine_impl.h"
#include "core/ivr/speech.h"

namespace seatline::core {
namespace {

/// What is shorter is a click or a breath.
constexpr milliseconds kShortestMessage{1000};

}  // namespace

/// A mailbox is an agent's, or of all agents of a queue, or of the tenant's supervisors.
void Engine::Impl::add_mailboxes() {
    mailboxes_of_.resize(agents_.size());
    for (const Mailbox& mailbox : directory_.mailboxes) {
        MailboxEntry& box = mailboxes_[mailbox.id];
        box.data = &mailbox;
        for (AgentIndex i = 0; i < agents_.size(); ++i) {
            const Agent& agent = *agents_[i].data;
            const auto has_skill = [&](QueueId queue) {
                const std::string& skill = directory_.queues[queue_by_id_.at(queue)].skill;
                return std::ranges::find(agent.skills, skill) != agent.skills.end();
            };
            const bool is_owner =
                agent.tenant == mailbox.tenant && (mailbox.agent   ? *mailbox.agent == agent.id
                                                   : mailbox.queue ? has_skill(*mailbox.queue)
                                                                   : agent.supervisor);
            if (!is_owner) continue;
            box.owners.push_back(i);
            mailboxes_of_[i].push_back(mailbox.id);
        }
    }
}

/// The guest, or the agent who called and was not answered yet, is asked to leave a message.
void Engine::Impl::leave_message(Call& call, MailboxId id) {
    if (!call.guest) {
        Member& caller = *call.find(call.agent_leg);
        if (caller.state != MemberState::up) answer_caller(call, caller);
        call.guest = std::exchange(call.agent_leg, LegId{});
        set_state(call.agent, AgentState::talking, {}, call.id);
    }
    stop_recording(call);
    call.transferred_by = kNoAgent;
    MailboxEntry& box = mailboxes_.at(id);
    if (box.messages.size() + box.coming >= box.data->max_messages)
        return close_saying(call, ivr::say_mailbox_full(), EndCause::voicemail);
    call.phase = CallPhase::mailbox;
    call.mailbox = MailboxVisit{id, MailboxStep::greeting};
    ++box.coming;
    call.find(call.guest)->place = LegPlace::mailbox;
    settle(call);
    std::vector<std::string> prompts = box.data->greeting;
    if (prompts.empty()) {
        prompts = ivr::say_leave_message();
    } else {
        prompts.emplace_back(ivr::kBeep);
    }
    play(call, std::move(prompts), false);
    deadlines_.rearm(call.phase_deadline, now_ + settings_.prompt_limit,
                     {DeadlineKind::call_phase, call.id.value});
}

/// After the beep.
void Engine::Impl::start_message(Call& call) {
    MailboxVisit& visit = *call.mailbox;
    const MailboxEntry& box = mailboxes_.at(visit.mailbox);
    visit.step = MailboxStep::recording;
    visit.recording = RecordingId{next_id_++};
    std::string path = "voicemail/" + std::to_string(call.tenant.value) + "/" +
                       std::to_string(visit.mailbox.value) + "/" +
                       std::to_string(visit.recording.value) + ".wav";
    const Member& guest = *call.find(call.guest);
    recordings_[visit.recording] = {
        call.id,
        call.tenant,
        call.worker,
        path,
        RecordingKind::voicemail,
        visit.mailbox,
        guest.agent != kNoAgent ? agents_[guest.agent].data->number : call.caller};
    emit(call.tenant, RecordingStarted{call.id, path, visit.recording, RecordingKind::voicemail});
    StartRecording start{call.worker, visit.recording, std::move(path), {guest.leg}, {}};
    start.mono = true;
    act(std::move(start));
    deadlines_.rearm(call.phase_deadline, now_ + box.data->max_length_s,
                     {DeadlineKind::call_phase, call.id.value});
}

/// The call ends, or its guest is told that it does. What is recorded counts when the worker
/// reports its length.
void Engine::Impl::leave_mailbox(Call& call) {
    if (!call.mailbox) return;
    if (call.mailbox->step == MailboxStep::greeting) --mailboxes_.at(call.mailbox->mailbox).coming;
    if (call.mailbox->recording) act(StopRecording{call.worker, call.mailbox->recording});
    call.mailbox.reset();
}

void Engine::Impl::message_recorded(const OpenRecording& recording, RecordingId id,
                                    milliseconds length) {
    MailboxEntry& box = mailboxes_.at(recording.mailbox);
    --box.coming;
    const MessageId message{id.value};
    if (length < kShortestMessage)
        return emit(recording.tenant, VoicemailDeleted{message, recording.mailbox, AgentId{}});
    box.messages.push_back({message, recording.path, false});
    emit(recording.tenant, VoicemailLeft{recording.call, message, recording.mailbox,
                                         recording.caller, recording.path, length});
    tell_owners(box);
}

Message* Engine::Impl::find_message(MailboxEntry& box, MessageId id) {
    const auto found = std::ranges::find(box.messages, id, &Message::id);
    return found == box.messages.end() ? nullptr : &*found;
}

void Engine::Impl::message_heard(MailboxEntry& box, Message& message, AgentId by) {
    if (std::exchange(message.heard, true)) return;
    emit(box.data->tenant, VoicemailHeard{message.id, box.data->id, by});
    tell_owners(box);
}

/// Who keeps the files deletes the message's when it sees the event.
void Engine::Impl::message_deleted(MailboxEntry& box, MessageId id, AgentId by) {
    std::erase_if(box.messages, [id](const Message& message) { return message.id == id; });
    emit(box.data->tenant, VoicemailDeleted{id, box.data->id, by});
    tell_owners(box);
}

void Engine::Impl::on(const VoicemailRequest& input) {
    const auto box = mailboxes_.find(input.mailbox);
    if (box == mailboxes_.end() || box->second.data->tenant != input.tenant)
        return act(Reply{input.request, Error{"not_found", "mailbox", "there is no such mailbox"}});
    Message* message = find_message(box->second, input.message);
    if (message == nullptr)
        return act(Reply{input.request, Error{"not_found", "message", "there is no such message"}});
    if (input.remove) {
        message_deleted(box->second, input.message, input.by);
    } else {
        message_heard(box->second, *message, input.by);
    }
    act(Reply{input.request, std::nullopt});
}

void Engine::Impl::tell_owners(const MailboxEntry& box) {
    for (const AgentIndex index : box.owners) {
        for (const std::string& device : registered_devices(agents_[index]))
            tell_device(index, device);
    }
}

/// A lamp shows the messages of all mailboxes that are the agent's.
void Engine::Impl::tell_device(AgentIndex index, const std::string& device) {
    TellMessagesWaiting tell{device, 0, 0};
    for (const MailboxId id : mailboxes_of_[index]) {
        for (const Message& message : mailboxes_.at(id).messages)
            ++(message.heard ? tell.old_messages : tell.new_messages);
    }
    act(std::move(tell));
}

void Engine::Impl::check_mailboxes() const {
    std::map<MailboxId, std::uint32_t> coming;
    for (const auto& [id, recording] : recordings_) {
        if (recording.kind == RecordingKind::voicemail) ++coming[recording.mailbox];
    }
    for (const auto& [id, call] : calls_) {
        SEATLINE_ASSERT(call->mailbox.has_value() == (call->phase == CallPhase::mailbox));
        if (!call->mailbox) continue;
        if (call->mailbox->step == MailboxStep::greeting) ++coming[call->mailbox->mailbox];
    }
    for (const auto& [id, box] : mailboxes_) {
        SEATLINE_ASSERT(box.coming == coming[id]);
    }
}

}  // namespace seatline::core
