#include "core/route/trunk_choice.h"

#include <algorithm>
#include <tuple>

namespace seatline::core {
namespace {

Error no_route(std::string reason) {
    return {"no_route", "number", std::move(reason)};
}

}  // namespace

std::string TrunkChoice::Outgoing::dialled(std::string_view number) const {
    if (number.starts_with(strip)) number.remove_prefix(strip.size());
    return prepend + std::string(number);
}

TrunkChoice::TrunkChoice(const Directory& directory) {
    std::unordered_map<TrunkId, std::size_t> index;
    for (const Trunk& trunk : directory.trunks) {
        if (!trunk.gateway) continue;
        index[trunk.id] = trunks_.size();
        trunks_.push_back({trunk.id,
                           trunk.max_calls,
                           trunk.gateway->strip,
                           trunk.gateway->prepend,
                           {trunk.tenants.begin(), trunk.tenants.end()}});
    }
    for (const Route& route : directory.routes) {
        const auto trunk = index.find(route.trunk);
        if (trunk == index.end()) continue;
        longest_prefix_ = std::max(longest_prefix_, route.prefix.size());
        by_prefix_[route.prefix].push_back(
            {route.order, route.cost_fen_per_minute, route.ring_timeout_s, trunk->second});
    }
    for (auto& [prefix, lines] : by_prefix_) {
        std::ranges::stable_sort(
            lines, {}, [](const Line& line) { return std::tuple(line.order, line.cost); });
    }
}

std::vector<TrunkChoice::Line> TrunkChoice::lines_for(TenantId tenant,
                                                      std::string_view number) const {
    std::vector<Line> out;
    for (std::size_t length = std::min(longest_prefix_, number.size());; --length) {
        if (const auto found = by_prefix_.find(number.substr(0, length));
            found != by_prefix_.end()) {
            for (const Line& line : found->second) {
                if (trunks_[line.trunk].serves(tenant) &&
                    std::ranges::find(out, line.trunk, &Line::trunk) == out.end())
                    out.push_back(line);
            }
        }
        if (!out.empty() || length == 0) return out;
    }
}

Result<std::vector<TrunkCandidate>> TrunkChoice::candidates(TenantId tenant,
                                                            std::string_view number,
                                                            const LoadOfTrunk& load) const {
    struct Ranked {
        Line line;
        std::uint32_t free = 0;
    };
    const std::vector<Line> lines = lines_for(tenant, number);
    if (lines.empty()) return no_route("no route leads to this number");
    std::vector<Ranked> ranked;
    std::size_t down = 0;
    for (const Line& line : lines) {
        const Outgoing& trunk = trunks_[line.trunk];
        const TrunkLoad now = load(trunk.id);
        if (!now.up) {
            ++down;
        } else if (now.calls < trunk.max_calls) {
            ranked.push_back({line, trunk.max_calls - now.calls});
        }
    }
    if (ranked.empty()) {
        if (down == lines.size()) return no_route("all trunks for this number are down");
        if (down == 0) return no_route("all lines of the trunks for this number are taken");
        return no_route("the trunks for this number are down or all their lines are taken");
    }
    std::ranges::sort(ranked, [this](const Ranked& a, const Ranked& b) {
        // More free lines come first, hence b's on the left.
        return std::tuple(a.line.order, a.line.cost, b.free, trunks_[a.line.trunk].id) <
               std::tuple(b.line.order, b.line.cost, a.free, trunks_[b.line.trunk].id);
    });
    std::vector<TrunkCandidate> out;
    out.reserve(ranked.size());
    for (const Ranked& r : ranked) {
        const Outgoing& trunk = trunks_[r.line.trunk];
        out.push_back({trunk.id, trunk.dialled(number), r.line.ring_timeout});
    }
    return out;
}

CallerNumbers::CallerNumbers(const Directory& directory) {
    for (const Number& number : directory.numbers) {
        numbers_[number.tenant].push_back(number.number);
        owners_.emplace(number.number, number.tenant);
    }
}

bool CallerNumbers::owns(TenantId tenant, std::string_view number) const {
    const auto owner = owners_.find(std::string(number));
    return owner != owners_.end() && owner->second == tenant;
}

Result<std::string> CallerNumbers::choose(TenantId tenant, std::string_view wish,
                                          std::string_view of_agent) const {
    if (!wish.empty()) {
        if (owns(tenant, wish)) return Result<std::string>(boost::system::in_place_value, wish);
        return Error{"not_allowed", "caller_number",
                     std::string(wish) + " is not a number of this tenant"};
    }
    if (!of_agent.empty() && owns(tenant, of_agent))
        return Result<std::string>(boost::system::in_place_value, of_agent);
    const auto numbers = numbers_.find(tenant);
    if (numbers == numbers_.end())
        return Error{"not_found", "caller_number", "the tenant has no number to call out with"};
    return Result<std::string>(boost::system::in_place_value, numbers->second.front());
}

}  // namespace seatline::core
