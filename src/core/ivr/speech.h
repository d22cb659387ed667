#pragma once
// Spoken sentences put together from recorded or synthesised pieces (prompts named "zh/..."), in
// Mandarin: the queue position, the agent's number, voicemail, conferences, and why a call failed.
// pieces() lists every piece with its text, so that the shell can prepare them all; the tones are
// made by the shell (app/prompts.h) under the names below.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/engine/event.h"

namespace seatline::core::ivr {

// Prompts that every center has without being asked; their sound: media/tone/call_tones.h.
inline constexpr std::string_view kMusic = "music";                 ///< to be looped
inline constexpr std::string_view kRingbackTone = "tone/ringback";  ///< one period, to be looped
inline constexpr std::string_view kBusyTone = "tone/busy";          ///< one period, to be looped
inline constexpr std::string_view kBeep = "tone/beep";              ///< speak now (voicemail)
inline constexpr std::string_view kJoinTone = "tone/join";          ///< somebody came (conference)
inline constexpr std::string_view kLeaveTone = "tone/leave";        ///< somebody went
inline constexpr std::string_view kMonitorTone = "tone/monitor";    ///< a supervisor listens

struct Piece {
    std::string_view name;
    std::string_view text;
};

/// Every piece that the functions below use.
[[nodiscard]] const std::vector<Piece>& pieces();
/// Whether the program itself brings this prompt along: a piece, a tone, or the music.
[[nodiscard]] bool is_built_in(std::string_view name);

/// "您前面还有三位客户，请稍候" or, with nobody ahead, "您是下一位，请稍候".
[[nodiscard]] std::vector<std::string> say_position(std::uint64_t ahead);

/// Why the caller gets no agent: the queue is full or the waiting took too long.
[[nodiscard]] std::vector<std::string> say_sorry_busy();

/// "八零零幺号客服代表为您服务": digits one by one, 1 spoken as yao, as in telephone numbers.
/// Characters that are not digits are passed over.
[[nodiscard]] std::vector<std::string> say_agent_number(std::string_view number);

/// Why the call out, or to a colleague, reached nobody: no answer, busy (also rejected), else
/// unreachable.
[[nodiscard]] std::vector<std::string> say_failure(EndCause cause);
/// "您没有呼出权限".
[[nodiscard]] std::vector<std::string> say_no_right();

// Voicemail: who leaves a message ...
/// The standard greeting, with the beep at its end.
[[nodiscard]] std::vector<std::string> say_leave_message();
[[nodiscard]] std::vector<std::string> say_mailbox_full();
// ... and who listens.
[[nodiscard]] std::vector<std::string> say_enter_mailbox_pin();
/// "您有两条新留言" or "没有新留言".
[[nodiscard]] std::vector<std::string> say_new_messages(std::uint64_t count);
/// "第二条": the ordinal is 二, never 两. From 1.
[[nodiscard]] std::vector<std::string> say_message_number(std::uint64_t number);
/// "重听请按一，下一条请按二，删除请按三".
[[nodiscard]] std::vector<std::string> say_message_menu();
[[nodiscard]] std::vector<std::string> say_message_deleted();
[[nodiscard]] std::vector<std::string> say_no_more_messages();

enum class ConferenceSpeech {
    enter_pin,
    wrong_pin,  ///< for mailboxes too
    locked,
    full,
    entered,
    ending,
    muted,
    unmuted,
    wait_for_moderator
};
[[nodiscard]] std::vector<std::string> say_conference(ConferenceSpeech what);

/// How many of something that is counted by 位 or 条: 两 for 2, else the number.
void append_count(std::vector<std::string>& out, std::uint64_t count);

/// A whole number as it is counted in Mandarin (两百零五, 一万二千), up to 99,999,999; larger ones
/// as their digits.
void append_number(std::vector<std::string>& out, std::uint64_t number);

}  // namespace seatline::core::ivr
