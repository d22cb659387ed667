#pragma once
// How a coroutine waits for something that another callback brings, with a limit of time.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/time.h"

namespace seatline::api {

namespace asio = boost::asio;

/// Completion token: `auto [ec, ...] = co_await operation(..., kAwait)`.
inline constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

/// One waiter at a time; the event loop's thread only.
class Signal {
public:
    explicit Signal(const asio::any_io_executor& executor) : timer_(executor) {}

    void set() {
        is_set_ = true;
        timer_.cancel();
    }
    /// True when set (and takes the mark back), false when the time is over.
    asio::awaitable<bool> wait(milliseconds limit) {
        if (!is_set_) {
            timer_.expires_after(limit);
            co_await timer_.async_wait(kAwait);
        }
        co_return std::exchange(is_set_, false);
    }

private:
    asio::steady_timer timer_;
    bool is_set_ = false;
};

}  // namespace seatline::api
