#pragma once
// What the SIP side is told of a Directory: who may call in, by which gateways calls go out, which
// phones may register.
#include <string>

#include "base/result.h"
#include "core/engine/directory.h"
#include "sip/endpoint.h"

namespace seatline::app {

/// Addresses ("1.2.3.4", "1.2.3.0/24", "1.2.3.4:5070", "[::1]:5070") and gateways of all trunks.
/// Reads the gateways' password files, whose first line counts, from the folder `data`. Errors:
/// invalid, field "trunks[2].gateway.password_file": it can't be read, is empty, or
/// others than its owner may read it.
[[nodiscard]] Result<sip::SetTrunks> trunk_settings(const core::Directory& directory,
                                                    const std::string& data);

[[nodiscard]] std::vector<sip::DeviceCredential> credentials(const core::Directory& directory);

}  // namespace seatline::app
