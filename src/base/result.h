#pragma once
// Errors of input are values: a Result<T> holds T or an Error that says which field is wrong and
// why, in words that a person can act on. Broken invariants are not errors: they are
// SEATLINE_ASSERT.
#include <boost/system/result.hpp>
#include <string>
#include <utility>

namespace seatline {

/// What was wrong with an input.
struct Error {
    /// Stable machine word, snake_case: "invalid", "not_found", "not_allowed", "conflict",
    /// "too_many", "unavailable".
    std::string code;
    /// The field, as a path in the caller's input ("queues[2].name"); empty when no single field is
    /// meant.
    std::string field;
    /// One English sentence for a person.
    std::string reason;

    [[nodiscard]] std::string text() const {
        return field.empty() ? reason : field + ": " + reason;
    }
};

[[noreturn]] void throw_unchecked(const Error& error);

[[noreturn]] inline void throw_exception_from_error(const Error& error,
                                                    const boost::source_location&) {
    throw_unchecked(error);
}

template <class T>
using Result = boost::system::result<T, Error>;

[[nodiscard]] inline Error invalid(std::string field, std::string reason) {
    return {"invalid", std::move(field), std::move(reason)};
}

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace seatline

/// Stays on in release: a broken invariant stops the process before it corrupts a record.
#define SEATLINE_ASSERT(condition)      \
    ((condition) ? static_cast<void>(0) \
                 : ::seatline::assertion_failed(#condition, __FILE__, __LINE__))
