// The wire: pages, limits, broken and hostile peers, TLS, stopping. Each test of a misbehaving peer
// is named for it.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <thread>

#include "api/test_center.h"

namespace seatline::api::test {
namespace {

using Steady = std::chrono::steady_clock;

std::size_t count_of(const std::string& text, std::string_view part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
}

ServerConfig impatient() {
    ServerConfig config;
    config.limits.idle_ms = 300ms;
    config.limits.header_ms = 300ms;
    config.limits.body_ms = 300ms;
    return config;
}

constexpr const char* kHealth = "GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace

TEST(pages, are_served_with_type_cache_and_security_headers) {
    const Center center;
    const Answer index = center.get("/");
    EXPECT_EQ(index.status, 200);
    EXPECT_EQ(index.header("content-type"), "text/html; charset=utf-8");
    EXPECT_EQ(index.header("cache-control"), "no-cache");
    EXPECT_EQ(index.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(index.header("referrer-policy"), "no-referrer");
    EXPECT_NE(index.header("content-security-policy").find("script-src 'self';"),
              std::string::npos);
    EXPECT_NE(index.header("content-security-policy").find("frame-ancestors 'none'"),
              std::string::npos);
    EXPECT_EQ(index.header("strict-transport-security"), "");
    EXPECT_EQ(center.get("/", {}, {{"If-None-Match", index.header("etag")}}).status, 304);
    const Answer script = center.get("/assets/app-1a2b3c.js");
    EXPECT_EQ(script.header("content-type"), "text/javascript; charset=utf-8");
    EXPECT_EQ(script.header("cache-control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(script.body, "console.log(1)");
    const Answer zipped =
        center.get("/assets/app-1a2b3c.js", {}, {{"Accept-Encoding", "br, gzip"}});
    EXPECT_EQ(zipped.header("content-encoding"), "gzip");
    EXPECT_EQ(zipped.header("content-type"), "text/javascript; charset=utf-8");
    EXPECT_EQ(zipped.body, "zipped");
    EXPECT_EQ(center.get("/assets/app-1a2b3c.js", {}, {{"Accept-Encoding", "gzip;q=0"}}).body,
              "console.log(1)");
    EXPECT_EQ(center.get("/favicon.svg").header("content-type"), "image/svg+xml");
}

TEST(pages, unknown_paths_are_the_pages_own_but_missing_files_are_404) {
    const Center center;
    const std::string index = center.get("/index.html").body;
    EXPECT_EQ(center.get("/calls/12").body, index);
    EXPECT_EQ(center.get("/board?x=1").body, index);
    EXPECT_EQ(center.get("/assets/old-0000.js").status, 404);
    EXPECT_EQ(center.get("/assets/old").status, 404);
    EXPECT_EQ(center.get("/missing.png").status, 404);
}

TEST(pages, nothing_outside_of_the_folder_can_be_reached) {
    const Center center;
    std::filesystem::create_symlink("/etc/passwd", center.web.path("leak.txt"));
    std::filesystem::create_directory_symlink("/etc", center.web.path("assets/etc"));
    for (const char* target :
         {"/../../etc/passwd", "/assets/../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
          "/..%2f..%2fetc%2fpasswd", "/assets/..%5c..%5cetc/passwd", "//etc/passwd",
          "/./index.html", "/.hidden", "/assets/.%2e/index.html", "/leak.txt", "/assets/etc/passwd",
          "/%2fetc/passwd"}) {
        const Answer answer = center.get(target);
        EXPECT_EQ(answer.status, 404) << target;
        EXPECT_EQ(answer.body.find("root:"), std::string::npos) << target;
    }
    for (const char* target : {"/%00", "/index.html%00.js", "/%zz", "/%2"}) {
        EXPECT_EQ(center.get(target).status, 400) << target;
    }
}

TEST(server, start_errors_name_the_field) {
    Center center;
    auto field = [&](auto change) {
        ServerConfig config;
        config.port = 0;
        change(config);
        auto started = Server::start(std::move(config), center.ports(), Center::directory(),
                                     core::LiveBoard(Center::directory()));
        EXPECT_TRUE(started.has_error());
        if (started.has_value()) return std::string();
        EXPECT_EQ(started.error().code, "unavailable");
        return started.error().field;
    };
    EXPECT_EQ(field([&](ServerConfig& c) { c.port = center.port(); }), "http_port");
    EXPECT_EQ(field([](ServerConfig& c) { c.bind_address = "nowhere"; }), "http_port");
    EXPECT_EQ(field([](ServerConfig& c) { c.web_root = "/nonexistent"; }), "web_root");
    EXPECT_EQ(field([&](ServerConfig& c) { c.web_root = center.recordings.path(); }), "web_root");
    EXPECT_EQ(field([](ServerConfig& c) { c.tls_key = "/nonexistent"; }), "tls_certificate");
    EXPECT_EQ(field([](ServerConfig& c) { c.tls_certificate = c.tls_key = "/nonexistent"; }),
              "tls_certificate");
}

TEST(connection, pipelined_requests_are_answered_in_order) {
    const Center center;
    std::string octets;
    for (int i = 0; i < 20; ++i) octets += kHealth;
    octets += "GET /api/v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    const std::string answers = center.raw(octets, false);
    EXPECT_EQ(count_of(answers, "HTTP/1.1 200 OK"), 20u);
    EXPECT_LT(answers.rfind("200 OK"), answers.find("404 Not Found"));
}

TEST(connection, http_1_0_closes_and_half_closed_peers_get_their_answer) {
    const Center center;
    EXPECT_EQ(count_of(center.raw("GET /api/v1/health HTTP/1.0\r\n\r\n", false), "200 OK"), 1u);
    EXPECT_EQ(count_of(center.raw(kHealth, true), "200 OK"), 1u);
}

TEST(connection, bodies_are_read_after_100_continue_and_in_chunks) {
    const Center center;
    const std::string body = R"({"user_name":"a","password":""})";
    const std::string head =
        "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: "
        "close\r\n";
    const std::string plain =
        head + "Expect: 100-continue\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n";
    EXPECT_NE(center.raw(plain + body, false).find(R"("field":"password")"), std::string::npos);
    std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
    for (const char c : body) chunked += std::string("1\r\n") + c + "\r\n";
    EXPECT_NE(center.raw(chunked + "0\r\n\r\n", false).find(R"("field":"password")"),
              std::string::npos);
}

TEST(connection, header_too_long) {
    const Center center;
    EXPECT_TRUE(
        center.raw("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n")
            .starts_with("HTTP/1.1 431"));
    EXPECT_TRUE(center.raw("GET /" + std::string(100'000, 'a')).starts_with("HTTP/1.1 431"));
    EXPECT_EQ(center.get("/api/v1/health").status, 200);
}

TEST(connection, body_too_long) {
    const Center center;
    const std::string head =
        "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    EXPECT_TRUE(center.raw(head + "Content-Length: 70000\r\n\r\n" + std::string(70'000, ' '))
                    .starts_with("HTTP/1.1 413"));
    EXPECT_TRUE(
        center.raw(head + "Transfer-Encoding: chunked\r\n\r\n20000\r\n" + std::string(0x20000, ' '))
            .starts_with("HTTP/1.1 413"));
    EXPECT_EQ(center.get("/api/v1/health").status, 200);
}

TEST(connection, not_http) {
    const Center center;
    for (const std::string& octets :
         {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
          std::string("hello\r\n\r\n"), std::string("GET / HTTP/3.7\r\n\r\n"),
          std::string("GET  / HTTP/1.1\r\n\r\n"), std::string("GET / HTTP/1.1\r\nno colon\r\n\r\n"),
          std::string("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
          std::string("GET / HTTP/1.1\r\n\r\n"),
          std::string("GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n"),
          std::string("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: "
                      "chunked\r\n\r\n0\r\n\r\n"),
          std::string("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n"),
          std::string(
              "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n123456"),
          std::string("GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n", 38)}) {
        const std::string answer = center.raw(octets);
        EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 400")) << octets << '\n'
                                                                          << answer;
        EXPECT_EQ(count_of(answer, "HTTP/1.1 "), answer.empty() ? 0u : 1u) << octets;
    }
    EXPECT_EQ(center.get("/api/v1/health").status, 200);
}

TEST(connection, slow_header_is_cut_off) {
    const Center center(impatient());
    asio::io_context loop;
    tcp::socket socket(loop);
    socket.connect({asio::ip::make_address("127.0.0.1"), center.port()});
    const auto start = Steady::now();
    boost::system::error_code ec;
    for (const char c :
         std::string("GET /api/v1/health HTTP/1.1\r\nHost: xxxxxxxxxxxxxxxxxxxxxx\r\n")) {
        asio::write(socket, asio::buffer(&c, 1), ec);
        if (ec) break;
        std::this_thread::sleep_for(50ms);
    }
    EXPECT_TRUE(ec);
    EXPECT_LT(Steady::now() - start, 2s);
}

TEST(connection, silent_peer_and_missing_body_are_cut_off) {
    const Center center(impatient());
    const auto start = Steady::now();
    EXPECT_EQ(center.raw("", false), "");
    EXPECT_EQ(
        center.raw("POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123",
                   false),
        "");
    EXPECT_LT(Steady::now() - start, 2s);
}

TEST(connection, peer_that_does_not_read_a_long_answer_is_cut_off) {
    ServerConfig config;
    config.limits.write_ms = 200ms;
    Center center(std::move(config));
    center.recordings.write("100.wav",
                            wav_text(4'000'000, 1, 1));  // more than any socket buffer holds
    const Login boss = center.login("boss");
    asio::io_context loop;
    tcp::socket socket(loop);
    socket.connect({asio::ip::make_address("127.0.0.1"), center.port()});
    asio::write(socket,
                asio::buffer("GET /api/v1/calls/100/recording HTTP/1.1\r\nHost: x\r\nCookie: " +
                             boss.cookie + "\r\n\r\n"));
    std::this_thread::sleep_for(600ms);
    EXPECT_NE(center.get("/metrics").body.find("seatline_http_connections 1\n"), std::string::npos);
    EXPECT_EQ(center.get("/api/v1/calls/100/recording", boss).body.size(), 16'000'044u);
}

TEST(connection, one_address_gets_only_its_share) {
    ServerConfig config;
    config.limits.connections_per_address = 4;
    const Center center(std::move(config));
    asio::io_context loop;
    std::vector<tcp::socket> sockets;
    for (int i = 0; i < 4; ++i) {
        sockets.emplace_back(loop).connect({asio::ip::make_address("127.0.0.1"), center.port()});
    }
    EXPECT_EQ(center.raw(kHealth), "");
    sockets.clear();
    std::this_thread::sleep_for(100ms);
    EXPECT_EQ(count_of(center.raw(kHealth), "200 OK"), 1u);
}

TEST(connection, engine_that_never_answers_is_503) {
    ServerConfig config;
    config.limits.answer_ms = 2000ms;  // the log-in must be through by then, on a busy machine too
    std::vector<EngineDone> kept;
    {
        Center outer;
        Ports ports = outer.ports();
        ports.engine.ask = [&](const EngineRequest&, EngineDone done) { kept.push_back(done); };
        config.port = 0;
        auto started = Server::start(std::move(config), std::move(ports), Center::directory(),
                                     core::LiveBoard(Center::directory()));
        ASSERT_TRUE(started.has_value());
        outer.server = std::move(*started);
        const Login login = outer.login("agent1");
        EXPECT_EQ(outer.post("/api/v1/agents/me/commands", R"({"action":"idle"})", login).status,
                  503);
        kept.at(0)(CallId{});  // late
        EXPECT_EQ(outer.get("/api/v1/health").status, 200);
    }
    kept.at(0)(CallId{});  // later than the server itself
}

TEST(connection, random_octets_never_stop_the_server) {
    const Center center(impatient());
    std::mt19937 dice(20261122);
    const std::string good =
        "POST /api/v1/session?a=b%20c HTTP/1.1\r\nHost: x\r\nCookie: seatline_session=abc; d=e\r\n"
        "Content-Type: application/json\r\nRange: bytes=0-1\r\nContent-Length: "
        "9\r\n\r\n{\"a\":[1]}";
    for (int i = 0; i < 400; ++i) {
        std::string octets;
        if (i % 4 == 0) {
            octets.resize(dice() % 2000);
            for (char& c : octets) c = static_cast<char>(dice());
        } else {
            octets = good;
            for (unsigned n = dice() % 6 + 1; n > 0; --n) {
                const auto at = dice() % octets.size();
                if (dice() % 3 == 0) {
                    octets.erase(at, dice() % 8);
                } else if (dice() % 2 == 0) {
                    octets[at] = static_cast<char>(dice());
                } else {
                    octets.insert(at, octets.substr(dice() % octets.size(), dice() % 40));
                }
                if (octets.empty()) octets = "x";
            }
        }
        const std::string answer = center.raw(octets);
        EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 ")) << octets;
    }
    EXPECT_EQ(center.get("/api/v1/health").status, 200);
}

TEST(tls, serves_https_with_secure_cookies_and_hsts_and_stops_with_clients) {
    const TempFolder keys;
    const std::string command =
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout " +
        keys.path("key.pem") + " -out " + keys.path("cert.pem") + " 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
    ServerConfig config;
    config.tls_certificate = keys.path("cert.pem");
    config.tls_key = keys.path("key.pem");
    Center center(config);
    asio::ssl::context context(asio::ssl::context::tls_client);
    asio::io_context loop;
    asio::ssl::stream<tcp::socket> stream(loop, context);
    stream.next_layer().connect({asio::ip::make_address("127.0.0.1"), center.port()});
    stream.handshake(asio::ssl::stream_base::client);
    http::request<http::string_body> request(http::verb::post, "/api/v1/session", 11);
    request.set(http::field::host, center.host());
    request.set(http::field::content_type, "application/json");
    request.body() = to_json(LogIn{"boss", "boss-secret"});
    request.prepare_payload();
    http::write(stream, request);
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    http::read(stream, buffer, response);
    EXPECT_EQ(response.result_int(), 200u);
    EXPECT_NE(response[http::field::set_cookie].find("; Secure"), std::string_view::npos);
    EXPECT_EQ(response["Strict-Transport-Security"], "max-age=31536000");

    asio::ssl::context old(asio::ssl::context::tls_client);
    old.set_options(asio::ssl::context::no_tlsv1_2 | asio::ssl::context::no_tlsv1_3);
    asio::ssl::stream<tcp::socket> old_stream(loop, old);
    old_stream.next_layer().connect({asio::ip::make_address("127.0.0.1"), center.port()});
    boost::system::error_code ec;
    old_stream.handshake(asio::ssl::stream_base::client, ec);
    EXPECT_TRUE(ec);

    EXPECT_EQ(center.raw(kHealth).find("200 OK"), std::string::npos);  // plain HTTP to the TLS port
    keys.write("other.pem", "no key");
    ServerConfig wrong = config;
    wrong.tls_key = keys.path("other.pem");
    const auto started = Server::start(wrong, center.ports(), Center::directory(),
                                       core::LiveBoard(Center::directory()));
    ASSERT_TRUE(started.has_error());
    EXPECT_EQ(started.error().field, "tls_key");
}

TEST(server, stops_within_a_second_with_clients_of_all_kinds) {
    auto center = std::make_unique<Center>();
    const Login boss = center->login("boss");
    asio::io_context loop;
    tcp::socket idle(loop);
    tcp::socket halfway(loop);
    for (tcp::socket* socket : {&idle, &halfway}) {
        socket->connect({asio::ip::make_address("127.0.0.1"), center->port()});
    }
    asio::write(halfway, asio::buffer("GET / HT", 8));
    LiveReader live(*center, boss);
    ASSERT_TRUE(live.next_of("hello"));
    std::thread reader([&] { EXPECT_TRUE(live.next_of("closing")); });
    const auto start = Steady::now();
    center->server.reset();
    EXPECT_LT(Steady::now() - start, 1s);
    reader.join();
    char octet;
    boost::system::error_code ec;
    idle.read_some(asio::buffer(&octet, 1), ec);
    EXPECT_TRUE(ec);
}

}  // namespace seatline::api::test
