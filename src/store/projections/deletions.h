#pragma once
// The deletion log: one line for each recording that is gone, never changed.
#include <vector>

#include "core/record/records.h"
#include "store/sqlite/sqlite.h"

namespace seatline::store {

/// Thread: the writer's.
class Deletions {
public:
    void apply(const core::Event& event) {
        if (std::holds_alternative<core::RecordingDeleted>(event.body)) new_.push_back(event);
    }
    void write(Connection& connection) const;
    void committed() { new_.clear(); }

private:
    std::vector<core::Event> new_;
};

struct DeletionQuery {
    TenantId tenant;
    Instant from;
    Instant to;
    std::uint64_t after_seq = 0;
    std::uint32_t limit = 100;
};
/// In order of time.
[[nodiscard]] std::vector<core::DeletionRecord> read_deletions(Connection& connection,
                                                               const DeletionQuery& query);

}  // namespace seatline::store
