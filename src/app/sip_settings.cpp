#include "app/sip_settings.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace seatline::app {
namespace {

sip::TrunkAddress address_of(const core::Trunk& trunk, std::string address) {
    std::uint16_t port = 0;
    const auto bracket = address.find(']');
    const auto colon = address.rfind(':');
    const bool has_port = bracket != std::string::npos
                              ? colon != std::string::npos && colon > bracket
                              : colon != std::string::npos && address.find(':') == colon;
    if (has_port) {
        port = static_cast<std::uint16_t>(std::strtoul(address.c_str() + colon + 1, nullptr, 10));
        address.resize(colon);
    }
    if (bracket != std::string::npos) address = address.substr(1, address.find(']') - 1);
    return {trunk.id, std::move(address), port};
}

/// Empty: there is none.
std::string first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

}  // namespace

Result<sip::SetTrunks> trunk_settings(const core::Directory& directory, const std::string& data) {
    sip::SetTrunks out;
    for (std::size_t i = 0; i < directory.trunks.size(); ++i) {
        const core::Trunk& trunk = directory.trunks[i];
        for (const std::string& address : trunk.addresses)
            out.trunks.push_back(address_of(trunk, address));
        if (!trunk.gateway) continue;
        const core::Gateway& gateway = *trunk.gateway;
        sip::TrunkGateway made;
        made.trunk = trunk.id;
        made.uri = gateway.uri;
        made.user = gateway.user;
        made.register_user = gateway.register_user;
        made.options_s = gateway.options_s;
        if (!gateway.password_file.empty()) {
            const auto path = std::filesystem::path(data) / gateway.password_file;
            using std::filesystem::perms;
            std::error_code unreadable;
            const auto mode = std::filesystem::status(path, unreadable).permissions();
            if (!unreadable && mode != perms::unknown &&
                (mode & (perms::group_all | perms::others_all)) != perms::none) {
                return invalid("trunks[" + std::to_string(i) + "].gateway.password_file",
                               "others may read \"" + gateway.password_file +
                                   "\" in the data folder; chmod 600 it");
            }
            made.password = first_line(path);
            if (made.password.empty()) {
                return invalid(
                    "trunks[" + std::to_string(i) + "].gateway.password_file",
                    "\"" + gateway.password_file +
                        "\" in the data folder can't be read, or its first line is empty");
            }
        }
        out.gateways.push_back(std::move(made));
    }
    return out;
}

std::vector<sip::DeviceCredential> credentials(const core::Directory& directory) {
    std::vector<sip::DeviceCredential> out;
    for (const core::Device& device : directory.devices)
        out.push_back({device.user, device.ha1, device.ha1_sha256});
    return out;
}

}  // namespace seatline::app
