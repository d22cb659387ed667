#pragma once
// Spoken sentences put together from recorded or synthesised pieces (prompts named "zh/..."), in
// Mandarin: the queue position and the agent's number. pieces() lists every piece with its text, so
// that the shell can prepare them all.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace seatline::core::ivr {

struct Piece {
    std::string_view name;
    std::string_view text;
};

/// Every piece that the functions below use.
[[nodiscard]] const std::vector<Piece>& pieces();

/// "您前面还有三位客户，请稍候" or, with nobody ahead, "您是下一位，请稍候".
[[nodiscard]] std::vector<std::string> say_position(std::uint64_t ahead);

/// Why the caller gets no agent: the queue is full or the waiting took too long.
[[nodiscard]] std::vector<std::string> say_sorry_busy();

/// "八零零幺号客服代表为您服务": digits one by one, 1 spoken as yao, as in telephone numbers.
/// Characters that are not digits are passed over.
[[nodiscard]] std::vector<std::string> say_agent_number(std::string_view number);

/// A whole number as it is counted in Mandarin (两百零五, 一万二千), up to 99,999,999; larger ones
/// as their digits.
void append_number(std::vector<std::string>& out, std::uint64_t number);

}  // namespace seatline::core::ivr
