#pragma once
// The OpenAPI 3.1 document of a routing table: pages and clients generate their types from it.
#include <string>

#include "api/http/route.h"

namespace seatline::api {

[[nodiscard]] std::string openapi_document(const RouteTable& table);

}  // namespace seatline::api
