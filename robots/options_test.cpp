#include "robots/options.h"

#include <gtest/gtest.h>

namespace seatline::robots {
namespace {

struct Read {
    ServerAddress server;
    double rate = 1;
    bool is_remote = false;
    Result<void> result;

    explicit Read(const std::vector<std::string>& arguments) {
        result = read_options(
            {server_option(server), number_option("--rate", "", Bounds<double>{0.1, 500}, rate),
             remote_option(is_remote)},
            arguments);
    }
};

TEST(Options, reads_values_and_switches) {
    const Read read({"--server", "127.0.0.1:15060", "--rate", "2.5", "--allow-remote"});
    ASSERT_TRUE(read.result.has_value());
    EXPECT_EQ(read.server.uri("4001"), "sip:4001@127.0.0.1:15060");
    EXPECT_DOUBLE_EQ(read.rate, 2.5);
    EXPECT_TRUE(read.is_remote);
}

TEST(Options, names_the_option_that_is_wrong) {
    EXPECT_EQ(Read({"--rate", "900"}).result.error().field, "--rate");
    EXPECT_EQ(Read({"--rate", "900"}).result.error().reason,
              "must be a number between 0.1 and 500");
    EXPECT_EQ(Read({"--rate", "nan"}).result.error().field, "--rate");
    EXPECT_EQ(Read({"--rate"}).result.error().field, "--rate");
    EXPECT_EQ(Read({"--rat", "1"}).result.error().field, "--rat");
    EXPECT_EQ(Read({"--server", "localhost"}).result.error().field, "--server");
    EXPECT_EQ(Read({"--server", "127.0.0.1:0"}).result.error().field, "--server");
}

TEST(Options, refuses_other_machines_unless_told) {
    EXPECT_TRUE(check_server({"192.0.2.1", 5060}, false).has_error());
    EXPECT_TRUE(check_server({"192.0.2.1", 5060}, true).has_value());
    EXPECT_TRUE(check_server({"127.3.2.1", 5060}, false).has_value());
}

}  // namespace
}  // namespace seatline::robots
