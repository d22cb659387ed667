#pragma once
// What a center consists of, as data: tenants, trunks, numbers, queues, agents, devices, flows. The
// engine is handed a whole checked Directory; the API shows it; center.json in the data folder
// holds it. Every resource carries its tenant.
#include <array>
#include <boost/describe.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"

namespace seatline::core {

struct Tenant {
    TenantId id;
    std::string name;
    std::string time_zone =
        "Asia/Shanghai";  ///< IANA name; days and intervals of reports are cut by it
    static constexpr auto required() { return std::array<std::string_view, 2>{"id", "name"}; }
};
BOOST_DESCRIBE_STRUCT(Tenant, (), (id, name, time_zone))

/// A carrier's line, recognised by the address that its INVITEs come from.
struct Trunk {
    TrunkId id;
    std::string name;
    std::vector<std::string> addresses;  ///< "203.0.113.5", "203.0.113.0/24", "203.0.113.5:5070"
    std::uint32_t max_calls = 30;        ///< simultaneous calls; one more is answered 503
    static constexpr auto required() { return std::array<std::string_view, 2>{"id", "addresses"}; }
};
BOOST_DESCRIBE_STRUCT(Trunk, (), (id, name, addresses, max_calls))

/// A called number (DID) of a tenant and the flow that its calls enter.
struct Number {
    std::string number;
    TenantId tenant;
    FlowId flow;
    static constexpr auto required() {
        return std::array<std::string_view, 3>{"number", "tenant", "flow"};
    }
};
BOOST_DESCRIBE_STRUCT(Number, (), (number, tenant, flow))

struct Queue {
    QueueId id;
    TenantId tenant;
    std::string name;
    std::string skill;                  ///< an agent who has it may take this queue's calls
    std::uint32_t priority = 0;         ///< higher queues are served first by an agent of several
    seconds ring_timeout_s{15};         ///< an agent's phone rings this long
    seconds max_wait_s{600};            ///< then the caller is told so and the call ends
    std::uint32_t max_waiting = 1000;   ///< one more caller is told so and the call ends
    seconds wrap_up_s{10};              ///< 0: the agent is idle at once
    seconds service_level_s{20};        ///< Y of "X % in Y seconds"
    std::string music = "music";        ///< prompt played while waiting; empty: silence
    seconds announce_every_s{30};       ///< position announcement; 0: never
    bool announce_agent_number = true;  ///< A1: the caller hears "8001 号客服代表为您服务"
    bool record = true;
    static constexpr auto required() {
        return std::array<std::string_view, 4>{"id", "tenant", "name", "skill"};
    }
};
BOOST_DESCRIBE_STRUCT(Queue, (),
                      (id, tenant, name, skill, priority, ring_timeout_s, max_wait_s, max_waiting,
                       wrap_up_s, service_level_s, music, announce_every_s, announce_agent_number,
                       record))

struct Agent {
    AgentId id;
    TenantId tenant;
    std::string number;  ///< 工号, spoken to the caller
    std::string name;
    std::vector<std::string> skills;
    std::string device;  ///< user of the SIP phone that rings
    bool sign_in_on_register =
        false;  ///< 签入 when the phone registers, 签出 when it goes: for phones without a page
    static constexpr auto required() {
        return std::array<std::string_view, 4>{"id", "tenant", "number", "device"};
    }
};
BOOST_DESCRIBE_STRUCT(Agent, (), (id, tenant, number, name, skills, device, sign_in_on_register))

/// A phone that may register. The secret itself is never kept: HA1 = MD5(user:realm:password) in
/// hex (RFC 2617).
struct Device {
    std::string user;
    TenantId tenant;
    std::string ha1;
    static constexpr auto required() {
        return std::array<std::string_view, 3>{"user", "tenant", "ha1"};
    }
};
BOOST_DESCRIBE_STRUCT(Device, (), (user, tenant, ha1))

struct MenuChoice {
    std::string key;   ///< one of 0-9*#
    std::string next;  ///< node id
};
BOOST_DESCRIBE_STRUCT(MenuChoice, (), (key, next))

enum class NodeType { play, menu, queue, hangup };
BOOST_DESCRIBE_ENUM(NodeType, play, menu, queue, hangup)

/// One step of a flow. Which members count depends on the type; src/core/ivr has a file for each.
struct FlowNode {
    std::string id;
    NodeType type = NodeType::hangup;
    std::vector<std::string> prompts;  ///< names of prompts, played in order
    std::string next;                  ///< play: the node after it
    bool skippable = true;  ///< play: a key ends the prompts and counts for the menu that follows
    std::vector<MenuChoice> choices;  ///< menu
    seconds timeout_s{5};             ///< menu: wait for a key after the prompts
    std::uint32_t tries = 3;          ///< menu: time-outs and wrong keys together, then on_failure
    std::vector<std::string> invalid_prompts;  ///< menu: said after a wrong key
    std::vector<std::string> timeout_prompts;  ///< menu: said after a time-out
    std::string on_failure;                    ///< menu: node after the last try; empty: hang up
    QueueId queue;                             ///< queue
    static constexpr auto required() { return std::array<std::string_view, 2>{"id", "type"}; }
};
BOOST_DESCRIBE_STRUCT(FlowNode, (),
                      (id, type, prompts, next, skippable, choices, timeout_s, tries,
                       invalid_prompts, timeout_prompts, on_failure, queue))

struct Flow {
    FlowId id;
    TenantId tenant;
    std::string name;
    std::string start;  ///< id of the first node
    std::vector<FlowNode> nodes;
    static constexpr auto required() {
        return std::array<std::string_view, 4>{"id", "tenant", "start", "nodes"};
    }
};
BOOST_DESCRIBE_STRUCT(Flow, (), (id, tenant, name, start, nodes))

/// A piece of speech or music: a file in the prompts folder, or a text that is synthesised once (zh
/// or en).
struct Prompt {
    std::string name;
    std::string text;
    std::string language = "zh";
    std::string file;  ///< set: this file is used and the text only documents it
    static constexpr auto required() { return std::array<std::string_view, 1>{"name"}; }
};
BOOST_DESCRIBE_STRUCT(Prompt, (), (name, text, language, file))

/// Why an agent is not ready (示忙原因); `code` is stored, the page translates or shows `name`.
struct BusyReason {
    std::string code;
    std::string name_zh;
    std::string name_en;
};
BOOST_DESCRIBE_STRUCT(BusyReason, (), (code, name_zh, name_en))

struct Directory {
    std::vector<Tenant> tenants;
    std::vector<Trunk> trunks;
    std::vector<Number> numbers;
    std::vector<Queue> queues;
    std::vector<Agent> agents;
    std::vector<Device> devices;
    std::vector<Flow> flows;
    std::vector<Prompt> prompts;
    std::vector<BusyReason> busy_reasons;
};
BOOST_DESCRIBE_STRUCT(Directory, (),
                      (tenants, trunks, numbers, queues, agents, devices, flows, prompts,
                       busy_reasons))

/// Checks every reference, uniqueness and range. Errors: invalid, with the path of the first wrong
/// field
/// ("flows[0].nodes[2].next") and the reason.
[[nodiscard]] Result<void> check(const Directory& directory);

}  // namespace seatline::core
