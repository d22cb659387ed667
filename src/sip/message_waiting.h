#pragma once
// Message-waiting lamps (RFC 3842): how many messages each device has, told to its subscriptions
// (SUBSCRIBE, RFC 6665) and, to devices without one, by NOTIFY to their contacts, which most phones
// take as well. SIP thread only.
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "sip/endpoint.h"
#include "sip/message.h"
#include "sip/sofia.h"
#include "sip/timer_queue.h"

namespace seatline::sip {

class Stack;

class MessageWaiting {
public:
    static constexpr std::size_t max_subscriptions = 10;  ///< of one device; the oldest goes

    explicit MessageWaiting(Stack& stack) : stack_(stack) {}
    ~MessageWaiting() { clear(); }
    MessageWaiting(const MessageWaiting&) = delete;
    MessageWaiting& operator=(const MessageWaiting&) = delete;

    void set(const SetMessagesWaiting& counts);
    /// A new SUBSCRIBE of a device that has proven who it is.
    void subscribe(nta_incoming_t* request, const sip_t* sip, const std::string& user);
    /// Before the agent goes.
    void clear() { boxes_.clear(); }

private:
    struct Subscription {
        Subscription(MessageWaiting& its_owner, std::string its_user)
            : owner(its_owner), user(std::move(its_user)) {}
        ~Subscription();
        Subscription(const Subscription&) = delete;
        Subscription& operator=(const Subscription&) = delete;

        MessageWaiting& owner;
        std::string user;
        std::string id;  ///< "message-summary" with the id of the subscriber's Event, if any
        nta_leg_t* leg = nullptr;
        nta_outgoing_t* notify = nullptr;  ///< on its way; the newest counts follow its answer
        bool is_stale = false;             ///< counts changed meanwhile
        std::string route;
        Way way;
        Instant expires_at{};
        TimerQueue::Handle expiry;
    };
    struct Box {
        std::uint32_t new_messages = 0;
        std::uint32_t old_messages = 0;
        std::vector<std::unique_ptr<Subscription>> subscriptions;  ///< the newest last
    };

    /// Takes the expiry that the SUBSCRIBE asks, answers it and sends the NOTIFY that must follow.
    void refresh(Subscription& subscription, nta_incoming_t* request, const sip_t* sip);
    /// `reason`: why the subscription ends; empty when it goes on.
    void notify(Subscription& subscription, const std::string& reason);
    void notify_contacts(const std::string& user, const Box& box);
    void drop(Subscription& subscription);
    [[nodiscard]] std::string summary(const std::string& user, const Box& box) const;
    static int on_request(void* subscription, nta_leg_t*, nta_incoming_t* request,
                          const sip_t* sip);
    static int on_notify_response(void* subscription, nta_outgoing_t* request, const sip_t* sip);

    Stack& stack_;
    std::unordered_map<std::string, Box> boxes_;
};

}  // namespace seatline::sip
