#pragma once
// Makes the center's prompts ready on the disk before calls come: recorded files as they are, texts
// by espeak-ng (run as a program: it is GPL and never linked), music by our own little synthesiser.
// What exists already is kept, so that only the first start takes a while; a changed text has
// another file name.
#include <map>
#include <string>

#include "base/result.h"
#include "core/engine/directory.h"

namespace seatline::app {

/// Prompt name -> absolute path of its file, for everything that flows, queues and spoken numbers
/// use.
using PromptFiles = std::map<std::string, std::string>;

/// Blocks (about 50 ms a new text). A text that can't be spoken (no espeak-ng) is an error:
/// unavailable, field "prompts".
[[nodiscard]] Result<PromptFiles> prepare_prompts(const std::string& folder,
                                                  const core::Directory& directory);

}  // namespace seatline::app
