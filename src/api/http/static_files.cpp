#include "api/http/static_files.h"

#include <array>
#include <filesystem>

namespace seatline::api {
namespace {

namespace fs = std::filesystem;

struct FileType {
    std::string_view extension;
    std::string_view content_type;
};
constexpr std::array kTypes{
    FileType{".html", "text/html; charset=utf-8"},
    FileType{".js", "text/javascript; charset=utf-8"},
    FileType{".mjs", "text/javascript; charset=utf-8"},
    FileType{".css", "text/css; charset=utf-8"},
    FileType{".json", "application/json"},
    FileType{".map", "application/json"},
    FileType{".webmanifest", "application/manifest+json"},
    FileType{".svg", "image/svg+xml"},
    FileType{".png", "image/png"},
    FileType{".jpg", "image/jpeg"},
    FileType{".webp", "image/webp"},
    FileType{".ico", "image/x-icon"},
    FileType{".woff2", "font/woff2"},
    FileType{".woff", "font/woff"},
    FileType{".ttf", "font/ttf"},
    FileType{".wav", "audio/wav"},
    FileType{".mp3", "audio/mpeg"},
    FileType{".wasm", "application/wasm"},
    FileType{".txt", "text/plain; charset=utf-8"},
};

std::string_view type_of(std::string_view path) {
    for (const auto& [extension, type] : kTypes) {
        if (path.ends_with(extension)) return type;
    }
    return "application/octet-stream";
}

/// No empty, hidden, "." or ".." segment, no backslash.
bool is_plain(std::string_view path) {
    if (path.find('\\') != std::string_view::npos || path.size() > 1024) return false;
    std::size_t at = 0;
    while (at < path.size()) {
        const auto end = std::min(path.find('/', at + 1), path.size());
        const auto segment = path.substr(at + 1, end - at - 1);
        if (segment.empty() ? end != path.size() : segment.front() == '.') return false;
        at = end;
    }
    return true;
}

Response not_found() {
    return error_response({"not_found", "", "there is no such page or file"});
}

/// Whether the client takes gzip: "gzip" in the list without q=0.
bool takes_gzip(std::string_view header) {
    const auto at = header.find("gzip");
    if (at == std::string_view::npos) return false;
    const auto rest = header.substr(at + 4, header.find(',', at) == std::string_view::npos
                                                ? std::string_view::npos
                                                : header.find(',', at) - at - 4);
    const auto q = rest.find("q=0");
    return q == std::string_view::npos ||
           rest.find_first_of("123456789", q) != std::string_view::npos;
}

}  // namespace

Result<StaticFiles> StaticFiles::open(const std::string& web_root) {
    if (web_root.empty()) return StaticFiles("");
    std::error_code ec;
    const auto root = fs::canonical(web_root, ec);
    if (ec || !fs::is_directory(root, ec)) {
        return Error{"unavailable", "web_root", "there is no folder " + web_root};
    }
    if (!fs::is_regular_file(root / "index.html", ec)) {
        return Error{"unavailable", "web_root",
                     "the folder " + web_root + " holds no index.html: build the pages first"};
    }
    return StaticFiles(root.string());
}

std::string StaticFiles::resolve(std::string_view path) const {
    if (!is_plain(path)) return {};
    std::error_code ec;
    const auto real = fs::canonical(root_ + std::string(path), ec).string();
    if (ec || !real.starts_with(root_ + '/') || !fs::is_regular_file(real, ec)) return {};
    return real;
}

Response StaticFiles::answer(const Request& request) const {
    if (root_.empty() || !is_plain(request.path)) return not_found();
    const bool asset = request.path.starts_with("/assets/");
    std::string path = resolve(request.path);
    if (path.empty()) {
        const auto last = std::string_view(request.path).substr(request.path.rfind('/'));
        if (asset || last.find('.') != std::string_view::npos) return not_found();
        path = root_ + "/index.html";
    }
    Response response;
    response.with("Content-Type", std::string(type_of(path)))
        .with("Cache-Control", asset ? "public, max-age=31536000, immutable" : "no-cache");
    std::shared_ptr<const OpenFile> file;
    const auto zipped = path + ".gz";
    std::error_code ec;
    if (fs::is_regular_file(fs::symlink_status(zipped, ec))) {
        response.with("Vary", "Accept-Encoding");
        if (takes_gzip(request.header("accept-encoding"))) {
            file = OpenFile::open(zipped);
            if (file) response.with("Content-Encoding", "gzip");
        }
    }
    if (!file) file = OpenFile::open(path);
    if (!file) return not_found();
    response.with("ETag", file->etag());
    if (request.header("if-none-match") == file->etag()) {
        response.status = 304;
        return response;
    }
    response.file = FileSlice{file, 0, file->size()};
    return response;
}

}  // namespace seatline::api
