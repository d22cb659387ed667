// Voicemail: whose boxes, how many messages, hearing and deleting them. An agent has its own boxes
// and those of the queues that its skills serve; boxes of the tenant are its supervisors'.
#include <algorithm>

#include "api/auth/rights.h"
#include "api/resource/agent_access.h"
#include "api/resource/all.h"
#include "api/resource/query_values.h"
#include "api/resource/sound.h"
#include "api/ws/mailbox_viewers.h"

namespace seatline::api {
namespace {

/// The box that the path names, if this session may open it; another's is as unknown as none.
Result<const core::Mailbox*> mailbox_of(const Exchange& exchange,
                                        const core::Directory& directory) {
    const auto number = parse_number(exchange.path_values.front());
    if (!number) return invalid("mailbox", "must be a mailbox's id");
    const auto found =
        std::ranges::find(directory.mailboxes, MailboxId{*number}, &core::Mailbox::id);
    const Session& session = *exchange.session;
    if (found == directory.mailboxes.end() ||
        !may_open(directory, *found, {session.tenant, session.role, session.agent}))
        return Error{"not_found", "mailbox", "there is no such mailbox"};
    return &*found;
}

Result<MessageId> message_of(const Exchange& exchange) {
    const auto number = parse_number(exchange.path_values.at(1));
    if (!number) return invalid("message", "must be a message's id");
    return MessageId{*number};
}

Response list(const Exchange& exchange, const Services& services) {
    const Session& session = *exchange.session;
    std::vector<MailboxView> views;
    for (const core::Mailbox& box : services.directory.mailboxes) {
        if (!may_open(services.directory, box, {session.tenant, session.role, session.agent}))
            continue;
        views.push_back({{box.id, box.name, box.number, box.agent, box.queue},
                         services.ports.store.count_messages(box.tenant, box.id)});
    }
    return json_response(views);
}

Response messages(const Exchange& exchange, const Services& services) {
    const auto box = mailbox_of(exchange, services.directory);
    if (box.has_error()) return error_response(box.error());
    std::optional<MessageId> before;
    std::uint32_t limit = 50;
    for (const auto& read :
         {read_id(exchange.request, "before", before), read_limit(exchange.request, 200, limit)}) {
        if (read.has_error()) return error_response(read.error());
    }
    MessagePage page;
    page.messages = services.ports.store.messages((*box)->tenant, (*box)->id,
                                                  before.value_or(MessageId{}), limit);
    if (page.messages.size() == limit) page.next = page.messages.back().message;
    return json_response(page);
}

Response play(const Exchange& exchange, Services& services, PlayLog& log) {
    const auto query = sound_query(exchange.request);
    if (query.has_error()) return error_response(query.error());
    const auto box = mailbox_of(exchange, services.directory);
    if (box.has_error()) return error_response(box.error());
    const auto id = message_of(exchange);
    if (id.has_error()) return error_response(id.error());
    const auto message = services.ports.store.message((*box)->tenant, (*box)->id, *id);
    if (!message)
        return error_response({"not_found", "message", "there is no such message in the mailbox"});
    auto sound = services.ports.store.open_message((*box)->tenant, (*box)->id, *id);
    if (sound.has_error()) return error_response(sound.error());
    const std::string object =
        "mailbox " + std::to_string((*box)->id.value) + " message " + std::to_string(id->value);
    if (exchange.request.method == Method::get &&
        log.is_news(exchange.session->user, object, exchange.now)) {
        services.audit(exchange, "play_voicemail", object, query->saved ? "download" : "");
    }
    return sound_response(exchange.request, std::move(*sound), query->saved,
                          {sound_name(services.directory, (*box)->tenant, message->left_at,
                                      message->caller, "voicemail"),
                           (*box)->name});
}

/// Heard or deleted; whether there is such a message the engine knows best.
void change(Services& services, const std::shared_ptr<const Exchange>& exchange, const Done& done,
            bool removed) {
    const auto box = mailbox_of(*exchange, services.directory);
    if (box.has_error()) return done(error_response(box.error()));
    const auto id = message_of(*exchange);
    if (id.has_error()) return done(error_response(id.error()));
    core::VoicemailRequest request;
    request.tenant = (*box)->tenant;
    request.mailbox = (*box)->id;
    request.message = *id;
    request.by = exchange->session->agent.value_or(AgentId{});
    request.remove = removed;
    if (removed) {
        services.audit(*exchange, "delete_voicemail",
                       "mailbox " + std::to_string((*box)->id.value) + " message " +
                           std::to_string(id->value));
    }
    services.ports.engine.ask(request, answer_with_call(done));
}

void add_messages(RouteTable& table, Services& services) {
    const auto log = std::make_shared<PlayLog>();
    const std::string path = "/api/v1/mailboxes/{mailbox}/messages";
    auto parameters = sound_parameters();
    std::erase_if(parameters, [](const auto& p) { return p.name == "format"; });
    table.add({.path = path + "/{message}/audio",
               .access = access_for(Right::own_voicemail),
               .summary = "A message's sound; takes Range",
               .query = std::move(parameters),
               .content_type = "audio/*",
               .where = Where::pool,
               .handler = at_once([&services, log](const Exchange& exchange) {
                   return play(exchange, services, *log);
               })});
    table.add({.method = Method::post,
               .path = path + "/{message}/heard",
               .access = access_for(Right::own_voicemail),
               .summary = "Mark a message as heard",
               .response = schema<Accepted>,
               .handler = [&services](const auto& exchange, const Done& done) {
                   change(services, exchange, done, false);
               }});
    table.add({.method = Method::del,
               .path = path + "/{message}",
               .access = access_for(Right::own_voicemail),
               .summary = "Delete a message",
               .response = schema<Accepted>,
               .handler = [&services](const auto& exchange, const Done& done) {
                   change(services, exchange, done, true);
               }});
}

}  // namespace

void add_mailboxes(RouteTable& table, Services& services) {
    table.add({.path = "/api/v1/mailboxes",
               .access = access_for(Right::own_voicemail),
               .summary = "One's voicemail boxes, with counts; all of them for supervisors",
               .response = schema<std::vector<MailboxView>>,
               .where = Where::pool,
               .handler = at_once(
                   [&services](const Exchange& exchange) { return list(exchange, services); })});
    table.add({.path = "/api/v1/mailboxes/{mailbox}/messages",
               .access = access_for(Right::own_voicemail),
               .summary = "Messages, newest first",
               .query = {{"before", schema<MessageId>, "MessagePage.next of the page before"},
                         {"limit", schema<std::uint32_t>, "1 to 200, else 50"}},
               .response = schema<MessagePage>,
               .where = Where::pool,
               .handler = at_once([&services](const Exchange& exchange) {
                   return messages(exchange, services);
               })});
    add_messages(table, services);
}

}  // namespace seatline::api
