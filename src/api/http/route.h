#pragma once
// The routing table: what each request may be, who may ask it, what it takes and gives, and the
// function that answers. The OpenAPI document is made from this same table, so that nothing is
// served that it does not describe.
#include <string>
#include <string_view>
#include <vector>

#include "api/auth/session_store.h"
#include "api/http/message.h"
#include "api/http/schema.h"

namespace seatline::api {

/// The least that a caller must be. anyone: no session needed (it is passed on when there is one).
enum class Access { anyone, agent, supervisor, admin };

/// Where the handler runs: `loop` must not block and may use the loop's state (sessions, board);
/// `pool` may block and must not touch it.
enum class Where { loop, pool };

struct Parameter {
    std::string name;
    SchemaOf schema = nullptr;
    std::string description;
};

/// A request that was let through, as its handler gets it.
struct Exchange {
    Request request;
    std::vector<std::string> path_values;  ///< of the pattern's {names}, in order
    std::optional<Session> session;        ///< always set unless the route is for anyone
    Instant now;
};

using Handler = std::function<void(const std::shared_ptr<const Exchange>&, const Done&)>;

struct Route {
    Method method = Method::get;
    std::string path;  ///< "/api/v1/agents/{agent}"
    Access access = Access::supervisor;
    std::string summary;                ///< one line, no full stop
    std::vector<Parameter> query = {};  ///< the only query parameters that are taken
    SchemaOf request = nullptr;         ///< JSON body; null: none
    SchemaOf response = nullptr;        ///< JSON answer; null: see content_type
    std::string content_type =
        {};  ///< of the answer when it is not JSON; empty and no response: 204
    Where where = Where::loop;
    std::string audit_refused = {};  ///< action under which a role's refusal is written down too
    Handler handler = {};
};

/// Makes a handler of a function that knows its answer at once.
template <class F>
[[nodiscard]] Handler at_once(F answer) {
    return [answer = std::move(answer)](const std::shared_ptr<const Exchange>& exchange,
                                        const Done& done) { done(answer(*exchange)); };
}

/// Filled at start, then only read: any thread.
class RouteTable {
public:
    void add(Route route);

    struct Match {
        const Route* route = nullptr;  ///< null: see allowed
        std::vector<std::string> values;
        std::string allowed;  ///< methods of that path ("GET, HEAD, POST"); empty: unknown path
    };
    /// HEAD matches GET routes.
    [[nodiscard]] Match find(Method method, std::string_view path) const;
    [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

private:
    std::vector<Route> routes_;
};

/// The names in a pattern's braces, in order.
[[nodiscard]] std::vector<std::string> path_names(std::string_view pattern);

}  // namespace seatline::api
