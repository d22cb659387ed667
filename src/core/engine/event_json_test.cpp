#include "core/engine/event_json.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace seatline::core {
namespace {

/// Gives each member of a body a value that is not its default, whatever its type.
struct Filler {
    std::uint64_t next = 3;

    template <class T>
    void fill(T& value) {
        if constexpr (std::is_same_v<T, bool>) {
            value = true;
        } else if constexpr (std::is_same_v<T, std::string>) {
            value = "t\"\\\n\x01客" + std::to_string(next++);
        } else if constexpr (std::is_integral_v<T>) {
            value = static_cast<T>(next++);
        } else if constexpr (json_detail::DescribedEnum<T>) {
            value = static_cast<T>(1);
        } else if constexpr (json_detail::IsId<T>::value) {
            value.value = next++;
        } else if constexpr (json_detail::IsVector<T>::value) {
            fill(value.emplace_back());
        } else if constexpr (json_detail::Described<T>) {
            boost::mp11::mp_for_each<json_detail::Members<T>>(
                [&](auto d) { fill(value.*d.pointer); });
        } else {
            value = T{next++};  // a duration
        }
    }
};

TEST(event_json, every_type_survives_the_round_trip) {
    std::size_t types = 0;
    boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, EventBody>>(
        [&](auto type) {
            using Body = typename decltype(type)::type;
            Filler filler;
            Body body;
            boost::mp11::mp_for_each<json_detail::Members<Body>>(
                [&](auto d) { filler.fill(body.*d.pointer); });
            const Event in{++types, from_unix_us(1'795'349'400'123'456), TenantId{9}, body};
            std::string text;
            write_event(text, in);
            EXPECT_EQ(text.find('\n'), std::string::npos);
            const auto out = read_event(text);
            ASSERT_TRUE(out.has_value()) << text << ": " << out.error().text();
            EXPECT_EQ(out->seq, in.seq);
            EXPECT_EQ(out->at, in.at);
            EXPECT_EQ(out->tenant, in.tenant);
            ASSERT_EQ(out->body.index(), in.body.index());
            EXPECT_EQ(to_json(std::get<Body>(out->body)), to_json(body));
        });
    EXPECT_EQ(types, std::variant_size_v<EventBody>);
}

TEST(event_json, the_written_form_is_pinned) {
    std::string text;
    write_event(text,
                Event{17, from_unix_us(1'795'349'400'000'000), TenantId{1},
                      CallLeftQueue{CallId{5}, QueueId{2}, QueueOutcome::max_wait, 1500ms, false}});
    EXPECT_EQ(
        text,
        R"({"seq":17,"at":"2026-11-22T12:10:00.000000Z","tenant":1,"type":"CallLeftQueue","call":5,)"
        R"("queue":2,"outcome":"max_wait","waited_ms":1500,"in_service_level":false})");
}

TEST(event_json, errors_name_what_is_wrong) {
    const auto error = [](std::string_view text) { return read_event(text).error().text(); };
    EXPECT_EQ(error(R"({"seq":1,"at":"2026-11-22T12:10:00Z","type":"CallLost"})"),
              "type: 'CallLost' is not a type of event");
    EXPECT_EQ(error(R"({"seq":1,"type":"CallQueued"})"), "at: is missing");
    EXPECT_EQ(error(R"({"seq":1,"at":"2026-11-22T12:10:00Z","type":"CallQueued","call":"x"})"),
              "call: must be a whole number");
    EXPECT_TRUE(read_event("{").has_error());
    EXPECT_TRUE(read_event("").has_error());
}

}  // namespace
}  // namespace seatline::core
