#pragma once
// One media worker as the control process sees it: a child process on a Unix socket. Starts it,
// speaks protobuf frames, notices its death and starts it again. Lives on the engine's thread (its
// io_context).
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>

#include "app/options.h"
#include "app/prompts.h"
#include "media.pb.h"

namespace seatline::app {

class WorkerProcess : public std::enable_shared_from_this<WorkerProcess> {
public:
    struct Handlers {
        /// The worker is up and knows all prompts.
        std::function<void(std::uint32_t worker, std::uint32_t pid)> up;
        std::function<void(std::uint32_t worker, const std::string& reason)> down;
        /// All frames that came in one read.
        std::function<void(std::uint32_t worker, std::vector<proto::FromWorker>&)> messages;
    };

    WorkerProcess(boost::asio::io_context& io, std::uint32_t number, const Options& options,
                  const PromptFiles& prompts, Handlers handlers);
    ~WorkerProcess();

    /// Starts the child; again after each death, with growing delay (0.2 s to 5 s).
    void start();
    /// Closes the socket: the worker ends by itself.
    void stop();

    /// Puts a message into the batch; flush() writes it. Messages to a worker that is down are
    /// dropped.
    void send(const proto::ToWorker& message);
    void flush();

private:
    void spawn();
    void read();
    void take_frames();
    void handle_own(const proto::FromWorker& message);
    void died(const std::string& reason);
    void reap();

    boost::asio::io_context& io_;
    std::uint32_t number_;
    Options options_;
    const PromptFiles& prompts_;
    Handlers handlers_;
    boost::asio::local::stream_protocol::socket socket_;
    boost::asio::steady_timer restart_;
    milliseconds restart_delay_{200};
    pid_t pid_ = 0;
    std::uint64_t generation_ =
        0;  ///< of the child: late completions of an earlier socket are passed over
    bool stopping_ = false;
    bool ready_ = false;  ///< the child takes messages
    bool is_up_ = false;  ///< handlers_.up was called: it knows all prompts
    std::size_t prompts_missing_ = 0;
    std::string in_;
    std::string out_;      ///< collected by send()
    std::string writing_;  ///< handed to the socket
    std::vector<proto::FromWorker> batch_;
};

/// `seatline worker ...`: runs in the child; returns its exit code.
int worker_main(const std::vector<std::string>& arguments);

}  // namespace seatline::app
