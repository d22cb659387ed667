#include "app/sip_settings.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace seatline::app {
namespace {

core::Trunk trunk_with_gateway() {
    core::Trunk trunk;
    trunk.id = TrunkId{3};
    trunk.addresses = {"203.0.113.5", "203.0.113.6:5070", "[2001:db8::1]:5080", "10.0.0.0/8"};
    trunk.gateway.emplace();
    trunk.gateway->uri = "sip:carrier.example";
    trunk.gateway->user = "seatline";
    trunk.gateway->password_file = "carrier.password";
    trunk.gateway->register_user = true;
    trunk.gateway->options_s = seconds{30};
    return trunk;
}

class SipSettings : public ::testing::Test {
protected:
    SipSettings() {
        char name[] = "/tmp/seatline-settings-XXXXXX";
        folder_ = ::mkdtemp(name);
    }
    ~SipSettings() override { std::filesystem::remove_all(folder_); }

    void write_password(unsigned mode) const {
        const auto path = folder_ + "/carrier.password";
        std::ofstream(path) << "tell nobody\nnot this\n";
        std::filesystem::permissions(path, static_cast<std::filesystem::perms>(mode));
    }

    std::string folder_;
};

TEST_F(SipSettings, GatewaysComeWithTheSecretOfTheirFile) {
    write_password(0600);
    core::Directory directory;
    directory.trunks = {trunk_with_gateway(), core::Trunk{TrunkId{4}, "in only", {"127.0.0.2"}}};
    const auto made = trunk_settings(directory, folder_);
    ASSERT_TRUE(made.has_value());
    ASSERT_EQ(made->gateways.size(), 1U) << "a trunk without a gateway only brings calls";
    const sip::TrunkGateway& gateway = made->gateways.front();
    EXPECT_EQ(gateway.trunk, TrunkId{3});
    EXPECT_EQ(gateway.uri, "sip:carrier.example");
    EXPECT_EQ(gateway.user, "seatline");
    EXPECT_EQ(gateway.password, "tell nobody");
    EXPECT_TRUE(gateway.register_user);
    EXPECT_EQ(gateway.options_s, seconds{30});
    ASSERT_EQ(made->trunks.size(), 5U);
    EXPECT_EQ(made->trunks[1].address, "203.0.113.6");
    EXPECT_EQ(made->trunks[1].port, 5070);
    EXPECT_EQ(made->trunks[2].address, "2001:db8::1");
    EXPECT_EQ(made->trunks[2].port, 5080);
    EXPECT_EQ(made->trunks[3].address, "10.0.0.0/8");
}

TEST_F(SipSettings, APasswordThatOthersMayReadIsRefused) {
    write_password(0640);
    core::Directory directory;
    directory.trunks = {trunk_with_gateway()};
    const auto made = trunk_settings(directory, folder_);
    ASSERT_TRUE(made.has_error());
    EXPECT_EQ(made.error().field, "trunks[0].gateway.password_file");
    EXPECT_NE(made.error().reason.find("chmod 600"), std::string::npos);
}

TEST_F(SipSettings, AMissingPasswordIsNamedByItsField) {
    core::Directory directory;
    directory.trunks = {trunk_with_gateway()};
    const auto made = trunk_settings(directory, folder_);
    ASSERT_TRUE(made.has_error());
    EXPECT_EQ(made.error().field, "trunks[0].gateway.password_file");
    EXPECT_EQ(made.error().reason.find("tell"), std::string::npos);
}

TEST_F(SipSettings, PhonesHaveBothHashes) {
    core::Directory directory;
    directory.devices = {{"8001", TenantId{1}, "md5", "sha256"}};
    const auto made = credentials(directory);
    ASSERT_EQ(made.size(), 1U);
    EXPECT_EQ(made[0].ha1, "md5");
    EXPECT_EQ(made[0].ha1_sha256, "sha256");
}

}  // namespace
}  // namespace seatline::app
