#include "robots/line.h"

#include "robots/clock.h"

namespace seatline::robots {

Result<std::unique_ptr<Line>> Line::open(Loop& loop, const std::string& address, Handler handler) {
    std::unique_ptr<Line> line(new Line);
    line->handler_ = std::move(handler);
    sip::Config config;
    config.bind_address = address;
    config.port = 0;
    config.user_agent = "Seatline-Robots";
    config.max_proceeding = 20'000;
    auto endpoint = sip::Endpoint::start(
        config,
        [&loop, raw = line.get()](sip::Event&& event) {
            auto shared = std::make_shared<sip::Event>(std::move(event));
            loop.post([raw, shared, at = now()] { raw->handler_(at, std::move(*shared)); });
        },
        [] { return now(); });
    if (endpoint.has_error()) return endpoint.error();
    line->endpoint_ = std::move(*endpoint);
    return line;
}

void Phones::sign_in(const Account& account) {
    pending_.insert(account.user);
    line_.post(sip::Register{server_.uri(), account.user, account.password, expires_s_});
}

void Phones::sign_out(const std::string& user) {
    registered_.erase(user);
    pending_.insert(user);
    leaving_.insert(user);
    line_.post(sip::Unregister{user});
}

void Phones::sign_out_all() {
    const auto all = registered_;
    for (const auto& user : all) sign_out(user);
}

void Phones::on(const sip::RegisterResult& result) {
    pending_.erase(result.user);
    if (leaving_.erase(result.user) > 0) return;
    if (result.ok) {
        registered_.insert(result.user);
    } else {
        registered_.erase(result.user);
        failure_ = result.sip_code;
    }
}

}  // namespace seatline::robots
