#include "api/http/openapi.h"

#include <map>

#include "api/types.h"

namespace seatline::api {
namespace {

std::string quoted(std::string_view text) {
    std::string out;
    json_detail::append_string(out, text);
    return out;
}

std::string_view role_sentence(Access access) {
    switch (access) {
        case Access::anyone:
            return "No session needed.";
        case Access::agent:
            return "For every role.";
        case Access::supervisor:
            return "For supervisors and admins.";
        case Access::admin:
            return "For admins.";
    }
    return "";
}

std::string error_answer(std::string_view description) {
    return R"({"description":)" + quoted(description) +
           R"(,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/ErrorBody"}}}})";
}

void add_member(std::string& object, std::string_view name, std::string_view value) {
    if (!object.empty()) object += ',';
    object += quoted(name);
    object += ':';
    object += value;
}

std::string parameters_of(const Route& route, Schemas& schemas) {
    std::string list;
    auto add = [&](std::string_view name, std::string_view in, std::string_view rest) {
        if (!list.empty()) list += ',';
        list += R"({"name":)" + quoted(name) + R"(,"in":)" + quoted(in);
        list += rest;
        list += '}';
    };
    for (const auto& name : path_names(route.path)) {
        const bool agent = name == "agent";
        add(name, "path",
            agent
                ? R"(,"required":true,"description":"its id, or \"me\" for one's own","schema":{"type":"string"})"
                : R"(,"required":true,"schema":{"type":"integer","minimum":1})");
    }
    for (const auto& parameter : route.query) {
        add(parameter.name, "query",
            R"(,"description":)" + quoted(parameter.description) + R"(,"schema":)" +
                parameter.schema(schemas));
    }
    if (is_unsafe(route.method) && route.access != Access::anyone) {
        add("X-CSRF-Token", "header",
            R"(,"required":true,"description":"SessionView.csrf_token","schema":{"type":"string"})");
    }
    return list;
}

std::string responses_of(const Route& route, Schemas& schemas) {
    std::string out;
    if (route.response != nullptr) {
        add_member(out, "200",
                   R"({"description":"OK","content":{"application/json":{"schema":)" +
                       route.response(schemas) + "}}}");
    } else if (!route.content_type.empty()) {
        add_member(out, "200",
                   R"({"description":"OK","content":{)" + quoted(route.content_type) +
                       R"(:{"schema":{"type":"string"}}}})");
    } else {
        add_member(out, "204", R"({"description":"Done, no content"})");
    }
    if (route.content_type.starts_with("audio/")) {
        add_member(out, "206", R"({"description":"The range asked for"})");
        add_member(out, "416", error_answer("The range is outside of the recording"));
    }
    const bool has_input = route.request != nullptr || !route.query.empty();
    if (has_input) add_member(out, "400", error_answer("A field is wrong: `field` names it"));
    if (route.access != Access::anyone || route.request != nullptr) {
        add_member(out, "401", error_answer("No session, or wrong log-in"));
        add_member(out, "403", error_answer("The role or the CSRF token does not allow it"));
    }
    if (!path_names(route.path).empty())
        add_member(out, "404", error_answer("No such thing in this tenant"));
    if (route.request != nullptr) {
        add_member(out, "409", error_answer("Not possible in the present state"));
        add_member(out, "429",
                   error_answer("Too many tries; Retry-After tells the seconds to wait"));
    }
    add_member(out, "default", error_answer("Any other error"));
    return out;
}

std::string operation_of(const Route& route, Schemas& schemas) {
    std::string out;
    add_member(out, "summary", quoted(route.summary));
    add_member(out, "description", quoted(role_sentence(route.access)));
    add_member(out, "parameters", '[' + parameters_of(route, schemas) + ']');
    if (route.request != nullptr) {
        add_member(out, "requestBody",
                   R"({"required":true,"content":{"application/json":{"schema":)" +
                       route.request(schemas) + "}}}");
    }
    add_member(out, "responses", '{' + responses_of(route, schemas) + '}');
    if (route.access != Access::anyone) add_member(out, "security", R"([{"session":[]}])");
    return '{' + out + '}';
}

/// OpenAPI knows no WebSocket: the upgrade is described in words, the messages as a schema of the
/// extension member.
std::string live_operation(Schemas& schemas) {
    std::string out;
    add_member(out, "summary", quoted("Live events by WebSocket"));
    add_member(out, "description",
               quoted("Upgrade with the session cookie and an Origin of this host. The server "
                      "sends LiveMessage "
                      "objects as text; the first is `hello`. The client sends nothing."));
    add_member(out, "x-websocket-message", schemas.of<LiveMessage>());
    add_member(out, "responses",
               R"({"101":{"description":"Switching to WebSocket"},"401":)" +
                   error_answer("No session") + R"(,"403":)" + error_answer("Another origin") +
                   R"(,"default":)" + error_answer("Any other error") + '}');
    add_member(out, "security", R"([{"session":[]}])");
    return '{' + out + '}';
}

}  // namespace

std::string openapi_document(const RouteTable& table) {
    Schemas schemas;
    static_cast<void>(schemas.of<ErrorBody>());
    std::map<std::string, std::string> paths;
    for (const Route& route : table.routes()) {
        std::string method(method_name(route.method));
        for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
        const bool live = route.path == "/api/v1/live";
        add_member(paths[route.path], method,
                   live ? live_operation(schemas) : operation_of(route, schemas));
    }
    std::string path_text;
    for (const auto& [path, operations] : paths)
        add_member(path_text, path, '{' + operations + '}');
    std::string schema_text;
    for (const auto& [name, text] : schemas.named()) add_member(schema_text, name, text);
    return R"({"openapi":"3.1.0","info":{"title":"Seatline","version":"1","license":{"name":"Apache-2.0",)"
           R"("identifier":"Apache-2.0"}},"servers":[{"url":"/"}],"paths":{)" +
           path_text + R"(},"components":{"schemas":{)" + schema_text +
           R"(},"securitySchemes":{"session":{"type":"apiKey","in":"cookie","name":"seatline_session"}}}})";
}

}  // namespace seatline::api
