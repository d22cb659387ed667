#pragma once
// JSON of described structs (BOOST_DESCRIBE_STRUCT / _ENUM): written once in C++, read and written
// by everything: the API, the journal, configuration. Writing appends to a string without a DOM;
// reading goes through a Boost.JSON value and answers with the path of the first wrong field and
// the reason.
//
// Mapping: bool, integers, double, std::string, enums (by name), Id (number), Instant (RFC 3339
// string), std::chrono durations (a number of their own unit; the member's name ends in _s, _ms or
// _us), std::vector (array), std::map<std::string, T> (object), std::optional (absent when empty;
// null reads as empty), nested structs. Reading leaves a missing member at its default unless the
// struct lists it in `required()`; unknown members are refused by read_json_strict and passed over
// by read_json.
#include <array>
#include <boost/describe.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"

namespace seatline {

namespace json_detail {

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsId : std::false_type {};
template <class Tag>
struct IsId<Id<Tag>> : std::true_type {};
template <class T>
struct IsDuration : std::false_type {};
template <class R, class P>
struct IsDuration<std::chrono::duration<R, P>> : std::true_type {};
template <class T>
struct IsStringMap : std::false_type {};
template <class T>
struct IsStringMap<std::map<std::string, T>> : std::true_type {};

template <class T>
concept Described = boost::describe::has_describe_members<T>::value && std::is_class_v<T>;
template <class T>
concept DescribedEnum = boost::describe::has_describe_enumerators<T>::value;

template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public |
                                                         boost::describe::mod_inherited>;

void append_string(std::string& out, std::string_view text);

template <class Int>
void append_integer(std::string& out, Int value) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

void append_double(std::string& out, double value);

}  // namespace json_detail

/// The name of a described enum's value.
template <json_detail::DescribedEnum E>
[[nodiscard]] constexpr std::string_view enum_name(E value) {
    const char* name = "?";
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
        if (d.value == value) name = d.name;
    });
    return name;
}

/// The value that a name stands for; empty when there is none.
template <json_detail::DescribedEnum E>
[[nodiscard]] std::optional<E> enum_value(std::string_view name) {
    std::optional<E> found;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
        if (name == d.name) found = d.value;
    });
    return found;
}

/// Appends `value` as JSON to `out`.
template <class T>
void write_json(std::string& out, const T& value) {
    using namespace json_detail;
    if constexpr (std::is_same_v<T, bool>) {
        out += value ? "true" : "false";
    } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
        append_string(out, value);
    } else if constexpr (std::is_integral_v<T>) {
        append_integer(out, value);
    } else if constexpr (std::is_floating_point_v<T>) {
        append_double(out, value);
    } else if constexpr (DescribedEnum<T>) {
        append_string(out, enum_name(value));
    } else if constexpr (IsId<T>::value) {
        append_integer(out, value.value);
    } else if constexpr (std::is_same_v<T, Instant>) {
        out += '"';
        append_rfc3339(out, value);
        out += '"';
    } else if constexpr (IsDuration<T>::value) {
        append_integer(out, value.count());
    } else if constexpr (IsOptional<T>::value) {
        if (value) {
            write_json(out, *value);
        } else {
            out += "null";
        }
    } else if constexpr (IsVector<T>::value) {
        out += '[';
        bool first = true;
        for (const auto& item : value) {
            if (!first) out += ',';
            first = false;
            write_json(out, item);
        }
        out += ']';
    } else if constexpr (IsStringMap<T>::value) {
        out += '{';
        bool first = true;
        for (const auto& [key, item] : value) {
            if (!first) out += ',';
            first = false;
            append_string(out, key);
            out += ':';
            write_json(out, item);
        }
        out += '}';
    } else {
        static_assert(Described<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
        out += '{';
        bool first = true;
        boost::mp11::mp_for_each<Members<T>>([&](auto d) {
            const auto& member = value.*d.pointer;
            if constexpr (IsOptional<std::remove_cvref_t<decltype(member)>>::value) {
                if (!member) return;
            }
            if (!first) out += ',';
            first = false;
            out += '"';
            out += d.name;
            out += "\":";
            write_json(out, member);
        });
        out += '}';
    }
}

template <class T>
[[nodiscard]] std::string to_json(const T& value) {
    std::string out;
    write_json(out, value);
    return out;
}

namespace json_detail {

struct ReadContext {
    bool strict;
    std::string path;
};

/// Lengthens the path for one nested read and restores it.
class PathStep {
public:
    PathStep(ReadContext& ctx, std::string_view name) : ctx_(ctx), size_(ctx.path.size()) {
        if (!ctx.path.empty()) ctx.path += '.';
        ctx.path += name;
    }
    PathStep(ReadContext& ctx, std::size_t index) : ctx_(ctx), size_(ctx.path.size()) {
        ctx.path += '[' + std::to_string(index) + ']';
    }
    ~PathStep() { ctx_.path.resize(size_); }
    PathStep(const PathStep&) = delete;
    PathStep& operator=(const PathStep&) = delete;

private:
    ReadContext& ctx_;
    std::size_t size_;
};

template <class T>
Result<void> read_value(ReadContext& ctx, const boost::json::value& in, T& out);

template <class T>
Result<void> read_integer(ReadContext& ctx, const boost::json::value& in, T& out) {
    if (in.is_int64()) {
        if (std::in_range<T>(in.get_int64())) {
            out = static_cast<T>(in.get_int64());
            return {};
        }
    } else if (in.is_uint64()) {
        if (std::in_range<T>(in.get_uint64())) {
            out = static_cast<T>(in.get_uint64());
            return {};
        }
    } else {
        return invalid(ctx.path, "must be a whole number");
    }
    return invalid(ctx.path, "must be between " + std::to_string(std::numeric_limits<T>::min()) +
                                 " and " + std::to_string(std::numeric_limits<T>::max()));
}

template <class E>
Result<void> read_enum(ReadContext& ctx, const boost::json::value& in, E& out) {
    if (in.is_string()) {
        const auto& text = in.get_string();
        if (const auto found = enum_value<E>({text.data(), text.size()})) {
            out = *found;
            return {};
        }
    }
    std::string names;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
        if (!names.empty()) names += ", ";
        names += d.name;
    });
    return invalid(ctx.path, "must be one of " + names);
}

template <class T>
Result<void> read_struct(ReadContext& ctx, const boost::json::value& in, T& out) {
    if (!in.is_object()) return invalid(ctx.path, "must be an object");
    const auto& object = in.get_object();
    Result<void> result;
    std::size_t known = 0;
    boost::mp11::mp_for_each<Members<T>>([&](auto d) {
        if (result.has_error()) return;
        const auto* item = object.if_contains(d.name);
        if (item == nullptr) {
            if constexpr (requires { T::required(); }) {
                for (const std::string_view name : T::required()) {
                    if (name == d.name) {
                        const PathStep step(ctx, name);
                        result = invalid(ctx.path, "is missing");
                    }
                }
            }
            return;
        }
        ++known;
        const PathStep step(ctx, std::string_view(d.name));
        result = read_value(ctx, *item, out.*d.pointer);
    });
    if (result.has_value() && ctx.strict && known != object.size()) {
        for (const auto& item : object) {
            bool found = false;
            boost::mp11::mp_for_each<Members<T>>([&](auto d) { found |= item.key() == d.name; });
            if (!found) {
                const PathStep step(ctx, std::string_view(item.key().data(), item.key().size()));
                return invalid(ctx.path, "is not a known field");
            }
        }
    }
    return result;
}

template <class T>
Result<void> read_value(ReadContext& ctx, const boost::json::value& in, T& out) {
    if constexpr (std::is_same_v<T, bool>) {
        if (!in.is_bool()) return invalid(ctx.path, "must be true or false");
        out = in.get_bool();
        return {};
    } else if constexpr (std::is_same_v<T, std::string>) {
        if (!in.is_string()) return invalid(ctx.path, "must be a text");
        out.assign(in.get_string().data(), in.get_string().size());
        return {};
    } else if constexpr (std::is_integral_v<T>) {
        return read_integer(ctx, in, out);
    } else if constexpr (std::is_floating_point_v<T>) {
        if (!in.is_number()) return invalid(ctx.path, "must be a number");
        out = in.to_number<T>();
        return {};
    } else if constexpr (DescribedEnum<T>) {
        return read_enum(ctx, in, out);
    } else if constexpr (IsId<T>::value) {
        return read_integer(ctx, in, out.value);
    } else if constexpr (std::is_same_v<T, Instant>) {
        if (in.is_string()) {
            if (const auto t = parse_rfc3339({in.get_string().data(), in.get_string().size()})) {
                out = *t;
                return {};
            }
        }
        return invalid(ctx.path, "must be a time like 2026-11-22T12:10:00Z");
    } else if constexpr (IsDuration<T>::value) {
        typename T::rep count{};
        if (auto r = read_integer(ctx, in, count); r.has_error()) return r;
        out = T{count};
        return {};
    } else if constexpr (IsOptional<T>::value) {
        if (in.is_null()) {
            out.reset();
            return {};
        }
        return read_value(ctx, in, out.emplace());
    } else if constexpr (IsVector<T>::value) {
        if (!in.is_array()) return invalid(ctx.path, "must be a list");
        out.clear();
        for (const auto& item : in.get_array()) {
            const PathStep step(ctx, out.size());
            if (auto r = read_value(ctx, item, out.emplace_back()); r.has_error()) return r;
        }
        return {};
    } else if constexpr (IsStringMap<T>::value) {
        if (!in.is_object()) return invalid(ctx.path, "must be an object");
        out.clear();
        for (const auto& item : in.get_object()) {
            const PathStep step(ctx, std::string_view(item.key().data(), item.key().size()));
            if (auto r = read_value(ctx, item.value(), out[std::string(item.key())]);
                r.has_error()) {
                return r;
            }
        }
        return {};
    } else {
        static_assert(Described<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
        return read_struct(ctx, in, out);
    }
}

Result<boost::json::value> parse_text(std::string_view text);

}  // namespace json_detail

/// Reads a value that was parsed already; unknown members are passed over.
template <class T>
[[nodiscard]] Result<void> read_json(const boost::json::value& in, T& out) {
    json_detail::ReadContext ctx{false, {}};
    return json_detail::read_value(ctx, in, out);
}

/// Parses `text` (at most 32 levels deep) into a T. Errors: invalid, with the field's path.
template <class T>
[[nodiscard]] Result<T> from_json(std::string_view text, bool strict = false) {
    auto parsed = json_detail::parse_text(text);
    if (parsed.has_error()) return parsed.error();
    T out{};
    json_detail::ReadContext ctx{strict, {}};
    if (auto r = json_detail::read_value(ctx, *parsed, out); r.has_error()) return r.error();
    return out;
}

/// As from_json, but a member that T does not have is an error: for what people write (API bodies,
/// configuration).
template <class T>
[[nodiscard]] Result<T> from_json_strict(std::string_view text) {
    return from_json<T>(text, true);
}

}  // namespace seatline
