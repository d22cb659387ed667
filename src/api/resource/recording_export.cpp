// The recordings of all calls that a filter finds, as one ZIP with an index. It is made while it is
// sent: one recording is open at a time, one page of the call list in memory. An archive ends at
// 2,000 recordings or 3.5 GiB; its index says then with which `before` the next one begins.
#include <algorithm>

#include "api/auth/rights.h"
#include "api/http/zip.h"
#include "api/resource/all.h"
#include "api/resource/call_query.h"
#include "api/resource/sound.h"

namespace seatline::api {
namespace {

constexpr std::size_t kMostRecordings = 2000;
constexpr std::uint64_t kMostOctets = 3'500ull << 20;
constexpr std::size_t kPiece = 64u << 10;

/// A cell of the index. Callers choose their numbers: nothing may be taken for a formula (=, +, -,
/// @) by who opens it in a spreadsheet.
std::string cell(std::string_view text) {
    std::string out = "\"";
    if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
        out += '\'';
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

/// Any thread of the pool, one at a time.
class ExportRun {
public:
    ExportRun(Services& services, Exchange exchange, core::CallQuery query, SoundForm form)
        : services_(services),
          exchange_(std::move(exchange)),
          query_(std::move(query)),
          form_(form) {
        query_.limit = 100;
        index_ = "\xEF\xBB\xBF";  // so that spreadsheets know it as UTF-8
        index_ +=
            "file,call,recording,kind,direction,caller,called,arrived_at,agent,queue,length_ms,"
            "note\r\n";
    }

    /// The next piece; empty optional after the last.
    std::optional<std::string> next() {
        std::string out;
        switch (step_) {
            case Step::calls:
                next_call();
                break;
            case Step::recordings:
                next_recording(out);
                break;
            case Step::sound:
                next_octets(out);
                break;
            case Step::index:
                write_index(out);
                break;
            case Step::over:
                return std::nullopt;
        }
        return out;
    }

private:
    enum class Step { calls, recordings, sound, index, over };

    void next_call() {
        if (zip_.entries() >= kMostRecordings || zip_.size() >= kMostOctets) {
            if (last_) {
                index_ +=
                    cell("more calls: export again with before=" + std::to_string(last_->value)) +
                    "\r\n";
            }
            step_ = Step::index;
            return;
        }
        if (calls_.empty()) {
            if (at_end_) {
                step_ = Step::index;
                return;
            }
            auto page = services_.ports.store.calls(query_);
            if (page.has_error()) throw std::runtime_error(page.error().text());
            at_end_ = !page->next;
            query_.before = page->next;
            calls_.assign(std::make_move_iterator(page->calls.rbegin()),
                          std::make_move_iterator(page->calls.rend()));
            return;
        }
        const CallId id = calls_.back().call;
        calls_.pop_back();
        last_ = id;
        auto call = services_.ports.store.call(query_.tenant, id);
        if (!call || call->tenant != query_.tenant) return;
        call_ = std::move(*call);
        recordings_ = call_.recordings;
        std::erase_if(recordings_, [](const auto& r) {
            return r.kind == core::RecordingKind::voicemail || r.deleted_at;
        });
        std::ranges::reverse(recordings_);
        if (!recordings_.empty()) step_ = Step::recordings;
    }

    void next_recording(std::string& out) {
        if (recordings_.empty()) {
            step_ = Step::calls;
            return;
        }
        recording_ = std::move(recordings_.back());
        recordings_.pop_back();
        auto sound = services_.ports.store.open_recording(query_.tenant, call_.call,
                                                          recording_.recording, form_);
        if (sound.has_error()) return note("", sound.error().text());
        if (sound->octets->size() > kMostOctets / 4)
            return note("", "too big for an archive: save it by itself");
        const std::string name = sound_name(services_.directory, call_.tenant,
                                            recording_.started_at, call_.caller, call_.called);
        name_ = name + '_' + std::to_string(recording_.recording.value) + '.' + sound->extension;
        sound_ = std::move(*sound);
        offset_ = 0;
        zip_.begin(name_, {}, out);
        step_ = Step::sound;
    }

    void next_octets(std::string& out) {
        std::string piece(kPiece, '\0');
        const auto got = sound_.octets->read_at(offset_, piece);
        piece.resize(got);
        offset_ += got;
        zip_.add(piece, out);
        if (got == kPiece) return;
        const bool whole = offset_ == sound_.octets->size();
        zip_.end(out);
        sound_ = {};
        note(name_, whole ? "" : "could not be read to its end");
        ++done_;
        step_ = Step::recordings;
    }

    void note(const std::string& file, const std::string& text) {
        const auto id = [](const auto& value) {
            return value ? std::to_string(value->value) : std::string();
        };
        for (const std::string& value :
             {file, std::to_string(call_.call.value), std::to_string(recording_.recording.value),
              std::string(enum_name(recording_.kind)), std::string(enum_name(call_.direction)),
              call_.caller, call_.called, format_rfc3339(call_.arrived_at), id(call_.agent),
              id(call_.queue), std::to_string(recording_.length_ms.count())}) {
            index_ += cell(value) + ',';
        }
        index_ += cell(text) + "\r\n";
    }

    void write_index(std::string& out) {
        zip_.begin("index.csv", {}, out);
        zip_.add(index_, out);
        zip_.end(out);
        zip_.finish(out);
        step_ = Step::over;
        services_.audit(exchange_, "export_recordings", "recordings",
                        "done: " + std::to_string(done_) + " recordings, " +
                            std::to_string(zip_.size()) + " octets");
    }

    Services& services_;
    Exchange exchange_;
    core::CallQuery query_;
    SoundForm form_;
    Step step_ = Step::calls;
    bool at_end_ = false;
    std::vector<core::CallRecord> calls_;  ///< of the page, the next one last
    std::optional<CallId> last_;
    core::CallRecord call_;
    std::vector<core::RecordingRecord> recordings_;  ///< of the call, the next one last
    core::RecordingRecord recording_;
    Sound sound_;
    std::string name_;
    std::uint64_t offset_ = 0;
    std::uint64_t done_ = 0;
    ZipWriter zip_;
    std::string index_;
};

std::string filter_text(const Request& request) {
    std::string out;
    for (const auto& [name, value] : request.query) out += ' ' + name + '=' + value;
    return "begun:" + (out.empty() ? " all" : out.substr(0, 500));
}

Response run(const Exchange& exchange, Services& services) {
    const auto query = call_query_of(exchange);
    if (query.has_error()) return error_response(query.error());
    const auto sound = sound_query(exchange.request);
    if (sound.has_error()) return error_response(sound.error());
    Response response;
    response.with("Content-Type", "application/zip").with("Cache-Control", "no-store");
    const std::string day = format_rfc3339(exchange.now).substr(0, 10);
    response.with("Content-Disposition",
                  content_disposition(true, {"recordings-" + day, {}}, "zip"));
    const auto made = std::make_shared<ExportRun>(services, exchange, *query, sound->form);
    response.stream = [made] { return made->next(); };
    if (exchange.request.method == Method::get)
        services.audit(exchange, "export_recordings", "recordings", filter_text(exchange.request));
    return response;
}

}  // namespace

void add_recording_export(RouteTable& table, Services& services) {
    auto parameters = call_filter_parameters();
    parameters.push_back({"format", schema<std::string>, "wav: decoded"});
    table.add({.path = "/api/v1/recordings/export",
               .access = access_for(Right::export_recordings),
               .summary = "The recordings of the calls that the filter finds, as a ZIP with index",
               .query = std::move(parameters),
               .content_type = "application/zip",
               .where = Where::pool,
               .audit_refused = "export_recordings",
               .handler = at_once(
                   [&services](const Exchange& exchange) { return run(exchange, services); })});
}

}  // namespace seatline::api
