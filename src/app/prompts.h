#pragma once
// Makes the center's prompts ready on the disk before calls come: recorded files as they are, texts
// by espeak-ng (run as a program: it is GPL and never linked), tones and music by our own little
// synthesisers. What exists already is kept, so that only the first start takes a while; files are
// named by the hash of their text or tone, so what a newer program adds or changes is made at its
// first start in an older data folder.
#include <map>
#include <string>

#include "base/result.h"
#include "core/engine/directory.h"

namespace seatline::app {

/// Prompt name -> absolute path of its file, for everything that flows and queues use and that the
/// program brings along (core::ivr::is_built_in).
using PromptFiles = std::map<std::string, std::string>;

/// Blocks (about 50 ms a new text). A text that can't be spoken (no espeak-ng) is an error:
/// unavailable, field "prompts".
[[nodiscard]] Result<PromptFiles> prepare_prompts(const std::string& folder,
                                                  const core::Directory& directory);

}  // namespace seatline::app
