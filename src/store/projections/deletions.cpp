#include "store/projections/deletions.h"

namespace seatline::store {

void Deletions::write(Connection& connection) const {
    for (const core::Event& event : new_) {
        const auto& gone = std::get<core::RecordingDeleted>(event.body);
        Query(connection, "REPLACE INTO deletions VALUES (?1,?2,?3,?4,?5,?6,?7,?8)")
            .bind(event.tenant, event.seq, event.at, gone.call, gone.recording, gone.path,
                  gone.reason, gone.by)
            .run();
    }
}

std::vector<core::DeletionRecord> read_deletions(Connection& connection,
                                                 const DeletionQuery& wanted) {
    // The page begins at the place of `after_seq` in the order of the index, so that no line before
    // it is read again.
    Query query(
        connection,
        "SELECT seq, at, call, recording, path, reason, by FROM deletions"
        " INDEXED BY deletions_by_time WHERE tenant=?1 AND at<?3 AND (at, seq) >"
        " (max(coalesce((SELECT at FROM deletions WHERE tenant=?1 AND seq=?4), ?2), ?2), ?4)"
        " ORDER BY at, seq LIMIT ?5");
    query.bind(wanted.tenant, wanted.from, wanted.to, wanted.after_seq, wanted.limit);
    std::vector<core::DeletionRecord> lines;
    while (query.next()) {
        core::DeletionRecord& line = lines.emplace_back();
        line.seq = query.number(0);
        line.at = query.instant(1);
        line.call = CallId{query.number(2)};
        line.recording = RecordingId{query.number(3)};
        line.path = query.text(4);
        line.reason = query.text(5);
        line.by = query.text(6);
    }
    return lines;
}

}  // namespace seatline::store
