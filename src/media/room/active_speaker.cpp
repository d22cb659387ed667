#include "media/room/active_speaker.h"

#include <cstdlib>

namespace seatline::media {

void VoiceLevel::add(G711 law, std::span<const std::uint8_t> payload) {
    for (const std::uint8_t code : payload)
        sum_ += static_cast<std::uint64_t>(std::abs(int{g711_decode(law, code)}));
}

std::uint32_t VoiceLevel::end_window() {
    constexpr std::uint64_t window_samples = speaker_window / 1ms * 8;
    level_ = static_cast<std::uint32_t>((level_ + sum_ / window_samples) / 2);
    sum_ = 0;
    return level_;
}

std::uint64_t ActiveSpeaker::update(std::span<const Level> levels) {
    const Level* loudest = nullptr;
    const Level* current = nullptr;
    for (const Level& level : levels) {
        if (loudest == nullptr || level.level > loudest->level) loudest = &level;
        if (level.leg == leg_) current = &level;
    }
    if (current == nullptr) leg_ = 0;
    if (loudest == nullptr || loudest->level < threshold) {
        if (++quiet_ >= quiet_windows) leg_ = 0;
        return leg_;
    }
    quiet_ = 0;
    const bool takes_over = leg_ == 0 || current->level < threshold ||
                            std::uint64_t{loudest->level} * 2 > std::uint64_t{current->level} * 3;
    if (takes_over) leg_ = loudest->leg;
    return leg_;
}

}  // namespace seatline::media
