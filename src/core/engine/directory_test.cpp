#include "core/engine/directory.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/route/testing.h"

namespace seatline::core {
namespace {

/// The field that is named after `change` was made to a right center, or "none".
std::string wrong(const std::function<void(Directory&)>& change) {
    Directory center = testing::small_center();
    change(center);
    const auto r = check(center);
    if (!r.has_error()) return "none";
    EXPECT_EQ(r.error().code, "invalid");
    EXPECT_FALSE(r.error().reason.empty());
    return r.error().field;
}
#define WRONG(...) wrong([](Directory& d) { __VA_ARGS__; })

TEST(directory, a_right_center_passes) {
    const auto r = check(testing::small_center());
    EXPECT_FALSE(r.has_error()) << r.error().text();
    EXPECT_EQ(WRONG(d = Directory{}), "none");
}

TEST(directory, tenants) {
    EXPECT_EQ(WRONG(d.tenants[1].hold_music = "jazz"), "tenants[1].hold_music");
    EXPECT_EQ(WRONG(d.tenants[1].hold_music = "music"), "none") << "built in";
    EXPECT_EQ(WRONG(d.tenants[0].outbound_wrap_up_s = 3601s), "tenants[0].outbound_wrap_up_s");
    EXPECT_EQ(WRONG(d.tenants[0].recordings_kept_days = 36501), "tenants[0].recordings_kept_days");
    EXPECT_EQ(WRONG(d.tenants[0].recordings_kept_days = 0), "none");
}

TEST(directory, gateway_uris) {
    for (const char* right :
         {"sip:carrier.example", "sips:carrier.example", "sip:203.0.113.5:5070",
          "sip:203.0.113.5:5070;transport=tls", "sip:carrier.example;transport=tcp",
          "sip:[2001:db8::5]", "sip:[2001:db8::5]:5061;transport=tls"}) {
        EXPECT_EQ(wrong([&](Directory& d) { d.trunks[0].gateway->uri = right; }), "none") << right;
    }
    for (const char* bad :
         {"", "carrier.example", "http://carrier.example", "sip:", "sip:me@carrier.example",
          "sip:carrier.example:0", "sip:carrier.example:99999",
          "sip:carrier.example:", "sip:carrier.example;transport=sctp", "sip:carrier example",
          "sip:[2001:db8::5", "sip:-x", "sip::5060"}) {
        EXPECT_EQ(wrong([&](Directory& d) { d.trunks[0].gateway->uri = bad; }),
                  "trunks[0].gateway.uri")
            << bad;
    }
}

TEST(directory, gateways) {
    EXPECT_EQ(WRONG(d.trunks[0].gateway->register_user = true), "trunks[0].gateway.user");
    EXPECT_EQ(WRONG(d.trunks[0].gateway->password_file = "carrier.key"), "trunks[0].gateway.user");
    const auto file = [](const std::string& name) {
        return wrong([&](Directory& d) {
            d.trunks[0].gateway->user = "me";
            d.trunks[0].gateway->password_file = name;
        });
    };
    EXPECT_EQ(file("carrier.key"), "none");
    EXPECT_EQ(file("/etc/shadow"), "trunks[0].gateway.password_file");
    EXPECT_EQ(file("../key"), "trunks[0].gateway.password_file");
    EXPECT_EQ(WRONG(d.trunks[0].gateway->options_s = 3601s), "trunks[0].gateway.options_s");
    EXPECT_EQ(WRONG(d.trunks[0].gateway->options_s = 0s), "none");
    EXPECT_EQ(WRONG(d.trunks[0].gateway->strip = "x"), "trunks[0].gateway.strip");
    EXPECT_EQ(WRONG(d.trunks[0].gateway->prepend = "sip:"), "trunks[0].gateway.prepend");
    EXPECT_EQ(WRONG(d.trunks[0].gateway->prepend = "*31#+86"), "none");
    EXPECT_EQ(WRONG(d.trunks[0].tenants = {TenantId{1}, TenantId{9}}), "trunks[0].tenants");
}

TEST(directory, routes) {
    EXPECT_EQ(WRONG(d.routes.push_back({"+86", TrunkId{61}})), "none");
    EXPECT_EQ(WRONG(d.routes.push_back({"+", TrunkId{61}})), "none");
    EXPECT_EQ(WRONG(d.routes[0].prefix = "0x"), "routes[0].prefix");
    EXPECT_EQ(WRONG(d.routes[0].trunk = TrunkId{9}), "routes[0].trunk");
    EXPECT_EQ(WRONG(d.trunks[0].gateway.reset()), "routes[0].trunk");
    EXPECT_EQ(WRONG(d.routes.push_back(d.routes[0])), "routes[1].trunk");
    EXPECT_EQ(WRONG(d.routes[0].ring_timeout_s = 0s), "routes[0].ring_timeout_s");
    EXPECT_EQ(WRONG(d.routes[0].ring_timeout_s = 301s), "routes[0].ring_timeout_s");
}

TEST(directory, agents_devices) {
    const auto with = [](std::vector<std::string> others) {
        return wrong([&](Directory& d) {
            for (const char* user : {"a", "b", "c", "d", "e"}) {
                d.devices.push_back(testing::make_device(1, "8001"));
                d.devices.back().user = user;
            }
            d.agents[0].other_devices = others;
        });
    };
    EXPECT_EQ(with({"a", "b", "c", "d"}), "none");
    EXPECT_EQ(with({"a", "b", "c", "d", "e"}), "agents[0].other_devices") << "six in all";
    EXPECT_EQ(with({"nowhere"}), "agents[0].other_devices");
    EXPECT_EQ(with({"a", "a"}), "agents[0].other_devices");
    EXPECT_EQ(with({"8001-1"}), "agents[0].other_devices") << "the own device";
    EXPECT_EQ(with({"8002-1"}), "agents[0].other_devices") << "a colleague's";
    EXPECT_EQ(with({"8001-2"}), "agents[0].other_devices") << "another tenant's";
    EXPECT_EQ(WRONG(d.devices.push_back(testing::make_device(1, "x"));
                    d.agents[0].other_devices = d.agents[1].other_devices = {"x-1"}),
              "agents[1].other_devices");
    EXPECT_EQ(WRONG(d.devices[1].ha1_sha256 = "abc"), "devices[1].ha1_sha256");
    EXPECT_EQ(WRONG(d.devices[1].ha1_sha256 = std::string(64, 'z')), "devices[1].ha1_sha256");
    EXPECT_EQ(WRONG(d.devices[1].ha1_sha256 = std::string(64, 'a')), "none");
}

TEST(directory, agents_numbers) {
    EXPECT_EQ(WRONG(d.agents[0].caller_number = "40001"), "none");
    EXPECT_EQ(WRONG(d.agents[0].caller_number = "40002"), "agents[0].caller_number");
    EXPECT_EQ(WRONG(d.agents[0].caller_number = "110"), "agents[0].caller_number");
    EXPECT_EQ(WRONG(d.agents[0].number = "*8"), "agents[0].number");
    EXPECT_EQ(WRONG(d.agents[0].direct_ring_s = 0s), "agents[0].direct_ring_s");
    EXPECT_EQ(WRONG(d.agents[0].direct_ring_s = 301s), "agents[0].direct_ring_s");
}

TEST(directory, agents_forwards) {
    EXPECT_EQ(WRONG(d.agents[0].forward_always = "8002"), "none");
    EXPECT_EQ(WRONG(d.agents[0].forward_always = "8001"), "agents[0].forward_always");
    EXPECT_EQ(WRONG(d.agents[0].forward_on_busy = "home"), "agents[0].forward_on_busy");
    EXPECT_EQ(WRONG(d.agents[0].forward_on_no_answer = "voicemail"), "none");
    EXPECT_EQ(WRONG(d.agents[1].forward_on_no_answer = "voicemail"),
              "agents[1].forward_on_no_answer");
    EXPECT_EQ(WRONG(d.agents[0].forward_on_busy = "13800138000"), "none");
    EXPECT_EQ(
        WRONG(d.agents[0].forward_on_busy = "13800138000"; d.agents[0].seat = SeatKind::inbound),
        "agents[0].forward_on_busy");
}

TEST(directory, record_rules) {
    const auto with = [](const std::function<void(RecordRule&)>& change) {
        return wrong([&](Directory& d) {
            RecordRule& rule = d.record_rules.emplace_back();
            rule.tenant = TenantId{1};
            change(rule);
        });
    };
    EXPECT_EQ(with([](RecordRule& r) {
                  r.queue = QueueId{41};
                  r.agent = AgentId{11};
                  r.trunk = TrunkId{61};
              }),
              "none");
    EXPECT_EQ(with([](RecordRule& r) { r.tenant = TenantId{9}; }), "record_rules[0].tenant");
    EXPECT_EQ(with([](RecordRule& r) { r.queue = QueueId{42}; }), "record_rules[0].queue");
    EXPECT_EQ(with([](RecordRule& r) { r.agent = AgentId{21}; }), "record_rules[0].agent");
    EXPECT_EQ(with([](RecordRule& r) { r.trunk = TrunkId{9}; }), "record_rules[0].trunk");
    EXPECT_EQ(with([](RecordRule& r) { r.share_percent = 101; }), "record_rules[0].share_percent");
}

TEST(directory, conferences) {
    EXPECT_EQ(WRONG(d.conferences[0].id = {}), "conferences[0].id");
    EXPECT_EQ(WRONG(d.conferences.push_back(d.conferences[0])), "conferences[1].id");
    EXPECT_EQ(WRONG(d.conferences[0].tenant = TenantId{9}), "conferences[0].tenant");
    EXPECT_EQ(WRONG(d.conferences[0].name = ""), "conferences[0].name");
    for (const char* number : {"", "weekly", "8001", "40001"}) {
        EXPECT_EQ(wrong([&](Directory& d) { d.conferences[0].number = number; }),
                  "conferences[0].number")
            << number;
    }
    EXPECT_EQ(WRONG(d.conferences.push_back(testing::make_conference(32, 1, "7001"))),
              "conferences[1].number");
    EXPECT_EQ(WRONG(d.conferences.push_back(testing::make_conference(32, 2, "7001"))), "none")
        << "another tenant's";
    EXPECT_EQ(WRONG(d.conferences[0].pin = "12a4"), "conferences[0].pin");
    EXPECT_EQ(WRONG(d.conferences[0].pin = std::string(17, '1')), "conferences[0].pin");
    EXPECT_EQ(WRONG(d.conferences[0].moderator_pin = "#1"), "conferences[0].moderator_pin");
    EXPECT_EQ(WRONG(d.conferences[0].pin = d.conferences[0].moderator_pin = "1234"),
              "conferences[0].moderator_pin");
    EXPECT_EQ(WRONG(d.conferences[0].wait_for_moderator = true),
              "conferences[0].wait_for_moderator");
    EXPECT_EQ(WRONG(d.conferences[0].max_members = 1), "conferences[0].max_members");
    EXPECT_EQ(WRONG(d.conferences[0].max_members = 501), "conferences[0].max_members");
}

TEST(directory, mailboxes) {
    EXPECT_EQ(WRONG(d.mailboxes[1].id = MailboxId{51}), "mailboxes[1].id");
    EXPECT_EQ(WRONG(d.mailboxes[0].tenant = TenantId{9}), "mailboxes[0].tenant");
    EXPECT_EQ(WRONG(d.mailboxes[0].number = "7001"), "mailboxes[0].number");
    EXPECT_EQ(WRONG(d.mailboxes[0].number = ""), "none");
    EXPECT_EQ(WRONG(d.mailboxes[0].pin = "abcd"), "mailboxes[0].pin");
    EXPECT_EQ(WRONG(d.mailboxes[0].agent = AgentId{21}), "mailboxes[0].agent");
    EXPECT_EQ(WRONG(d.mailboxes[1].queue = QueueId{42}), "mailboxes[1].queue");
    EXPECT_EQ(WRONG(d.mailboxes[0].queue = QueueId{41}), "mailboxes[0].queue") << "two owners";
    EXPECT_EQ(WRONG(d.mailboxes[1].queue.reset(); d.mailboxes[1].agent = AgentId{11}),
              "mailboxes[1].agent");
    EXPECT_EQ(WRONG(d.mailboxes[0].agent.reset(); d.mailboxes[0].queue = QueueId{41}),
              "mailboxes[1].queue");
    EXPECT_EQ(WRONG(d.mailboxes[0].greeting = {"hello"}), "mailboxes[0].greeting");
    EXPECT_EQ(WRONG(d.mailboxes[0].greeting = {"zh/leave_message", "tone/beep"}), "none");
    EXPECT_EQ(WRONG(d.mailboxes[0].max_length_s = 0s), "mailboxes[0].max_length_s");
    EXPECT_EQ(WRONG(d.mailboxes[0].max_messages = 0), "mailboxes[0].max_messages");
}

TEST(directory, targets_of_flows_belong_to_the_tenant) {
    const auto to = [](TargetKind kind, std::uint64_t id) {
        return wrong([&](Directory& d) {
            d.flows[0].nodes[0].type = NodeType::transfer;
            d.flows[0].nodes[0].target = {kind, id, ""};
        });
    };
    EXPECT_EQ(to(TargetKind::agent, 11), "none");
    EXPECT_EQ(to(TargetKind::queue, 41), "none");
    EXPECT_EQ(to(TargetKind::flow, 1), "none");
    EXPECT_EQ(to(TargetKind::mailbox, 51), "none");
    EXPECT_EQ(to(TargetKind::conference, 31), "none");
    const std::string field = "flows[0].nodes[0].target.id";
    EXPECT_EQ(to(TargetKind::agent, 21), field);
    EXPECT_EQ(to(TargetKind::queue, 42), field);
    EXPECT_EQ(to(TargetKind::flow, 2), field);
    EXPECT_EQ(to(TargetKind::mailbox, 59), field);
    EXPECT_EQ(to(TargetKind::conference, 39), field);
}

}  // namespace
}  // namespace seatline::core
