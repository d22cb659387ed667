#pragma once
// The trunks that calls go out on: where their servers are (resolver.h, asked again each minute, so
// that a call never waits for DNS), whether they answer OPTIONS, and our registration there. A
// server that failed a call or an OPTIONS goes to the end of the line for a minute. SIP thread
// only.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sip/client_registration.h"
#include "sip/endpoint.h"
#include "sip/invite_target.h"
#include "sip/resolver.h"
#include "sip/sofia.h"
#include "sip/timer_queue.h"

namespace seatline::sip {

class Stack;

class Gateways {
public:
    static constexpr seconds resolve_again{60};
    static constexpr seconds avoid_time{60};     ///< for a server that failed
    static constexpr seconds check_patience{4};  ///< for the answer to an OPTIONS
    static constexpr seconds down_interval{10};  ///< of the checks while nothing answers, at most
    static constexpr unsigned missed_allowed = 2;

    explicit Gateways(Stack& stack);
    ~Gateways();

    /// To be called when the agent stands, and before it goes.
    void open(su_root_t* root, const std::string& resolv_conf, bool with_ip6);
    void clear();

    /// Gateways that are as before keep their state.
    void replace(const std::vector<TrunkGateway>& gateways);

    /// Where an INVITE to `number` goes, servers that work first. Errors: unavailable when the
    /// trunk has no gateway or its name leads nowhere; invalid when its URI is none.
    [[nodiscard]] Result<InviteTarget> target(TrunkId trunk, const std::string& number) const;

    /// A server gave 503, no answer or no connection.
    void route_failed(const std::string& route);

private:
    struct Route {
        std::string uri;
        Instant avoid_until{};
    };
    struct Line {
        Gateways* owner = nullptr;
        TrunkGateway gateway;
        std::optional<Destination> destination;
        std::vector<Route> routes;
        bool was_resolved = false;
        nta_outgoing_t* options = nullptr;
        std::string asked_route;
        TimerQueue::Handle resolve_timer;
        TimerQueue::Handle check_timer;
        TimerQueue::Handle patience;
        std::unique_ptr<ClientRegistrations> registration;
        unsigned missed = 0;
        bool answers = false;
        bool is_registered = false;
        bool was_told = false;
        bool was_up = false;
        std::string reason;
    };

    void start(Line& line);
    void stop(Line& line);
    void resolve(Line& line);
    void take_routes(Line& line, std::vector<std::string> routes);
    void start_registration(Line& line);
    void check(Line& line);
    void check_over(Line& line, bool has_answered, std::string reason);
    void tell(Line& line);
    [[nodiscard]] std::vector<std::string> by_health(const Line& line) const;
    [[nodiscard]] Line* find(TrunkId trunk);
    static int on_options_response(void* line, nta_outgoing_t* request, const sip_t* sip);

    Stack& stack_;
    std::unique_ptr<Resolver> resolver_;
    std::vector<std::unique_ptr<Line>> lines_;
};

}  // namespace seatline::sip
