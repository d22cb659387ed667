#include "app/center.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "sip/digest.h"

namespace seatline::app {
namespace {

/// What seatline-robots needs to play the demo's phones and callers.
struct RobotAccount {
    std::string user;
    std::string password;
};
BOOST_DESCRIBE_STRUCT(RobotAccount, (), (user, password))
struct RobotFile {
    std::vector<RobotAccount> agents;
    std::vector<std::string> numbers;
};
BOOST_DESCRIBE_STRUCT(RobotFile, (), (agents, numbers))

/// Written beside and renamed, so that a crash leaves the old file or the new one.
Result<void> write_private(const std::string& path, const std::string& text) {
    const std::string part = path + ".part";
    const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const auto failed = [&] {
        const std::string why = std::strerror(errno);
        if (fd >= 0) ::close(fd);
        return Error{"unavailable", "data", "can't write " + path + ": " + why};
    };
    if (fd < 0) return failed();
    if (::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) return failed();
    if (::fsync(fd) != 0 || ::rename(part.c_str(), path.c_str()) != 0) return failed();
    ::close(fd);
    return {};
}

class Builder {
public:
    explicit Builder(std::string tenant_name) {
        directory().tenants.push_back({TenantId{1}, std::move(tenant_name), "Asia/Shanghai"});
        directory().busy_reasons = {{"rest", "小休", "Break"},
                                    {"meal", "用餐", "Meal"},
                                    {"meeting", "会议", "Meeting"},
                                    {"training", "培训", "Training"},
                                    {"desk_work", "案头工作", "Desk work"}};
        prompt("welcome", "您好，欢迎致电" + directory().tenants.front().name);
        prompt("menu", "产品咨询请按一，故障报修请按二，人工服务请按零");
        prompt("menu_short", "客户服务请按一，人工服务请按零");
        prompt("wrong_key", "您的输入有误，请重新输入");
        prompt("no_key", "没有收到您的按键");
        prompt("bye", "感谢您的来电，再见");
        directory().prompts.push_back({"music", "等待音乐 / music on hold", "zh", "music.wav"});
    }

    core::Directory& directory() { return center_.directory; }

    void prompt(const std::string& name, const std::string& text) {
        directory().prompts.push_back({name, text, "zh", ""});
    }

    void queue(std::uint64_t id, const std::string& name, const std::string& skill,
               seconds wrap_up) {
        core::Queue queue;
        queue.id = QueueId{id};
        queue.tenant = TenantId{1};
        queue.name = name;
        queue.skill = skill;
        queue.wrap_up_s = wrap_up;
        directory().queues.push_back(queue);
    }

    void user(const std::string& name, const std::string& role, std::optional<AgentId> agent) {
        center_.log_ins.push_back({name, random_password(), role, TenantId{1}, agent});
    }

    /// An agent with phone and log-in; `number` is the agent number, the phone's user and the
    /// log-in name.
    void agent(std::uint64_t id, const std::string& number, const std::string& name,
               std::vector<std::string> skills, bool by_phone) {
        const std::string password = random_password();
        center_.log_ins.push_back({number, password, "phone", TenantId{1}, AgentId{id}});
        const auto secret = number + ":" + kRealm + ":" + password;
        directory().devices.push_back({number, TenantId{1},
                                       sip::digest_hex(sip::DigestAlgorithm::md5, secret),
                                       sip::digest_hex(sip::DigestAlgorithm::sha256, secret)});
        directory().agents.push_back(
            {AgentId{id}, TenantId{1}, number, name, std::move(skills), number, by_phone});
        user(number, "agent", AgentId{id});
    }

    NewCenter take() { return std::move(center_); }

private:
    NewCenter center_;
};

core::FlowNode menu_node(const std::string& prompt, std::vector<core::MenuChoice> choices) {
    core::FlowNode node;
    node.id = "menu";
    node.type = core::NodeType::menu;
    node.prompts = {prompt};
    node.choices = std::move(choices);
    node.invalid_prompts = {"wrong_key"};
    node.timeout_prompts = {"no_key"};
    node.on_failure = "bye";
    return node;
}

core::FlowNode queue_node(const std::string& id, std::uint64_t queue) {
    core::FlowNode node;
    node.id = id;
    node.type = core::NodeType::queue;
    node.queue = QueueId{queue};
    return node;
}

core::Flow welcome_flow(core::FlowNode menu, std::vector<core::FlowNode> queues) {
    core::Flow flow{FlowId{1}, TenantId{1}, "主流程", "welcome", {}};
    core::FlowNode welcome;
    welcome.id = "welcome";
    welcome.type = core::NodeType::play;
    welcome.prompts = {"welcome"};
    welcome.next = "menu";
    core::FlowNode bye;
    bye.id = "bye";
    bye.prompts = {"bye"};
    flow.nodes = {welcome, std::move(menu)};
    flow.nodes.insert(flow.nodes.end(), queues.begin(), queues.end());
    flow.nodes.push_back(bye);
    return flow;
}

constexpr std::array kNames{"王芳", "李伟", "张敏", "刘洋", "陈静", "杨磊", "赵丽",
                            "黄强", "周涛", "吴艳", "徐杰", "孙娜", "马超", "朱琳",
                            "胡军", "郭霞", "何勇", "高洁", "林峰", "罗兰"};

std::string log_in_text(const NewCenter& center) {
    std::ostringstream out;
    out << "# Seatline log-ins, generated on the first start. Keep this file secret, or delete it "
           "once you noted them.\n"
        << "# pages:  role  user  password\n";
    for (const LogIn& l : center.log_ins) {
        if (l.role != "phone") out << l.role << "  " << l.user_name << "  " << l.password << "\n";
    }
    out << "# phones (SIP user and password, realm " << kRealm << "):\n";
    for (const LogIn& l : center.log_ins) {
        if (l.role == "phone") out << "phone  " << l.user_name << "  " << l.password << "\n";
    }
    return out.str();
}

RobotFile robot_file(const NewCenter& center) {
    RobotFile file;
    for (const core::Number& number : center.directory.numbers)
        file.numbers.push_back(number.number);
    for (const core::Agent& agent : center.directory.agents) {
        if (!agent.sign_in_on_register) continue;  // seats for people
        for (const LogIn& l : center.log_ins) {
            if (l.role == "phone" && l.user_name == agent.device)
                file.agents.push_back({l.user_name, l.password});
        }
    }
    return file;
}

}  // namespace

NewCenter make_demo_center() {
    Builder b("西特莱恩示范呼叫中心");
    b.directory().trunks.push_back({TrunkId{1}, "演示中继", {"127.0.0.2"}, 200});
    b.queue(1, "产品咨询", "product", 8s);
    b.queue(2, "故障报修", "repair", 12s);
    b.directory().flows = {
        welcome_flow(menu_node("menu", {{"1", "product"}, {"2", "repair"}, {"0", "product"}}),
                     {queue_node("product", 1), queue_node("repair", 2)}),
        {FlowId{2}, TenantId{1}, "直接排队", "product", {queue_node("product", 1)}}};
    b.directory().numbers = {{"4001", TenantId{1}, FlowId{1}}, {"4002", TenantId{1}, FlowId{2}}};
    b.user("admin", "admin", std::nullopt);
    b.user("supervisor", "supervisor", std::nullopt);
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        std::vector<std::string> skills{i % 3 == 0 ? "repair" : "product"};
        if (i % 5 == 0) skills = {"product", "repair"};
        b.agent(i + 1, std::to_string(8001 + i), kNames[i], std::move(skills), true);
    }
    b.agent(101, "8801", "试用座席一", {"product"}, false);
    b.agent(102, "8802", "试用座席二", {"product", "repair"}, false);
    return b.take();
}

NewCenter make_starter_center() {
    Builder b("我的呼叫中心");
    b.queue(1, "客户服务", "service", 10s);
    b.directory().flows = {welcome_flow(
        menu_node("menu_short", {{"1", "service"}, {"0", "service"}}), {queue_node("service", 1)})};
    b.directory().numbers = {{"4001", TenantId{1}, FlowId{1}}};
    b.user("admin", "admin", std::nullopt);
    b.user("supervisor", "supervisor", std::nullopt);
    b.agent(1, "8001", "座席一", {"service"}, false);
    b.agent(2, "8002", "座席二", {"service"}, false);
    return b.take();
}

bool has_center(const std::string& folder) {
    return std::filesystem::exists(folder + "/center.json");
}

Result<core::Directory> load_center(const std::string& folder) {
    const std::string path = folder + "/center.json";
    std::ifstream file(path, std::ios::binary);
    if (!file) return Error{"unavailable", "data", "can't read " + path};
    std::ostringstream text;
    text << file.rdbuf();
    auto directory = from_json_strict<core::Directory>(text.str());
    if (directory.has_error()) {
        return invalid(path + ": " + directory.error().field, directory.error().reason);
    }
    if (auto r = core::check(*directory); r.has_error()) {
        return invalid(path + ": " + r.error().field, r.error().reason);
    }
    return directory;
}

Result<void> save_center(const std::string& folder, const NewCenter& center) {
    if (auto r = core::check(center.directory); r.has_error()) return r;
    if (auto r = write_private(folder + "/log-ins.txt", log_in_text(center)); r.has_error())
        return r;
    if (auto r = write_private(folder + "/robots.json", to_json(robot_file(center))); r.has_error())
        return r;
    return write_private(folder + "/center.json", to_json(center.directory));
}

std::string random_password() {
    static constexpr std::string_view kAlphabet =
        "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_.!+=@%";
    static_assert(kAlphabet.size() == 64);
    std::array<unsigned char, 14> bytes;
    SEATLINE_ASSERT(::getrandom(bytes.data(), bytes.size(), 0) ==
                    static_cast<ssize_t>(bytes.size()));
    std::string out;
    for (const unsigned char b : bytes) out += kAlphabet[b % 64];
    return out;
}

}  // namespace seatline::app
