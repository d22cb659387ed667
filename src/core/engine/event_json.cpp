#include "core/engine/event_json.h"

#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <source_location>

#include "base/json.h"

namespace seatline::core {

/// What every event says before the members of its body.
struct EventHead {
    std::uint64_t seq = 0;
    Instant at;
    TenantId tenant;
    std::string type;
    static constexpr auto required() {
        return std::array<std::string_view, 3>{"seq", "at", "type"};
    }
};
BOOST_DESCRIBE_STRUCT(EventHead, (), (seq, at, tenant, type))

namespace {

/// The unqualified name of T, from the compiler: "... [with T = seatline::core::CallQueued; ...]".
template <class T>
consteval std::string_view type_name() {
    std::string_view text = std::source_location::current().function_name();
    text.remove_prefix(text.find("T = ") + 4);
    text = text.substr(0, text.find_first_of(";]"));
    return text.substr(text.rfind(':') + 1);
}

static_assert(type_name<CallQueued>() == "CallQueued");

}  // namespace

std::string_view event_type(const EventBody& body) {
    return std::visit([](const auto& b) { return type_name<std::remove_cvref_t<decltype(b)>>(); },
                      body);
}

void write_event(std::string& out, const Event& event) {
    out += "{\"seq\":";
    write_json(out, event.seq);
    out += ",\"at\":";
    write_json(out, event.at);
    out += ",\"tenant\":";
    write_json(out, event.tenant);
    out += ",\"type\":\"";
    std::visit(
        [&out]<class Body>(const Body& body) {
            out += type_name<Body>();
            out += '"';
            boost::mp11::mp_for_each<json_detail::Members<Body>>([&](auto d) {
                out += ",\"";
                out += d.name;
                out += "\":";
                write_json(out, body.*d.pointer);
            });
        },
        event.body);
    out += '}';
}

Result<Event> read_event(std::string_view text) {
    std::array<unsigned char, 4096> buffer;
    boost::json::monotonic_resource memory(buffer.data(), buffer.size());
    boost::system::error_code ec;
    const auto value = boost::json::parse({text.data(), text.size()}, ec, &memory);
    if (ec) return invalid("", "is not valid JSON: " + ec.message());
    EventHead head;
    if (auto r = read_json(value, head); r.has_error()) return r.error();
    Event event{head.seq, head.at, head.tenant, {}};
    bool known = false;
    Result<void> result;
    boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, EventBody>>(
        [&](auto type) {
            using Body = typename decltype(type)::type;
            if (known || head.type != type_name<Body>()) return;
            known = true;
            result = read_json(value, event.body.emplace<Body>());
        });
    if (!known) return invalid("type", "'" + head.type + "' is not a type of event");
    if (result.has_error()) return result.error();
    return event;
}

}  // namespace seatline::core
