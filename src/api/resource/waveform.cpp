// The picture beside the player, computed from the recording when first asked for and then kept for
// a while.
#include <list>
#include <mutex>

#include "api/auth/rights.h"
#include "api/resource/all.h"
#include "api/resource/call_access.h"
#include "api/resource/wav.h"

namespace seatline::api {
namespace {

constexpr std::size_t kBuckets = 800;

/// Ready answers by call and the recording's validator, the most recently used first. Any thread.
class WaveformCache {
public:
    std::optional<std::string> find(const std::string& key) {
        const std::lock_guard lock(mutex_);
        for (auto item = items_.begin(); item != items_.end(); ++item) {
            if (item->key != key) continue;
            items_.splice(items_.begin(), items_, item);
            return items_.front().json;
        }
        return std::nullopt;
    }
    void put(std::string key, std::string json) {
        const std::lock_guard lock(mutex_);
        items_.push_front({std::move(key), std::move(json)});
        if (items_.size() > 256) items_.pop_back();
    }

private:
    struct Item {
        std::string key;
        std::string json;
    };
    std::mutex mutex_;
    std::list<Item> items_;
};

Response show(const Exchange& exchange, const Services& services, WaveformCache& cache) {
    const auto record = visible_call(exchange, services);
    if (record.has_error()) return error_response(record.error());
    const auto& store = services.ports.store;
    // What lies in the archive is only decoded when its picture is not known yet.
    const auto at_rest = store.open_recording(record->tenant, record->call, {}, SoundForm::at_rest);
    if (at_rest.has_error()) return error_response(at_rest.error());
    const std::string key = std::to_string(record->call.value) + at_rest->octets->etag();
    if (auto json = cache.find(key)) return json_text_response(std::move(*json));
    const auto sound = store.open_recording(record->tenant, record->call, {}, SoundForm::wav);
    if (sound.has_error()) return error_response(sound.error());
    const auto waveform = read_waveform(*sound->octets, kBuckets);
    if (waveform.has_error()) return error_response(waveform.error());
    auto json = to_json(*waveform);
    cache.put(key, json);
    return json_text_response(std::move(json));
}

}  // namespace

void add_waveform(RouteTable& table, Services& services) {
    const auto cache = std::make_shared<WaveformCache>();
    table.add({.path = "/api/v1/calls/{call}/waveform",
               .access = access_for(Right::see_own_calls),
               .summary = "Peaks of the recording, at most 800 a side",
               .response = schema<Waveform>,
               .where = Where::pool,
               .handler = at_once([&services, cache](const Exchange& exchange) {
                   return show(exchange, services, *cache);
               })});
}

}  // namespace seatline::api
