#include "sip/gateways.h"

#include <algorithm>

#include "sip/stack.h"

namespace seatline::sip {

namespace {

bool is_same(const TrunkGateway& a, const TrunkGateway& b) {
    return a.trunk == b.trunk && a.uri == b.uri && a.user == b.user && a.password == b.password &&
           a.register_user == b.register_user && a.options_s == b.options_s;
}

}  // namespace

Gateways::Gateways(Stack& stack) : stack_(stack) {}
Gateways::~Gateways() = default;

void Gateways::open(su_root_t* root, const std::string& resolv_conf, bool with_ip6) {
    resolver_ = std::make_unique<Resolver>(root, resolv_conf, with_ip6);
}

void Gateways::clear() {
    for (auto& line : lines_) stop(*line);
    lines_.clear();
    resolver_.reset();
}

Gateways::Line* Gateways::find(TrunkId trunk) {
    const auto found = std::find_if(lines_.begin(), lines_.end(),
                                    [&](const auto& line) { return line->gateway.trunk == trunk; });
    return found == lines_.end() ? nullptr : found->get();
}

void Gateways::replace(const std::vector<TrunkGateway>& gateways) {
    std::erase_if(lines_, [&](const auto& line) {
        const bool stays = std::any_of(gateways.begin(), gateways.end(), [&](const auto& gateway) {
            return is_same(gateway, line->gateway);
        });
        if (!stays) stop(*line);
        return !stays;
    });
    for (const auto& gateway : gateways) {
        if (find(gateway.trunk) != nullptr) continue;
        auto& line = *lines_.emplace_back(std::make_unique<Line>());
        line.owner = this;
        line.gateway = gateway;
        start(line);
    }
}

void Gateways::start(Line& line) {
    auto destination = parse_destination(line.gateway.uri);
    if (destination.has_error()) {
        line.reason = "the address is no SIP URI";
        return tell(line);
    }
    line.destination = std::move(*destination);
    resolve(line);
}

void Gateways::stop(Line& line) {
    for (auto* timer : {&line.resolve_timer, &line.check_timer, &line.patience}) {
        stack_.timers().cancel(*timer);
    }
    nta_outgoing_destroy(std::exchange(line.options, nullptr));
    if (line.registration) line.registration->clear();
}

void Gateways::resolve(Line& line) {
    // By trunk and not by address: the line may be gone when the answer comes.
    resolver_->resolve(*line.destination, [this, trunk = line.gateway.trunk](auto routes) {
        if (auto* found = find(trunk)) take_routes(*found, std::move(routes));
    });
}

void Gateways::take_routes(Line& line, std::vector<std::string> routes) {
    line.resolve_timer = stack_.timers().set(stack_.now() + resolve_again, [this, &line] {
        line.resolve_timer = {};
        resolve(line);
    });
    if (!routes.empty()) {  // a DNS that fails for a while doesn't take a working trunk down
        std::vector<Route> next;
        for (auto& uri : routes) {
            const auto old = std::find_if(line.routes.begin(), line.routes.end(),
                                          [&](const Route& route) { return route.uri == uri; });
            next.push_back({uri, old == line.routes.end() ? Instant{} : old->avoid_until});
        }
        line.routes = std::move(next);
    }
    if (line.was_resolved) return;
    if (line.routes.empty()) {
        line.reason = "no address found for " + line.destination->host;
        tell(line);
        stack_.timers().cancel(line.resolve_timer);
        line.resolve_timer = stack_.timers().set(stack_.now() + down_interval, [this, &line] {
            line.resolve_timer = {};
            resolve(line);
        });
        return;
    }
    line.was_resolved = true;
    if (line.gateway.register_user) start_registration(line);
    if (line.gateway.options_s > seconds{0}) return check(line);
    line.answers = true;
    tell(line);
}

void Gateways::start_registration(Line& line) {
    ClientRegistrations::Hooks hooks;
    hooks.route = [this, &line] { return by_health(line).front(); };
    hooks.tell = [this, &line](const RegisterResult& result) {
        line.is_registered = result.ok;
        if (!result.ok) {
            const char* phrase = sip_status_phrase(result.sip_code);
            line.reason = "REGISTER: " + std::to_string(result.sip_code) + ' ' +
                          (phrase != nullptr ? phrase : "");
            if (result.sip_code == 408 || result.sip_code == 503) {
                route_failed(by_health(line).front());
            }
        }
        tell(line);
    };
    line.registration = std::make_unique<ClientRegistrations>(stack_, std::move(hooks));
    line.registration->start({line.gateway.uri, line.gateway.user, line.gateway.password});
}

std::vector<std::string> Gateways::by_health(const Line& line) const {
    std::vector<std::string> out;
    for (const bool avoided : {false, true}) {
        for (const auto& route : line.routes) {
            if ((route.avoid_until > stack_.now()) == avoided) out.push_back(route.uri);
        }
    }
    return out;
}

void Gateways::route_failed(const std::string& route) {
    for (auto& line : lines_) {
        for (auto& known : line->routes) {
            if (known.uri == route) known.avoid_until = stack_.now() + avoid_time;
        }
    }
}

Result<InviteTarget> Gateways::target(TrunkId trunk, const std::string& number) const {
    const auto found = std::find_if(lines_.begin(), lines_.end(),
                                    [&](const auto& line) { return line->gateway.trunk == trunk; });
    if (found == lines_.end()) return Error{"unavailable", "trunk", "the trunk has no gateway"};
    const auto& line = **found;
    if (!line.destination) return invalid("trunk", "the gateway's address is no SIP URI");
    if (line.routes.empty()) {
        return Error{"unavailable", "trunk", "no address found for " + line.destination->host};
    }
    const auto& uri = line.gateway.uri;
    const auto start = uri.find(':') + 1;
    const auto at = uri.find('@');
    const auto host = at == std::string::npos ? start : at + 1;
    InviteTarget target;
    target.uri = uri.substr(0, start) + escape_user(number) + '@' + uri.substr(host);
    target.routes = by_health(line);
    target.auth_user = line.gateway.user;
    target.auth_password = line.gateway.password;
    target.is_trunk = true;
    return target;
}

void Gateways::check(Line& line) {
    line.asked_route = by_health(line).front();
    const auto& own = stack_.headers().host_port(way_of(line.asked_route));
    const auto from = "<sip:seatline@" + own + '>';
    line.options = nta_outgoing_tcreate(
        stack_.default_leg(), on_options_response, &line, URL_STRING_MAKE(line.asked_route.c_str()),
        SIP_METHOD_OPTIONS, URL_STRING_MAKE(line.gateway.uri.c_str()),
        SIPTAG_FROM_STR((from + ";tag=" + std::to_string(to_unix_us(stack_.now()))).c_str()),
        SIPTAG_TO_STR(('<' + line.gateway.uri.substr(0, line.gateway.uri.find(';')) + '>').c_str()),
        SIPTAG_USER_AGENT(stack_.headers().user_agent), TAG_END());
    if (line.options == nullptr) return check_over(line, false, "OPTIONS can't be sent");
    line.patience = stack_.timers().set(stack_.now() + check_patience, [this, &line] {
        line.patience = {};
        nta_outgoing_destroy(std::exchange(line.options, nullptr));
        check_over(line, false, "no answer to OPTIONS");
    });
}

int Gateways::on_options_response(void* context, nta_outgoing_t* request, const sip_t* sip) {
    auto& line = *static_cast<Line*>(context);
    const int status = nta_outgoing_status(request);
    if (status < 200 || line.options != request) return 0;
    auto& self = *line.owner;
    self.stack_.sweep();
    line.options = nullptr;
    self.stack_.timers().cancel(line.patience);
    const bool is_ours = sip == nullptr || nta_sip_is_internal(const_cast<sip_t*>(sip));
    nta_outgoing_destroy(request);
    const bool has_answered = !is_ours && status != 408 && status != 503;
    self.check_over(line, has_answered,
                    is_ours ? "no connection for OPTIONS" : "OPTIONS: " + std::to_string(status));
    return 0;
}

void Gateways::check_over(Line& line, bool has_answered, std::string reason) {
    if (has_answered) {
        line.missed = 0;
        line.answers = true;
    } else {
        route_failed(line.asked_route);
        if (++line.missed >= missed_allowed) {
            line.answers = false;
            line.reason = std::move(reason);
        }
    }
    if (has_answered || line.missed >= missed_allowed) tell(line);
    auto wait = line.gateway.options_s;
    if (!has_answered)
        wait = std::min(wait, line.missed < missed_allowed ? seconds{1} : down_interval);
    line.check_timer = stack_.timers().set(stack_.now() + wait, [this, &line] {
        line.check_timer = {};
        check(line);
    });
}

void Gateways::tell(Line& line) {
    const bool is_up = line.answers && (!line.gateway.register_user || line.is_registered);
    if (line.was_told && line.was_up == is_up) return;
    // Nothing is known yet of the half that hasn't been heard of.
    if (!is_up && line.reason.empty()) return;
    line.was_told = true;
    line.was_up = is_up;
    if (is_up) line.reason.clear();
    stack_.emit(TrunkState{line.gateway.trunk, is_up, is_up ? "answers" : line.reason});
}

}  // namespace seatline::sip
