#include "base/result.h"

#include <cstdio>
#include <cstdlib>

namespace seatline {

void throw_unchecked(const Error& error) {
    assertion_failed(("value() of an error: " + error.text()).c_str(), __FILE__, __LINE__);
}

void assertion_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "seatline: broken invariant: %s (%s:%d)\n", condition, file, line);
    std::fflush(stderr);
    std::abort();
}

}  // namespace seatline
