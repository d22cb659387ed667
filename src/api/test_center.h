#pragma once
// A server on a free port with a made-up center behind it, and plain blocking clients to drive it:
// for the API's tests.
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/json.hpp>
#include <filesystem>
#include <mutex>

#include "api/server.h"
#include "base/json.h"

namespace seatline::api::test {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using tcp = asio::ip::tcp;

/// A folder that goes away with it.
class TempFolder {
public:
    TempFolder();
    ~TempFolder();
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    [[nodiscard]] std::string path(const std::string& name = {}) const {
        return path_ + (name.empty() ? "" : "/" + name);
    }
    void write(const std::string& name, const std::string& text) const;

private:
    std::string path_;
};

/// 16-bit stereo at 8 kHz: `frames` of constant samples.
[[nodiscard]] std::string wav_text(std::uint32_t frames, std::int16_t left, std::int16_t right);

struct Answer {
    int status = 0;
    std::map<std::string, std::string> headers;  ///< lower case; of several Set-Cookie the last
    std::string body;
    [[nodiscard]] std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? "" : found->second;
    }
    [[nodiscard]] boost::json::value json() const { return boost::json::parse(body); }
};

using Headers = std::map<std::string, std::string>;

struct Ask {
    std::string method = "GET";
    std::string target;
    std::string body = {};
    Headers headers = {};
};

/// A logged-in browser.
struct Login {
    std::string cookie;  ///< "seatline_session=..."
    std::string csrf;
};

/// Tenants 1 and 2. Users: "agent1" (agent 11 of tenant 1), "agent2" (agent 12), "boss"
/// (supervisor), "chief" (supervisor who is agent 12), "root" (admin) of tenant 1; "other"
/// (supervisor), "otheragent" (agent 21) of tenant 2; "gone" (disabled). Password of each: its name
/// followed by "-secret". Calls: 100 (tenant 1, agent 11, recording), 101 (tenant 1, agent 12), 102
/// (tenant 1, agent 11), 200 (tenant 2, agent 21, recording). Mailboxes: 1 (agent 11), 2 (queue 1,
/// whose skill all agents have), 3 (of tenant 1), 4 (of tenant 2), each with message 1.
/// Conferences: 1 (tenant 1), 2 (tenant 2).
class Center {
public:
    explicit Center(ServerConfig config = {});
    ~Center();

    [[nodiscard]] Answer ask(const Ask& request) const;
    [[nodiscard]] Answer get(const std::string& target, const Login& login = {},
                             Headers more = {}) const;
    [[nodiscard]] Answer post(const std::string& target, const std::string& body,
                              const Login& login = {}, Headers more = {}) const;
    [[nodiscard]] Answer log_in(const std::string& user, const std::string& password) const;
    [[nodiscard]] Login login(const std::string& user) const;
    /// Sends octets as they are and returns all that comes until the server closes (or 3 s pass).
    [[nodiscard]] std::string raw(const std::string& octets, bool half_close = true) const;
    /// The entries of this action, sorted by object, once there are `count`; empty when they don't
    /// come.
    [[nodiscard]] std::vector<AuditEntry> audits(const std::string& action,
                                                 std::size_t count = 1) const;
    void publish(core::EventBody body, TenantId tenant = TenantId{1});
    void agent_state(AgentId agent, core::AgentState from, core::AgentState to,
                     TenantId tenant = TenantId{1});

    TempFolder web;
    TempFolder recordings;
    std::atomic<std::int64_t> clock_us{1'795'349'400'000'000};
    std::string health_status = "ok";
    /// What the engine answers; empty: accepted, no call. The engine here only takes notes.
    std::function<Result<CallId>(const EngineRequest&)> on_request;
    mutable std::mutex mutex;
    std::optional<core::CallQuery> last_query;
    std::vector<std::string> deleted;  ///< "call recording reason by"
    std::unique_ptr<Server> server;
    [[nodiscard]] std::uint16_t port() const { return server->port(); }
    [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port()); }

    [[nodiscard]] Ports ports();
    [[nodiscard]] static core::Directory directory();

private:
    void add_voicemail(Ports& ports);

    std::map<std::string, UserAccount> users_;
    std::map<CallId, core::CallRecord> calls_;
    std::vector<AuditEntry> audits_;
    std::uint64_t seq_ = 0;
};

/// A WebSocket client that gives up after 5 s.
class LiveReader {
public:
    LiveReader(const Center& center, const Login& login, const std::string& origin = {},
               int receive_buffer = 0);
    /// The refusal's status, 0 when it was accepted.
    [[nodiscard]] int refused() const { return refused_; }
    /// The next message; empty optional when the server closed.
    [[nodiscard]] std::optional<boost::json::value> next();
    /// Reads until a message of this type comes; empty when the server closed before.
    [[nodiscard]] std::optional<boost::json::value> next_of(std::string_view type);

private:
    asio::io_context loop_;
    websocket::stream<beast::tcp_stream> socket_{loop_};
    int refused_ = 0;
};

}  // namespace seatline::api::test
