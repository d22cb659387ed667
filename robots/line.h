#pragma once
// A SIP endpoint on an address of its own, its events brought to the scenario thread, and the
// phones that it registers.
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "robots/accounts.h"
#include "robots/loop.h"
#include "robots/options.h"
#include "sip/endpoint.h"

namespace seatline::robots {

class Line {
public:
    /// Scenario thread. `at` is when the SIP thread told it.
    using Handler = std::function<void(Instant at, sip::Event&& event)>;

    /// Binds a free port of `address`. Errors: unavailable. `loop` outlives the line.
    [[nodiscard]] static Result<std::unique_ptr<Line>> open(Loop& loop, const std::string& address,
                                                            Handler handler);

    void post(sip::Command command) { endpoint_->post(std::move(command)); }

private:
    Line() = default;
    Handler handler_;
    std::unique_ptr<sip::Endpoint> endpoint_;
};

/// Registers phones of one line and knows which of them are registered. Scenario thread.
class Phones {
public:
    Phones(Line& line, const ServerAddress& server, std::uint32_t expires_s)
        : line_(line), server_(server), expires_s_(expires_s) {}

    void sign_in(const Account& account);
    void sign_out(const std::string& user);
    void sign_out_all();
    void on(const sip::RegisterResult& result);

    /// Registrations and unregistrations that have no answer yet.
    [[nodiscard]] std::size_t pending() const { return pending_.size(); }
    [[nodiscard]] const std::set<std::string>& registered() const { return registered_; }
    /// The last refusal's SIP code; 0: none.
    [[nodiscard]] int failure() const { return failure_; }

private:
    Line& line_;
    ServerAddress server_;
    std::uint32_t expires_s_;
    std::set<std::string> pending_;
    std::set<std::string> leaving_;
    std::set<std::string> registered_;
    int failure_ = 0;
};

}  // namespace seatline::robots
