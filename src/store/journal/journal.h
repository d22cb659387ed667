#pragma once
// The journal in files; see store.h for what it promises. This header is for tests that need small
// segments.
#include "store/store.h"

namespace seatline::store {

struct JournalOptions {
    std::uint64_t segment_octets = 64u
                                   << 20;  ///< a new file begins once the last one is that large
    milliseconds sync_every{50};           ///< at most so much is lost in a power cut
};

[[nodiscard]] Result<std::unique_ptr<Journal>> open_journal(const std::string& folder,
                                                            const JournalOptions& options);

}  // namespace seatline::store
