// The made-up center of the API's tests (named *_test.cpp so that only the test program has it).
#include "api/test_center.h"

#include <fstream>
#include <thread>

#include "api/auth/password.h"

namespace seatline::api::test {
namespace {

std::string little_endian(std::uint32_t value, int octets) {
    std::string out;
    for (int i = 0; i < octets; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
    return out;
}

UserAccount user_of(std::uint64_t id, const std::string& name, Role role, TenantId tenant) {
    // Hashing takes its time on purpose: once for each name in the whole run.
    static std::map<std::string, std::string> hashes;
    auto& hash = hashes[name];
    if (hash.empty()) hash = hash_password(name + "-secret");
    UserAccount user;
    user.id = UserId{id};
    user.user_name = name;
    user.password_hash = hash;
    user.role = role;
    user.tenant = tenant;
    return user;
}

}  // namespace

TempFolder::TempFolder() {
    std::string name = std::filesystem::temp_directory_path() / "seatline-api-XXXXXX";
    SEATLINE_ASSERT(::mkdtemp(name.data()) != nullptr);
    path_ = name;
}

TempFolder::~TempFolder() {
    std::filesystem::remove_all(path_);
}

void TempFolder::write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
}

std::string wav_text(std::uint32_t frames, std::int16_t left, std::int16_t right) {
    const std::string frame = little_endian(static_cast<std::uint16_t>(left), 2) +
                              little_endian(static_cast<std::uint16_t>(right), 2);
    std::string data;
    for (std::uint32_t i = 0; i < frames; ++i) data += frame;
    return "RIFF" + little_endian(36 + frames * 4, 4) + "WAVEfmt " + little_endian(16, 4) +
           little_endian(1, 2) + little_endian(2, 2) + little_endian(8000, 4) +
           little_endian(32000, 4) + little_endian(4, 2) + little_endian(16, 2) + "data" +
           little_endian(frames * 4, 4) + data;
}

core::Directory Center::directory() {
    core::Directory directory;
    directory.tenants = {{TenantId{1}, "第一客服", "Asia/Shanghai"},
                         {TenantId{2}, "Second", "Europe/Berlin"}};
    core::Trunk trunk;
    trunk.id = TrunkId{1};
    trunk.name = "carrier";
    trunk.addresses = {"127.0.0.1"};
    directory.trunks = {trunk};
    for (const auto& [id, tenant] : {std::pair{1u, 1u}, {2u, 2u}}) {
        core::Queue queue;
        queue.id = QueueId{id};
        queue.tenant = TenantId{tenant};
        queue.name = "queue " + std::to_string(id);
        queue.skill = "sales";
        directory.queues.push_back(queue);
    }
    for (const auto& [id, tenant] : {std::pair{11u, 1u}, {12u, 1u}, {21u, 2u}}) {
        core::Agent agent;
        agent.id = AgentId{id};
        agent.tenant = TenantId{tenant};
        agent.number = std::to_string(8000 + id);
        agent.name = "agent " + std::to_string(id);
        agent.skills = {"sales"};
        agent.device = "device" + std::to_string(id);
        if (id == 11) agent.forward_on_busy = "8012";
        directory.agents.push_back(agent);
    }
    directory.busy_reasons = {{"rest", "小休", "Break"}};
    for (const auto& [id, tenant] : {std::pair{1u, 1u}, {2u, 2u}}) {
        core::ConferenceRoom room;
        room.id = ConferenceId{id};
        room.tenant = TenantId{tenant};
        room.name = "room " + std::to_string(id);
        room.number = std::to_string(8500 + id);
        directory.conferences.push_back(room);
        core::Flow flow;
        flow.id = FlowId{id};
        flow.tenant = TenantId{tenant};
        flow.name = "flow " + std::to_string(id);
        directory.flows.push_back(flow);
    }
    for (const auto& [id, tenant] : {std::pair{1u, 1u}, {2u, 1u}, {3u, 1u}, {4u, 2u}}) {
        core::Mailbox box;
        box.id = MailboxId{id};
        box.tenant = TenantId{tenant};
        box.name = "box " + std::to_string(id);
        directory.mailboxes.push_back(box);
    }
    directory.mailboxes[0].agent = AgentId{11};
    directory.mailboxes[1].queue = QueueId{1};
    return directory;
}

Center::Center(ServerConfig config) {
    for (const auto& user : {user_of(1, "agent1", Role::agent, TenantId{1}),
                             user_of(2, "agent2", Role::agent, TenantId{1}),
                             user_of(3, "boss", Role::supervisor, TenantId{1}),
                             user_of(4, "root", Role::admin, TenantId{1}),
                             user_of(5, "other", Role::supervisor, TenantId{2}),
                             user_of(6, "otheragent", Role::agent, TenantId{2}),
                             user_of(7, "gone", Role::admin, TenantId{1}),
                             user_of(8, "chief", Role::supervisor, TenantId{1})}) {
        users_[user.user_name] = user;
    }
    users_["agent1"].agent = AgentId{11};
    users_["agent2"].agent = AgentId{12};
    users_["otheragent"].agent = AgentId{21};
    users_["chief"].agent = AgentId{12};
    users_["gone"].disabled = true;
    for (const auto& [id, tenant, agent] :
         {std::tuple{100u, 1u, 11u}, {101u, 1u, 12u}, {102u, 1u, 11u}, {200u, 2u, 21u}}) {
        core::CallRecord call;
        call.call = CallId{id};
        call.tenant = TenantId{tenant};
        call.agent = AgentId{agent};
        call.caller = "13800138000";
        call.called = "95001";
        call.arrived_at = from_unix_us(1'795'349'400'000'000);
        call.has_recording = id != 102;
        call.legs.resize(2);
        if (call.has_recording) {
            core::RecordingRecord recording;
            recording.recording = RecordingId{id * 10};
            recording.started_at = call.arrived_at;
            call.recordings.push_back(recording);
        }
        calls_[call.call] = call;
    }
    recordings.write("100.wav", wav_text(16'000, 16'384, -32'768));
    recordings.write("message.wav", wav_text(800, 100, 100));
    recordings.write("200.wav", wav_text(800, 100, 100));
    web.write("index.html", "<!doctype html><title>Seatline</title>");
    web.write("assets/app-1a2b3c.js", "console.log(1)");
    web.write("assets/app-1a2b3c.js.gz", "zipped");
    web.write("favicon.svg", "<svg/>");
    web.write(".hidden", "secret");
    if (config.web_root.empty()) config.web_root = web.path();
    config.port = 0;
    auto started =
        Server::start(std::move(config), ports(), directory(), core::LiveBoard(directory()));
    if (started.has_error()) throw std::runtime_error(started.error().text());
    server = std::move(*started);
}

Center::~Center() {
    server.reset();
}  // its ports use the members below

Ports Center::ports() {
    Ports ports;
    ports.store.find_user = [this](const std::string& name) -> std::optional<UserAccount> {
        const auto found = users_.find(name);
        return found == users_.end() ? std::nullopt : std::optional(found->second);
    };
    ports.store.calls = [this](const core::CallQuery& query) -> Result<core::CallPage> {
        const std::lock_guard lock(mutex);
        last_query = query;
        core::CallPage page;
        for (const auto& [id, call] : calls_) {
            if (call.tenant == query.tenant && (!query.agent || call.agent == query.agent))
                page.calls.push_back(call);
        }
        return page;
    };
    // On purpose without a look at the tenant: the API must not rely on it.
    ports.store.call = [this](TenantId, CallId id) -> std::optional<core::CallRecord> {
        const auto found = calls_.find(id);
        return found == calls_.end() ? std::nullopt : std::optional(found->second);
    };
    ports.store.call_events = [this](TenantId, CallId) {
        return std::vector<EventView>{{1, from_unix_us(clock_us), "CallArrived", "{}"}};
    };
    ports.store.open_recording = [this](TenantId, CallId id, RecordingId recording,
                                        SoundForm form) -> Result<Sound> {
        // Two files for the archived ones: what lies there, and what comes out of it.
        std::string name = std::to_string(id.value);
        if (recording != RecordingId{}) name += '-' + std::to_string(recording.value);
        if (form == SoundForm::at_rest) {
            if (auto file = OpenFile::open(recordings.path(name + ".ogg")))
                return Sound{std::move(file), "audio/ogg", "ogg"};
        }
        auto file = OpenFile::open(recordings.path(name + ".wav"));
        if (!file) return Error{"not_found", "recording", "this call has no recording"};
        return Sound{std::move(file), "audio/wav", "wav"};
    };
    ports.store.delete_recording = [this](TenantId, CallId call, RecordingId recording,
                                          const DeletionOrder& order) -> Result<void> {
        const std::lock_guard lock(mutex);
        if (call == CallId{102}) return Error{"not_found", "recording", "there is none"};
        deleted.push_back(std::to_string(call.value) + ' ' + std::to_string(recording.value) + ' ' +
                          order.reason + ' ' + order.by);
        return {};
    };
    ports.store.deletions = [](TenantId tenant, const DeletionQuery& query) {
        std::vector<DeletionView> out;
        for (std::uint64_t seq = query.after + 1; seq <= 5 && out.size() < query.limit; ++seq) {
            DeletionView view;
            view.seq = seq;
            view.call = CallId{tenant.value * 1000 + seq};
            view.reason = "retention 30 days";
            out.push_back(view);
        }
        return out;
    };
    add_voicemail(ports);
    ports.store.audit = [this](const AuditEntry& entry) {
        const std::lock_guard lock(mutex);
        audits_.push_back(entry);
    };
    ports.engine.ask = [this](const EngineRequest& request, const EngineDone& done) {
        done(on_request ? on_request(request) : Result<CallId>(CallId{}));
    };
    ports.clock = [this] { return from_unix_us(clock_us); };
    ports.health = [this] { return HealthView{health_status, "test", 1, 2}; };
    return ports;
}

void Center::add_voicemail(Ports& ports) {
    // As with calls, the tenant is not looked at.
    ports.store.messages = [](TenantId, MailboxId mailbox, MessageId before, std::uint32_t limit) {
        std::vector<MessageView> out;
        for (std::uint64_t id = before == MessageId{} ? 3 : before.value - 1;
             id > 0 && out.size() < limit; --id) {
            MessageView view;
            view.message = MessageId{id};
            view.caller = "mailbox " + std::to_string(mailbox.value);
            out.push_back(view);
        }
        return out;
    };
    ports.store.message = [](TenantId, MailboxId, MessageId message) -> std::optional<MessageView> {
        if (message.value > 3) return std::nullopt;
        MessageView view;
        view.message = message;
        view.caller = "13800138000";
        view.left_at = from_unix_us(1'795'349'400'000'000);
        return view;
    };
    ports.store.count_messages = [](TenantId, MailboxId mailbox) {
        return MessageCounts{static_cast<std::uint32_t>(mailbox.value), 1};
    };
    ports.store.open_message = [this](TenantId, MailboxId, MessageId) -> Result<Sound> {
        auto file = OpenFile::open(recordings.path("message.wav"));
        if (!file) return Error{"not_found", "message", "there is none"};
        return Sound{std::move(file), "audio/wav", "wav"};
    };
}

Answer Center::ask(const Ask& request) const {
    asio::io_context loop;
    beast::tcp_stream stream(loop);
    stream.connect({asio::ip::make_address("127.0.0.1"), port()});
    http::request<http::string_body> message(http::string_to_verb(request.method), request.target,
                                             11);
    message.set(http::field::host, host());
    message.set(http::field::connection, "close");
    for (const auto& [name, value] : request.headers) message.set(name, value);
    message.body() = request.body;
    if (!request.body.empty() || request.method == "POST") message.prepare_payload();
    http::write(stream, message);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(64u << 20);
    parser.skip(request.method == "HEAD");
    http::read(stream, buffer, parser);
    Answer answer;
    answer.status = parser.get().result_int();
    answer.body = parser.get().body();
    for (const auto& field : parser.get()) {
        std::string name(field.name_string());
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
        answer.headers[name] = std::string(field.value());
    }
    return answer;
}

Answer Center::get(const std::string& target, const Login& login, Headers more) const {
    if (!login.cookie.empty()) more["Cookie"] = login.cookie;
    return ask({.method = "GET", .target = target, .headers = std::move(more)});
}

Answer Center::post(const std::string& target, const std::string& body, const Login& login,
                    Headers more) const {
    if (!login.cookie.empty()) more["Cookie"] = login.cookie;
    if (!login.csrf.empty()) more["X-CSRF-Token"] = login.csrf;
    more.emplace("Content-Type", "application/json");
    return ask({"POST", target, body, std::move(more)});
}

Answer Center::log_in(const std::string& user, const std::string& password) const {
    return post("/api/v1/session", to_json(LogIn{user, password}));
}

Login Center::login(const std::string& user) const {
    const Answer answer = log_in(user, user + "-secret");
    SEATLINE_ASSERT(answer.status == 200);
    const std::string cookie = answer.header("set-cookie");
    return {cookie.substr(0, cookie.find(';')),
            std::string(answer.json().at("csrf_token").as_string())};
}

std::string Center::raw(const std::string& octets, bool half_close) const {
    asio::io_context loop;
    beast::tcp_stream stream(loop);
    stream.connect({asio::ip::make_address("127.0.0.1"), port()});
    boost::system::error_code ec;
    timeval limit{3, 0};
    ::setsockopt(stream.socket().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    asio::write(stream.socket(), asio::buffer(octets), ec);
    if (half_close) stream.socket().shutdown(tcp::socket::shutdown_send, ec);
    std::string out;
    char piece[4096];
    for (;;) {
        const auto got = ::recv(stream.socket().native_handle(), piece, sizeof piece, 0);
        if (got <= 0) break;
        out.append(piece, static_cast<std::size_t>(got));
    }
    return out;
}

std::vector<AuditEntry> Center::audits(const std::string& action, std::size_t count) const {
    // Written by the pool: give it a moment; its threads may overtake each other.
    for (int i = 0; i < 300; ++i) {
        std::vector<AuditEntry> found;
        {
            const std::lock_guard lock(mutex);
            std::ranges::copy_if(audits_, std::back_inserter(found),
                                 [&](const auto& e) { return e.action == action; });
        }
        std::ranges::sort(found, {}, [](const auto& e) { return std::pair(e.object, e.detail); });
        if (found.size() >= count) return found;
        std::this_thread::sleep_for(10ms);
    }
    return {};
}

void Center::publish(core::EventBody body, TenantId tenant) {
    core::Event event;
    event.seq = ++seq_;
    event.at = from_unix_us(clock_us);
    event.tenant = tenant;
    event.body = std::move(body);
    server->publish({event});
}

void Center::agent_state(AgentId agent, core::AgentState from, core::AgentState to,
                         TenantId tenant) {
    publish(core::AgentStateChanged{agent, from, to, "", {}, {}}, tenant);
}

LiveReader::LiveReader(const Center& center, const Login& login, const std::string& origin,
                       int receive_buffer) {
    auto& stream = beast::get_lowest_layer(socket_);
    stream.socket().open(tcp::v4());
    if (receive_buffer > 0)
        stream.socket().set_option(asio::socket_base::receive_buffer_size(receive_buffer));
    stream.socket().connect({asio::ip::make_address("127.0.0.1"), center.port()});
    timeval limit{5, 0};
    ::setsockopt(stream.socket().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    socket_.read_message_max(64u << 20);
    socket_.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
        if (!login.cookie.empty()) request.set(http::field::cookie, login.cookie);
        if (!origin.empty()) request.set(http::field::origin, origin);
    }));
    boost::system::error_code ec;
    websocket::response_type response;
    socket_.handshake(response, center.host(), "/api/v1/live", ec);
    if (ec) refused_ = static_cast<int>(response.result_int());
}

std::optional<boost::json::value> LiveReader::next() {
    beast::flat_buffer buffer;
    boost::system::error_code ec;
    socket_.read(buffer, ec);
    if (ec) return std::nullopt;
    return boost::json::parse(beast::buffers_to_string(buffer.data()));
}

std::optional<boost::json::value> LiveReader::next_of(std::string_view type) {
    while (auto message = next()) {
        if (message->at("type").as_string() == type) return message;
    }
    return std::nullopt;
}

}  // namespace seatline::api::test
