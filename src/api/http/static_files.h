#pragma once
// The built pages: files below one folder, nothing else. Blocking (opens files): pool threads.
#include <string>

#include "api/http/message.h"

namespace seatline::api {

class StaticFiles {
public:
    /// Errors: unavailable, field "web_root", when the folder or its index.html is missing. An
    /// empty root serves nothing.
    [[nodiscard]] static Result<StaticFiles> open(const std::string& web_root);

    /// GET or HEAD of a path outside of /api. Unknown paths get index.html (the page has its own
    /// routes), unless they look like a file; paths that try to leave the folder get 404.
    [[nodiscard]] Response answer(const Request& request) const;

private:
    explicit StaticFiles(std::string root) : root_(std::move(root)) {}
    [[nodiscard]] std::string resolve(std::string_view path) const;

    std::string root_;  ///< canonical, without a slash at the end; empty: no pages
};

}  // namespace seatline::api
