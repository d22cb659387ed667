// What operators and tools ask: health, metrics, the API's own description, and the WebSocket's
// place in it.
#include "api/resource/all.h"

namespace seatline::api {
namespace {

Response metrics(const Exchange& exchange, const Services& services) {
    // A proxy on this machine is no reason to show them to the world.
    const bool forwarded = !exchange.request.header("x-forwarded-for").empty() ||
                           !exchange.request.header("forwarded").empty();
    if (!exchange.request.from_loopback || forwarded) {
        return error_response({"not_allowed", "", "metrics are read from this machine only"});
    }
    std::string out;
    auto metric = [&](std::string_view name, std::string_view type, std::uint64_t value) {
        out += "# TYPE seatline_" + std::string(name) + ' ' + std::string(type) + "\nseatline_" +
               std::string(name) + ' ' + std::to_string(value) + '\n';
    };
    const Counters& counters = services.counters;
    const HealthView health = services.ports.health();
    metric("up", "gauge", health.status == "ok" ? 1 : 0);
    metric("calls", "gauge", health.calls);
    metric("workers", "gauge", health.workers);
    metric("http_connections", "gauge", counters.connections);
    metric("http_connections_refused_total", "counter", counters.connections_refused);
    metric("live_clients", "gauge", services.hub.clients());
    metric("sessions", "gauge", services.sessions.size());
    metric("log_ins_total", "counter", counters.log_ins);
    metric("log_ins_failed_total", "counter", counters.log_ins_failed);
    out += "# TYPE seatline_http_answers_total counter\n";
    for (std::size_t digit = 2; digit < counters.answers.size(); ++digit) {
        out += "seatline_http_answers_total{status=\"" + std::to_string(digit) + "xx\"} " +
               std::to_string(counters.answers[digit]) + '\n';
    }
    Response response;
    response.body = std::move(out);
    response.with("Content-Type", "text/plain; version=0.0.4").with("Cache-Control", "no-store");
    return response;
}

}  // namespace

void add_system(RouteTable& table, Services& services) {
    table.add({.path = "/api/v1/health",
               .access = Access::anyone,
               .summary = "ok (200) when journal, SIP and a worker are up; else 503",
               .response = schema<HealthView>,
               .handler = at_once([&services](const Exchange&) {
                   const HealthView health = services.ports.health();
                   return json_response(health, health.status == "ok" ? 200 : 503);
               })});
    table.add({.path = "/api/v1/openapi.json",
               .access = Access::anyone,
               .summary = "This document",
               .content_type = "application/json",
               .handler = at_once(
                   [&services](const Exchange&) { return json_text_response(services.openapi); })});
    table.add({.path = "/api/v1/live",
               .access = Access::agent,
               .summary = "Live events by WebSocket",
               .content_type = "application/json",
               .handler = at_once([](const Exchange&) {
                   return error_response(426, invalid("Upgrade", "this resource is a WebSocket"))
                       .with("Upgrade", "websocket");
               })});
    table.add({.path = "/metrics",
               .access = Access::anyone,
               .summary = "Figures in Prometheus text form, from this machine only",
               .content_type = "text/plain",
               .handler = at_once(
                   [&services](const Exchange& exchange) { return metrics(exchange, services); })});
}

}  // namespace seatline::api
