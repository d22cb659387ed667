#pragma once
// JSON Schema (2020-12, as OpenAPI 3.1 uses it) of described types by reflection: the same
// description that writes and reads the JSON writes its schema, so that they can't part.
//
// Members that are std::optional are not required; of a type with required() only those named are;
// of all others every member is (the writer always writes them).
#include <boost/core/demangle.hpp>
#include <map>
#include <string>
#include <typeindex>

#include "base/json.h"

namespace seatline::api {

/// Collects the named schemas (structs and enums) that the schemas asked for refer to.
class Schemas {
public:
    /// The schema of T as JSON text: inline for plain kinds, a $ref to components/schemas for
    /// structs and enums.
    template <class T>
    std::string of();

    /// Name -> schema of everything referred to so far.
    [[nodiscard]] const std::map<std::string, std::string>& named() const { return named_; }

private:
    template <class T>
    std::string integer();
    template <class T>
    std::string enumeration();
    template <class T>
    std::string structure();
    template <class T>
    std::string named(std::string (Schemas::*make)());

    std::map<std::string, std::string> named_;
    std::map<std::string, std::type_index> types_;
};

/// A schema to be made later: how a route names its types.
using SchemaOf = std::string (*)(Schemas&);
template <class T>
std::string schema(Schemas& schemas) {
    return schemas.of<T>();
}

template <class T>
std::string Schemas::integer() {
    std::string out = R"({"type":"integer")";
    if constexpr (sizeof(T) <= 4) {
        out += R"(,"minimum":)" + std::to_string(std::numeric_limits<T>::min());
        out += R"(,"maximum":)" + std::to_string(std::numeric_limits<T>::max());
    } else {
        out += R"(,"format":"int64")";
        if constexpr (std::is_unsigned_v<T>) out += R"(,"minimum":0)";
    }
    return out + '}';
}

template <class T>
std::string Schemas::enumeration() {
    std::string out = R"({"type":"string","enum":[)";
    bool first = true;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto d) {
        if (!first) out += ',';
        first = false;
        json_detail::append_string(out, d.name);
    });
    return out + "]}";
}

template <class T>
std::string Schemas::structure() {
    std::string properties;
    std::string required;
    boost::mp11::mp_for_each<json_detail::Members<T>>([&](auto d) {
        using Member = std::remove_cvref_t<decltype(std::declval<T>().*d.pointer)>;
        if (!properties.empty()) properties += ',';
        json_detail::append_string(properties, d.name);
        properties += ':' + of<Member>();
        bool needed = !json_detail::IsOptional<Member>::value;
        if constexpr (requires { T::required(); }) {
            needed = false;
            for (const std::string_view name : T::required()) needed |= name == d.name;
        }
        if (!needed) return;
        if (!required.empty()) required += ',';
        json_detail::append_string(required, d.name);
    });
    std::string out = R"({"type":"object","properties":{)" + properties + '}';
    if (!required.empty()) out += R"(,"required":[)" + required + ']';
    return out + '}';
}

template <class T>
std::string Schemas::named(std::string (Schemas::*make)()) {
    std::string name = boost::core::demangle(typeid(T).name());
    if (const auto colon = name.rfind(':'); colon != std::string::npos) name.erase(0, colon + 1);
    const auto [entry, added] = types_.emplace(name, typeid(T));
    SEATLINE_ASSERT(entry->second == typeid(T));  // two types of one name: rename one
    if (added) named_[name] = (this->*make)();
    return R"({"$ref":"#/components/schemas/)" + name + R"("})";
}

template <class T>
std::string Schemas::of() {
    using namespace json_detail;
    if constexpr (std::is_same_v<T, bool>) {
        return R"({"type":"boolean"})";
    } else if constexpr (std::is_same_v<T, std::string>) {
        return R"({"type":"string"})";
    } else if constexpr (std::is_integral_v<T>) {
        return integer<T>();
    } else if constexpr (std::is_floating_point_v<T>) {
        return R"({"type":"number"})";
    } else if constexpr (DescribedEnum<T>) {
        return named<T>(&Schemas::enumeration<T>);
    } else if constexpr (IsId<T>::value) {
        return R"({"type":"integer","minimum":0,"maximum":9007199254740991})";
    } else if constexpr (std::is_same_v<T, Instant>) {
        return R"({"type":"string","format":"date-time"})";
    } else if constexpr (std::is_same_v<T, seconds>) {
        return R"({"type":"integer","description":"seconds"})";
    } else if constexpr (std::is_same_v<T, milliseconds>) {
        return R"({"type":"integer","description":"milliseconds"})";
    } else if constexpr (std::is_same_v<T, microseconds>) {
        return R"({"type":"integer","description":"microseconds"})";
    } else if constexpr (IsOptional<T>::value) {
        return of<typename T::value_type>();
    } else if constexpr (IsVector<T>::value) {
        return R"({"type":"array","items":)" + of<typename T::value_type>() + '}';
    } else if constexpr (IsStringMap<T>::value) {
        return R"({"type":"object","additionalProperties":)" + of<typename T::mapped_type>() + '}';
    } else {
        static_assert(Described<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
        return named<T>(&Schemas::structure<T>);
    }
}

}  // namespace seatline::api
