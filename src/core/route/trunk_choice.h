#pragma once
// By which trunks a number outside may be called, best first, and with which number of ours.
//
// The longest prefix of the routes counts, of those that the tenant may use: a route that is
// another tenant's alone never hides a shorter one. Routes are put in order once, by prefix; a call
// costs as many hash look-ups as the longest prefix has signs, then orders the few trunks of one
// prefix. Load and health are the caller's and passed in.
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "core/engine/directory.h"

namespace seatline::core {

struct TrunkLoad {
    std::uint32_t calls = 0;  ///< of both directions
    bool up = true;
};
/// How a trunk is now; asked only of trunks that could carry the call, once each.
using LoadOfTrunk = std::function<TrunkLoad(TrunkId)>;

struct TrunkCandidate {
    TrunkId trunk;
    std::string number;  ///< as this trunk wants it: stripped, then prepended
    seconds ring_timeout{0};
};

class TrunkChoice {
public:
    /// Copies what it needs of a checked Directory.
    explicit TrunkChoice(const Directory& directory);

    /// Trunks for `number`, best first: lower order, then lower cost, then more free lines, then
    /// lower id; each at most once. Never empty. Errors: no_route, field "number": no route for
    /// this number, all its trunks down, all full, or some of each.
    [[nodiscard]] Result<std::vector<TrunkCandidate>> candidates(TenantId tenant,
                                                                 std::string_view number,
                                                                 const LoadOfTrunk& load) const;

private:
    struct Line {
        std::uint32_t order = 0;
        std::uint64_t cost = 0;
        seconds ring_timeout{0};
        std::size_t trunk = 0;  ///< in trunks_
    };
    struct Outgoing {
        TrunkId id;
        std::uint32_t max_calls = 0;
        std::string strip, prepend;
        std::unordered_set<TenantId> tenants;  ///< empty: all

        [[nodiscard]] bool serves(TenantId tenant) const {
            return tenants.empty() || tenants.contains(tenant);
        }
        [[nodiscard]] std::string dialled(std::string_view number) const;
    };
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };

    [[nodiscard]] std::vector<Line> lines_for(TenantId tenant, std::string_view number) const;

    std::vector<Outgoing> trunks_;
    std::unordered_map<std::string, std::vector<Line>, TextHash, std::equal_to<>> by_prefix_;
    std::size_t longest_prefix_ = 0;
};

/// Which number of ours is shown on a call out.
class CallerNumbers {
public:
    explicit CallerNumbers(const Directory& directory);

    /// `wish`: asked for with this call, empty for none; then the agent's own number if the tenant
    /// owns it, then the tenant's first. Errors, field "caller_number": not_allowed when the wish
    /// is not the tenant's, not_found when the tenant has no number at all.
    [[nodiscard]] Result<std::string> choose(TenantId tenant, std::string_view wish,
                                             std::string_view of_agent) const;

    [[nodiscard]] bool owns(TenantId tenant, std::string_view number) const;

private:
    std::unordered_map<TenantId, std::vector<std::string>> numbers_;
    std::unordered_map<std::string, TenantId> owners_;
};

}  // namespace seatline::core
