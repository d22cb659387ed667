#pragma once
// Whether a request comes from our own pages, by what browsers can't be made to forge:
// Sec-Fetch-Site and Origin.
#include "api/http/message.h"

namespace seatline::api {

/// False when a header says that another site's page sent the request. True when neither header is
/// there (not a browser).
[[nodiscard]] bool is_own_origin(const Request& request);

}  // namespace seatline::api
