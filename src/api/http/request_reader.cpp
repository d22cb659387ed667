#include "api/http/request_reader.h"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/fields.hpp>

namespace seatline::api {
namespace {

namespace http = boost::beast::http;

Method method_of(http::verb verb) {
    switch (verb) {
        case http::verb::get:
            return Method::get;
        case http::verb::head:
            return Method::head;
        case http::verb::post:
            return Method::post;
        case http::verb::put:
            return Method::put;
        case http::verb::patch:
            return Method::patch;
        case http::verb::delete_:
            return Method::del;
        default:
            return Method::other;
    }
}

}  // namespace

Result<Request> to_request(http::request<http::string_body>& message, const Peer& peer) {
    auto target = parse_target({message.target().data(), message.target().size()});
    if (target.has_error()) return target.error();
    const auto hosts = message.count(http::field::host);
    if (hosts > 1 || (hosts == 0 && message.version() >= 11))
        return invalid("Host", "must be there once");
    Request request;
    request.method = method_of(message.method());
    request.path = std::move(target->first);
    request.query = std::move(target->second);
    request.source_address = peer.address;
    request.source_network = peer.network;
    request.from_loopback = peer.loopback;
    for (const auto& field : message) {
        std::string name(field.name_string());
        for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        const auto [entry, added] = request.headers.emplace(std::move(name), field.value());
        if (added) continue;
        entry->second += entry->first == "cookie" ? "; " : ", ";  // RFC 9110 5.3, RFC 6265 5.4
        entry->second += std::string_view(field.value().data(), field.value().size());
    }
    request.body = std::move(message.body());
    return request;
}

std::optional<Response> refusal(boost::system::error_code ec) {
    if (ec == http::error::header_limit || ec == http::error::buffer_overflow) {
        return error_response(431, invalid("", "the request's header is longer than 16 KB"));
    }
    if (ec == http::error::body_limit)
        return error_response(413, invalid("", "the body is longer than 64 KB"));
    if (ec == http::error::end_of_stream || ec == http::error::partial_message) return std::nullopt;
    if (ec.category() == http::make_error_code(http::error::bad_method).category()) {
        return error_response(invalid("", "this is not HTTP: " + ec.message()));
    }
    return std::nullopt;
}

}  // namespace seatline::api
