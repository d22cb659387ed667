#pragma once
// What a center consists of, as data: tenants, trunks, numbers, queues, agents, devices, flows. The
// engine is handed a whole checked Directory; the API shows it; center.json in the data folder
// holds it. Every resource carries its tenant.
#include <array>
#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "core/engine/event.h"

namespace seatline::core {

struct Tenant {
    TenantId id;
    std::string name;
    std::string time_zone =
        "Asia/Shanghai";               ///< IANA name; days and intervals of reports are cut by it
    std::string hold_music = "music";  ///< prompt; empty: silence
    bool tell_monitored = false;    ///< an agent hears a tone and sees it when a supervisor listens
    seconds outbound_wrap_up_s{0};  ///< after outgoing calls
    std::uint32_t recordings_kept_days = 30;  ///< then they are deleted, with a proof; 0: never
    static constexpr auto required() { return std::array<std::string_view, 2>{"id", "name"}; }
};
BOOST_DESCRIBE_STRUCT(Tenant, (),
                      (id, name, time_zone, hold_music, tell_monitored, outbound_wrap_up_s,
                       recordings_kept_days))

/// Whether a phone or trunk is offered SRTP (RFC 4568): optional is RTP/AVP with keys.
enum class SrtpUse { off, optional, required };
BOOST_DESCRIBE_ENUM(SrtpUse, off, optional, required)

/// A trunk at work: where calls go out, and how it is watched.
struct Gateway {
    std::string uri;   ///< "sip:carrier.example", "sip:203.0.113.5:5070;transport=tls"; SRV (RFC
                       ///< 3263) when there is no port
    std::string user;  ///< digest user, and the one that registers; empty: no digest
    std::string password_file;  ///< file in the data folder that holds the password, 0600
    bool register_user = false;
    seconds options_s{60};  ///< OPTIONS at least so often; 0: never, the trunk counts as up
    std::string strip;      ///< this prefix of the dialled number is left out
    std::string prepend;    ///< ... and this is put before
    static constexpr auto required() { return std::array<std::string_view, 1>{"uri"}; }
};
BOOST_DESCRIBE_STRUCT(Gateway, (),
                      (uri, user, password_file, register_user, options_s, strip, prepend))

/// A carrier's line, recognised by the address that its INVITEs come from.
struct Trunk {
    TrunkId id;
    std::string name;
    std::vector<std::string> addresses;   ///< "203.0.113.5", "203.0.113.0/24", "203.0.113.5:5070"
    std::uint32_t max_calls = 30;         ///< simultaneous calls; one more is answered 503
    std::optional<Gateway> gateway = {};  ///< set: calls may go out here
    SrtpUse srtp = SrtpUse::off;
    std::vector<TenantId> tenants = {};  ///< who may call out; empty: all
    static constexpr auto required() { return std::array<std::string_view, 2>{"id", "addresses"}; }
};
BOOST_DESCRIBE_STRUCT(Trunk, (), (id, name, addresses, max_calls, gateway, srtp, tenants))

/// Which trunks carry numbers that begin with a prefix. The longest prefix counts; among its trunks
/// those of lower `order` first, then the cheaper, then the one with more free lines.
struct Route {
    std::string prefix;  ///< digits or +; empty: all numbers
    TrunkId trunk;
    std::uint32_t order = 0;
    std::uint64_t cost_fen_per_minute = 0;
    seconds ring_timeout_s{60};
    static constexpr auto required() { return std::array<std::string_view, 1>{"trunk"}; }
};
BOOST_DESCRIBE_STRUCT(Route, (), (prefix, trunk, order, cost_fen_per_minute, ring_timeout_s))

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

/// Seats are of two kinds (spec.md B1, B2): an inbound seat 呼入坐席 signs in and out, is busy or
/// idle, passes calls on within the center, calls colleagues, holds, and sends callers to the IVR;
/// a two-way seat 双向坐席 also calls out, takes calls over, holds three-way calls and passes calls
/// to outside numbers.
enum class SeatKind { inbound, two_way };
BOOST_DESCRIBE_ENUM(SeatKind, inbound, two_way)

struct Agent {
    AgentId id;
    TenantId tenant;
    std::string number;  ///< 工号, spoken to the caller
    std::string name;
    std::vector<std::string> skills;
    std::string device;  ///< user of the SIP phone that rings
    bool sign_in_on_register =
        false;  ///< 签入 when the phone registers, 签出 when it goes: for phones without a page
    std::vector<std::string> other_devices = {};  ///< ring together with `device`
    SeatKind seat = SeatKind::two_way;
    std::string caller_number = {};  ///< shown on outgoing calls: a number of the tenant; empty:
                                     ///< its first
    bool supervisor = false;         ///< may listen, steer and force
    std::string forward_always =
        {};  ///< agent number, outside number or "voicemail"; empty: nowhere
    std::string forward_on_busy = {};
    std::string forward_on_no_answer = {};
    seconds direct_ring_s{20};  ///< calls straight to the agent ring this long
    static constexpr auto required() {
        return std::array<std::string_view, 4>{"id", "tenant", "number", "device"};
    }
};
BOOST_DESCRIBE_STRUCT(Agent, (),
                      (id, tenant, number, name, skills, device, sign_in_on_register, other_devices,
                       seat, caller_number, supervisor, forward_always, forward_on_busy,
                       forward_on_no_answer, direct_ring_s))

/// A phone that may register. The secret itself is never kept: HA1 = MD5(user:realm:password) in
/// hex (RFC 2617).
struct Device {
    std::string user;
    TenantId tenant;
    std::string ha1;
    std::string ha1_sha256 =
        {};  ///< SHA-256(user:realm:password) in hex (RFC 8760); empty: MD5 only
    SrtpUse srtp = SrtpUse::off;
    static constexpr auto required() {
        return std::array<std::string_view, 3>{"user", "tenant", "ha1"};
    }
};
BOOST_DESCRIBE_STRUCT(Device, (), (user, tenant, ha1, ha1_sha256, srtp))

/// Which calls are recorded. The first rule whose conditions all hold decides; no rule: the queue's
/// `record`, and calls without a queue are recorded.
enum class RecordMode { always, on_demand, never };
BOOST_DESCRIBE_ENUM(RecordMode, always, on_demand, never)
struct RecordRule {
    TenantId tenant;
    std::optional<QueueId> queue;
    std::optional<AgentId> agent;
    std::optional<TrunkId> trunk;
    std::optional<CallDirection> direction;
    RecordMode mode = RecordMode::always;
    std::uint32_t share_percent = 100;  ///< always: so many of a hundred calls, chosen by call id
    static constexpr auto required() { return std::array<std::string_view, 2>{"tenant", "mode"}; }
};
BOOST_DESCRIBE_STRUCT(RecordRule, (), (tenant, queue, agent, trunk, direction, mode, share_percent))

/// A conference room. Callers reach it by a flow's node, agents by dialling `number`.
struct ConferenceRoom {
    ConferenceId id;
    TenantId tenant;
    std::string name;
    std::string number;         ///< what agents dial
    std::string pin;            ///< digits; empty: everyone may enter
    std::string moderator_pin;  ///< digits; empty: nobody moderates by keys
    std::uint32_t max_members = 50;
    bool record = false;
    bool tones = true;                ///< on coming and going
    bool wait_for_moderator = false;  ///< music until one is there
    static constexpr auto required() {
        return std::array<std::string_view, 4>{"id", "tenant", "name", "number"};
    }
};
BOOST_DESCRIBE_STRUCT(ConferenceRoom, (),
                      (id, tenant, name, number, pin, moderator_pin, max_members, record, tones,
                       wait_for_moderator))

/// A voicemail box of an agent, of a queue (all its agents) or of the tenant (its supervisors).
struct Mailbox {
    MailboxId id;
    TenantId tenant;
    std::string name;
    std::string number;  ///< with its PIN, who listens by phone
    std::string pin;     ///< digits; empty: only from the owner's own phone
    std::optional<AgentId> agent;
    std::optional<QueueId> queue;
    std::vector<std::string> greeting;  ///< prompts; empty: the standard one
    seconds max_length_s{180};
    std::uint32_t max_messages = 100;
    static constexpr auto required() {
        return std::array<std::string_view, 3>{"id", "tenant", "name"};
    }
};
BOOST_DESCRIBE_STRUCT(Mailbox, (),
                      (id, tenant, name, number, pin, agent, queue, greeting, max_length_s,
                       max_messages))

struct MenuChoice {
    std::string key;   ///< one of 0-9*#
    std::string next;  ///< node id
};
BOOST_DESCRIBE_STRUCT(MenuChoice, (), (key, next))

/// transfer: to `target` for good; collect: digits into a variable; give_back: to the agent who
/// sent the caller here, with the variables.
enum class NodeType { play, menu, queue, hangup, transfer, collect, give_back };
BOOST_DESCRIBE_ENUM(NodeType, play, menu, queue, hangup, transfer, collect, give_back)

/// One step of a flow. Which members count depends on the type; src/core/ivr has a file for each.
struct FlowNode {
    std::string id;
    NodeType type = NodeType::hangup;
    std::vector<std::string> prompts;  ///< names of prompts, played in order
    std::string next;                  ///< play, collect: the node after it
    bool skippable = true;  ///< play: a key ends the prompts and counts for the menu that follows
    std::vector<MenuChoice> choices;  ///< menu
    seconds timeout_s{5};             ///< menu, collect: wait for each key after the prompts
    std::uint32_t tries = 3;  ///< menu, collect: time-outs and wrong keys together, then on_failure
    std::vector<std::string> invalid_prompts;  ///< menu, collect: said after wrong or too few keys
    std::vector<std::string> timeout_prompts;  ///< menu, collect: said after a time-out
    std::string on_failure;  ///< menu, collect: node after the last try; empty: hang up
    QueueId queue;           ///< queue
    Target target;           ///< transfer: agent, queue, flow, number, mailbox or conference
    std::string variable;    ///< collect: the name under which the digits are given back
    std::uint32_t min_digits = 1;
    std::uint32_t max_digits = 20;  ///< collect: reached, or # pressed: done
    bool secret = false;  ///< collect: in no event, record or log; recordings never have it
    static constexpr auto required() { return std::array<std::string_view, 2>{"id", "type"}; }
};
BOOST_DESCRIBE_STRUCT(FlowNode, (),
                      (id, type, prompts, next, skippable, choices, timeout_s, tries,
                       invalid_prompts, timeout_prompts, on_failure, queue, target, variable,
                       min_digits, max_digits, secret))

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
    std::vector<Route> routes = {};
    std::vector<RecordRule> record_rules = {};
    std::vector<ConferenceRoom> conferences = {};
    std::vector<Mailbox> mailboxes = {};
};
BOOST_DESCRIBE_STRUCT(Directory, (),
                      (tenants, trunks, numbers, queues, agents, devices, flows, prompts,
                       busy_reasons, routes, record_rules, conferences, mailboxes))

/// Checks every reference, uniqueness and range. Errors: invalid, with the path of the first wrong
/// field
/// ("flows[0].nodes[2].next") and the reason.
[[nodiscard]] Result<void> check(const Directory& directory);

}  // namespace seatline::core
