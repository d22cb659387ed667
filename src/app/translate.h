#pragma once
// The core's words in SIP's and the worker's, and back: pure functions, one for each direction.
#include <optional>
#include <string>

#include "core/engine/effect.h"
#include "media.pb.h"
#include "sip/endpoint.h"

namespace seatline::app {

/// Empty: an event that is not the engine's business (log, robots).
[[nodiscard]] std::optional<core::Input> to_input(sip::Event&& event);
/// Empty: not the engine's business (start-up, statistics). Recording paths come back relative to
/// `data_folder`.
[[nodiscard]] std::optional<core::Input> to_input(const proto::FromWorker& message,
                                                  const std::string& data_folder);

/// Empty: not SIP's business.
[[nodiscard]] std::optional<sip::Command> to_sip(const core::Action& action);

/// A message and the worker that it is for.
struct WorkerMessage {
    std::uint32_t worker = 0;
    proto::ToWorker message;
};
/// Empty: not a worker's business.
[[nodiscard]] std::optional<WorkerMessage> to_worker(const core::Action& action,
                                                     const std::string& data_folder);

}  // namespace seatline::app
