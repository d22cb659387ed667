#include "core/acd/distributor.h"

#include <tuple>

#include "base/result.h"

namespace seatline::core {

QueueIndex Distributor::add_queue(std::uint32_t priority) {
    queues_.emplace_back().priority = priority;
    return static_cast<QueueIndex>(queues_.size() - 1);
}

AgentIndex Distributor::add_agent(std::vector<QueueIndex> queues) {
    agents_.emplace_back().queues = std::move(queues);
    return static_cast<AgentIndex>(agents_.size() - 1);
}

WaitKey Distributor::join(QueueIndex queue, CallId call, Instant since) {
    const WaitKey key{0, since, next_order_++, call};
    rejoin(queue, key);
    return key;
}

void Distributor::rejoin(QueueIndex queue, const WaitKey& key) {
    const bool inserted = queues_[queue].waiting.insert(key).second;
    SEATLINE_ASSERT(inserted);
}

bool Distributor::leave(QueueIndex queue, const WaitKey& key) {
    return queues_[queue].waiting.erase(key);
}

void Distributor::agent_ready(AgentIndex agent, Instant idle_since) {
    AgentEntry& entry = agents_[agent];
    SEATLINE_ASSERT(!entry.ready);
    entry.ready = true;
    entry.idle_since = idle_since;
    for (const QueueIndex queue : entry.queues) queues_[queue].ready.emplace(idle_since, agent);
}

void Distributor::agent_not_ready(AgentIndex agent) {
    AgentEntry& entry = agents_[agent];
    if (!entry.ready) return;
    entry.ready = false;
    for (const QueueIndex queue : entry.queues)
        queues_[queue].ready.erase({entry.idle_since, agent});
}

std::optional<Match> Distributor::match_queue(QueueIndex queue) {
    QueueEntry& entry = queues_[queue];
    if (entry.waiting.empty() || entry.ready.empty()) return std::nullopt;
    const Match match{*entry.waiting.begin(), queue, entry.ready.begin()->second};
    entry.waiting.erase(match.caller);
    agent_not_ready(match.agent);
    return match;
}

std::optional<Match> Distributor::match_agent(AgentIndex agent) {
    if (!agents_[agent].ready) return std::nullopt;
    std::optional<QueueIndex> best;
    for (const QueueIndex queue : agents_[agent].queues) {
        const QueueEntry& entry = queues_[queue];
        if (entry.waiting.empty()) continue;
        if (!best) {
            best = queue;
            continue;
        }
        const QueueEntry& other = queues_[*best];
        // Higher priority first, then who waits longest: a tuple, so that no waiting time outranks
        // a priority.
        const auto rank = [](const QueueEntry& q) {
            return std::tuple(~q.priority, *q.waiting.begin());
        };
        if (rank(entry) < rank(other)) best = queue;
    }
    if (!best) return std::nullopt;
    const Match match{*queues_[*best].waiting.begin(), *best, agent};
    queues_[*best].waiting.erase(match.caller);
    agent_not_ready(agent);
    return match;
}

std::size_t Distributor::ahead(QueueIndex queue, const WaitKey& key) const {
    return queues_[queue].waiting.order_of_key(key);
}

}  // namespace seatline::core
