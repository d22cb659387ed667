#include "store/projections/call_list.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "base/json.h"
#include "store/projections/call_row.h"

namespace seatline::store {

using namespace core;

namespace {

/// Where a walk begins and ends: rows with (arrived_at, call) < (before_at, before_call) and
/// arrived_at >= from.
struct Span {
    std::int64_t from = std::numeric_limits<std::int64_t>::min();
    std::int64_t before_at = std::numeric_limits<std::int64_t>::max();
    std::uint64_t before_call = 0;
};

#define SEATLINE_WALK(index, filter)                                \
    "SELECT " SEATLINE_CALL_COLUMNS " FROM calls INDEXED BY " index \
    " WHERE tenant=?1 AND arrived_at>=?2"                           \
    " AND (arrived_at, call) < (?3, ?4)" filter " ORDER BY arrived_at DESC, call DESC"

bool has_number(const CallRecord& call, const std::string& prefix) {
    return call.caller.starts_with(prefix) || call.called.starts_with(prefix);
}

bool matches(const CallRecord& call, const CallQuery& query) {
    return has_number(call, query.number) && (!query.agent || call.agent == query.agent) &&
           (!query.queue || call.queue == query.queue) &&
           (!query.result || call.result == *query.result) &&
           (!query.direction || call.direction == *query.direction);
}

/// Fills a page from rows in order; says when enough was seen.
class PageFiller {
public:
    explicit PageFiller(const CallQuery& query) : query_(query) {}

    /// Answers false when the page is done.
    bool take(CallRecord&& call) {
        if (page.calls.size() == query_.limit) {
            page.next = page.calls.back().call;
            return false;
        }
        const CallId id = call.call;
        if (matches(call, query_)) page.calls.push_back(std::move(call));
        if (++examined_ < kMaxExamined) return true;
        page.next = id;
        return false;
    }

    CallPage page;

private:
    const CallQuery& query_;
    std::uint32_t examined_ = 0;
};

void walk(Query& rows, PageFiller& filler) {
    while (rows.next() && filler.take(read_record(rows))) {
    }
}

void walk_best_index(Connection& connection, const CallQuery& query, const Span& span,
                     PageFiller& filler) {
    const auto run = [&](Query& rows) -> Query& {
        return rows.bind(query.tenant, span.from, span.before_at, span.before_call);
    };
    if (query.agent) {
        Query rows(connection, SEATLINE_WALK("calls_by_agent", " AND agent=?5"));
        walk(run(rows).bind(*query.agent), filler);
    } else if (query.queue) {
        Query rows(connection, SEATLINE_WALK("calls_by_queue", " AND queue=?5"));
        walk(run(rows).bind(*query.queue), filler);
    } else if (query.result) {
        Query rows(connection, SEATLINE_WALK("calls_by_result", " AND result=?5"));
        walk(run(rows).bind(enum_name(*query.result)), filler);
    } else if (query.direction && *query.direction != CallDirection::inbound) {
        // The index is partial; SQLite uses it only when the query says its condition.
        Query rows(connection, SEATLINE_WALK("calls_by_direction",
                                             " AND direction=?5 AND direction <> 'inbound'"));
        walk(run(rows).bind(enum_name(*query.direction)), filler);
    } else {
        Query rows(connection, SEATLINE_WALK("calls_by_time", ""));
        walk(run(rows), filler);
    }
}

using Found = std::tuple<std::int64_t, std::uint64_t>;  // arrived_at, call

/// Adds the calls with the prefix to `found`. Answers false when there are too many.
bool collect(Query& rows, const CallQuery& query, std::vector<Found>& found) {
    const std::string past = query.number + "\xF4\x8F\xBF\xBF";  // above every text with the prefix
    rows.bind(query.tenant, query.number, past, kFewMatches);
    std::uint32_t count = 0;
    while (rows.next()) {
        found.emplace_back(rows.integer(0), rows.number(1));
        if (++count == kFewMatches) return false;
    }
    return true;
}

/// Answers false when the prefix is too common for a sort.
bool fill_by_prefix(Connection& connection, const CallQuery& query, const Span& span,
                    PageFiller& filler) {
    std::vector<Found> found;
    Query callers(connection,
                  "SELECT arrived_at, call FROM calls INDEXED BY calls_by_caller"
                  " WHERE tenant=?1 AND caller>=?2 AND caller<?3 LIMIT ?4");
    Query called(connection,
                 "SELECT arrived_at, call FROM calls INDEXED BY calls_by_called"
                 " WHERE tenant=?1 AND called>=?2 AND called<?3 LIMIT ?4");
    if (!collect(callers, query, found) || !collect(called, query, found)) return false;
    std::sort(found.begin(), found.end(), std::greater<>());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    for (const Found& one : found) {
        if (one >= Found{span.before_at, span.before_call} || std::get<0>(one) < span.from)
            continue;
        Query row(connection,
                  "SELECT " SEATLINE_CALL_COLUMNS " FROM calls WHERE tenant=?1 AND call=?2");
        row.bind(query.tenant, std::get<1>(one));
        if (row.next() && !filler.take(read_record(row))) break;
    }
    return true;
}

Result<Span> span_of(Connection& connection, const CallQuery& query) {
    Span span;
    if (query.from) span.from = to_unix_us(*query.from);
    if (query.to) span.before_at = to_unix_us(*query.to);
    if (!query.before) return span;
    Query row(connection, "SELECT arrived_at FROM calls WHERE tenant=?1 AND call=?2");
    row.bind(query.tenant, *query.before);
    if (!row.next()) return invalid("before", "is not a call of this list");
    if (row.integer(0) >= span.before_at) return span;
    span.before_at = row.integer(0);
    span.before_call = query.before->value;
    return span;
}

}  // namespace

Result<CallPage> list_calls(Connection& connection, const CallQuery& query) {
    if (query.limit < 1 || query.limit > 200) return invalid("limit", "must be between 1 and 200");
    const auto span = span_of(connection, query);
    if (span.has_error()) return span.error();
    PageFiller filler(query);
    const bool by_prefix = !query.number.empty() && !query.agent;
    if (!by_prefix || !fill_by_prefix(connection, query, *span, filler)) {
        walk_best_index(connection, query, *span, filler);
    }
    return std::move(filler.page);
}

}  // namespace seatline::store
