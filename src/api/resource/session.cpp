// Logging in and out. The password is verified on the log-in pool; an unknown or disabled user
// costs the same argon2id as a known one, so that the time tells nothing.
#include <algorithm>

#include "api/auth/password.h"
#include "api/auth/token.h"
#include "api/resource/all.h"

namespace seatline::api {
namespace {

constexpr std::size_t kLongestName = 128;
constexpr std::size_t kLongestPassword = 1024;

std::string cookie_text(const std::string& id, bool secure, bool gone) {
    std::string out = "seatline_session=" + id + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=";
    out += gone ? "0" : std::to_string(std::chrono::seconds(SessionStore::kLongest).count());
    if (secure) out += "; Secure";
    return out;
}

SessionView view_of(const Session& session, const core::Directory& directory) {
    SessionView view;
    view.user_name = session.user_name;
    view.role = session.role;
    view.tenant = session.tenant;
    view.agent = session.agent;
    view.csrf_token = session.csrf_token;
    const auto tenant = std::ranges::find(directory.tenants, session.tenant, &core::Tenant::id);
    if (tenant != directory.tenants.end()) {
        view.tenant_name = tenant->name;
        view.time_zone = tenant->time_zone;
    }
    return view;
}

/// One log-in on its way: loop, log-in pool, loop.
class LogInRun : public std::enable_shared_from_this<LogInRun> {
public:
    LogInRun(Services& services, std::shared_ptr<const std::string> dummy_hash,
             std::shared_ptr<const Exchange> exchange, Done done)
        : services_(services),
          dummy_hash_(std::move(dummy_hash)),
          exchange_(std::move(exchange)),
          done_(std::move(done)) {}

    void start() {
        auto body = from_json_strict<LogIn>(exchange_->request.body);
        if (body.has_error()) return done_(error_response(body.error()));
        log_in_ = std::move(*body);
        if (log_in_.user_name.empty() || log_in_.user_name.size() > kLongestName) {
            return done_(error_response(invalid("user_name", "must have 1 to 128 octets")));
        }
        if (log_in_.password.empty() || log_in_.password.size() > kLongestPassword) {
            return done_(error_response(invalid("password", "must have 1 to 1024 octets")));
        }
        const auto& request = exchange_->request;
        if (const auto wait = services_.limiter.begin(request.source_network, log_in_.user_name,
                                                      exchange_->now)) {
            return done_(
                error_response({"too_many", "",
                                "too many tries: wait " + std::to_string(wait->count()) + " s"})
                    .with("Retry-After", std::to_string(wait->count())));
        }
        const bool taken =
            services_.run_in_log_in_pool([self = shared_from_this()] { self->verify(); });
        if (!taken) {
            done_(error_response(
                      {"unavailable", "", "too many log-ins at once: try again in a moment"})
                      .with("Retry-After", "2"));
        }
    }

private:
    void verify() {
        user_ = services_.ports.store.find_user(log_in_.user_name);
        const bool right =
            verify_password(user_ ? user_->password_hash : *dummy_hash_, log_in_.password);
        wipe(log_in_.password);
        const bool ok = right && user_ && !user_->disabled;
        services_.run_in_loop(
            [self = shared_from_this(), ok] { ok ? self->succeed() : self->fail(); });
    }

    void fail() {
        ++services_.counters.log_ins_failed;
        services_.audit({exchange_->now, user_ ? user_->tenant : TenantId{}, log_in_.user_name,
                         exchange_->request.source_address, "log_in_failed", "", ""});
        done_(error_response({"unauthenticated", "", "user name or password is wrong"}));
    }

    void succeed() {
        ++services_.counters.log_ins;
        services_.limiter.succeeded(exchange_->request.source_network, log_in_.user_name);
        if (exchange_->session) services_.sessions.end(exchange_->session->key);
        const auto opened = services_.sessions.open(*user_, services_.ports.clock());
        services_.audit({exchange_->now, user_->tenant, user_->user_name,
                         exchange_->request.source_address, "log_in", "", ""});
        done_(json_response(view_of(opened.session, services_.directory))
                  .with("Set-Cookie", cookie_text(opened.id, services_.secure_cookies, false)));
    }

    Services& services_;
    std::shared_ptr<const std::string> dummy_hash_;
    std::shared_ptr<const Exchange> exchange_;
    Done done_;
    LogIn log_in_;
    std::optional<UserAccount> user_;
};

Response log_out(const Exchange& exchange, Services& services) {
    services.sessions.end(exchange.session->key);
    services.audit(exchange, "log_out", "");
    Response response;
    response.status = 204;
    response.with("Set-Cookie", cookie_text("", services.secure_cookies, true))
        .with("Cache-Control", "no-store");
    return response;
}

}  // namespace

void add_session(RouteTable& table, Services& services) {
    const auto dummy_hash = std::make_shared<const std::string>(hash_password(random_token()));
    table.add({.method = Method::post,
               .path = "/api/v1/session",
               .access = Access::anyone,
               .summary = "Log in; sets the session cookie",
               .request = schema<LogIn>,
               .response = schema<SessionView>,
               .handler = [&services, dummy_hash](const auto& exchange, const Done& done) {
                   std::make_shared<LogInRun>(services, dummy_hash, exchange, done)->start();
               }});
    table.add({.method = Method::get,
               .path = "/api/v1/session",
               .access = Access::agent,
               .summary = "Who is logged in",
               .response = schema<SessionView>,
               .handler = at_once([&services](const Exchange& exchange) {
                   return json_response(view_of(*exchange.session, services.directory));
               })});
    table.add({.method = Method::del,
               .path = "/api/v1/session",
               .access = Access::agent,
               .summary = "Log out",
               .handler = at_once(
                   [&services](const Exchange& exchange) { return log_out(exchange, services); })});
}

}  // namespace seatline::api
