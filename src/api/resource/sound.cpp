#include "api/resource/sound.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <mutex>

#include "api/http/range.h"
#include "base/time_zone.h"

namespace seatline::api {
namespace {

/// Letters and digits only: a caller chooses its own number.
std::string plain(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, 32)) {
        const bool fits =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (fits) out += c;
    }
    return out.empty() ? "unknown" : out;
}

/// Percent-encoded as an ext-value of RFC 5987.
std::string ext_value(std::string_view text) {
    std::string out = "UTF-8''";
    for (const char c : text) {
        const bool fits = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
        if (fits) {
            out += c;
            continue;
        }
        char escaped[4];
        std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned char>(c));
        out += escaped;
    }
    return out;
}

/// What no file name may hold is left out.
std::string file_name_part(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet >= ' ' && octet != 0x7f &&
            std::string_view("/\\:*?\"<>|").find(c) == std::string_view::npos)
            out += c;
    }
    return out;
}

}  // namespace

std::string sound_name(const core::Directory& directory, TenantId tenant, Instant at,
                       std::string_view caller, std::string_view called) {
    const auto found = std::ranges::find(directory.tenants, tenant, &core::Tenant::id);
    seconds offset{0};
    if (found != directory.tenants.end()) {
        if (const auto zone = TimeZone::load(found->time_zone)) offset = zone->offset_at(at);
    }
    const auto local = static_cast<std::time_t>(to_unix_us(at + offset) / 1'000'000);
    std::tm parts{};
    ::gmtime_r(&local, &parts);
    char time[32];
    std::strftime(time, sizeof time, "%Y%m%d-%H%M%S", &parts);
    return std::string(time) + '_' + plain(caller) + '_' + plain(called);
}

std::string content_disposition(bool saved, const SavedName& name, std::string_view extension) {
    const std::string end = '.' + std::string(extension);
    std::string out = saved ? "attachment" : "inline";
    out += "; filename=\"" + name.name + end + '"';
    const std::string more = file_name_part(name.more);
    return out + "; filename*=" + ext_value(name.name + (more.empty() ? "" : '_' + more) + end);
}

Result<SoundQuery> sound_query(const Request& request) {
    SoundQuery query;
    if (const auto download = request.query_value("download")) {
        if (*download != "1" && *download != "0") return invalid("download", "must be 0 or 1");
        query.saved = *download == "1";
    }
    if (const auto format = request.query_value("format"); format && !format->empty()) {
        if (*format != "wav") return invalid("format", "must be wav, or left out");
        query.form = SoundForm::wav;
    }
    return query;
}

std::vector<Parameter> sound_parameters() {
    return {{"download", schema<std::string>, "1: to be saved as a file"},
            {"format", schema<std::string>, "wav: decoded; else as it lies in the archive"}};
}

Response sound_response(const Request& request, Sound sound, bool saved, const SavedName& name) {
    Response base;
    base.with("Content-Type", sound.content_type).with("Cache-Control", "private, no-cache");
    base.with("Content-Disposition", content_disposition(saved, name, sound.extension));
    return file_response(request, std::move(sound.octets), std::move(base));
}

bool PlayLog::is_news(UserId user, const std::string& object, Instant now) {
    const std::lock_guard lock(mutex_);
    if (last_.size() >= 10'000) {
        std::erase_if(last_, [&](const auto& item) { return now - item.second >= minutes{1}; });
        if (last_.size() >= 10'000) return true;  // too many to remember: say it again
    }
    const auto [entry, added] = last_.emplace(std::pair{user, object}, now);
    if (!added && now - entry->second < minutes{1}) return false;
    entry->second = now;
    return true;
}

}  // namespace seatline::api
