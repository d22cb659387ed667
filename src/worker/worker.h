#pragma once
// The media worker's state and the verbs on it. One thread; every entry point takes `now`. The
// files: commands.cpp (what control asks for), hearing.cpp (who hears whom), packets.cpp (RTP in
// and on), ticks.cpp (what is made each 20 ms), reports.cpp (RTCP, silence, statistics),
// recording.cpp; loop.cpp has the event loop.
#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "worker/control_link.h"
#include "worker/datagrams.h"
#include "worker/file_thread.h"
#include "worker/leg.h"
#include "worker/worker_config.h"

namespace seatline::worker {

class Worker {
public:
    Worker(const WorkerConfig& config, ControlLink& control, FileThread& files, int epoll_fd,
           Instant start);
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void start(std::uint32_t pid);
    /// Wipes keys in the command when it is done.
    void on_command(proto::ToWorker& command, Instant now);
    void on_rtp(SocketPair& sockets, Instant now);
    void on_rtcp(SocketPair& sockets, Instant now);
    void on_tick(Instant now);
    void on_coarse_time(Instant now);
    void on_file_results();
    /// Ends recordings and legs; the loop then lets the file thread finish.
    void shut_down(Instant now);

    [[nodiscard]] bool wants_ticks() const { return !ticking_.empty(); }
    [[nodiscard]] bool wants_coarse_time() const { return !legs_.empty() || !recordings_.empty(); }
    /// RTP datagrams received since the start, for the loop's batching.
    [[nodiscard]] std::uint64_t packets_received() const { return packets_received_; }

private:
    /// One received packet on its way to those who relay it.
    struct Item {
        media::RtpPacket packet;
        PayloadKind kind;
        std::uint8_t* data;  ///< the datagram
    };

    // commands.cpp
    void open_leg(const proto::OpenLeg& c, Instant now);
    void set_remote(const proto::SetRemote& c, Instant now);
    void close_leg(const proto::CloseLeg& c, Instant now);
    void play(const proto::Play& c);
    void stop_play(const proto::StopPlay& c);
    std::shared_ptr<PromptEntry> find_prompt(const std::string& name);
    void load_prompt(const proto::LoadPrompt& c);
    void prompt_read(PromptJob& job);
    void file_read(PromptJob& job);
    void recording_ended(RecordingFile& file);
    void send_digits(const proto::SendDigits& c);
    void leg_failed(std::uint64_t leg, std::string reason);
    Leg* find_or_fail(std::uint64_t leg);
    void take_remote(Leg& leg, const proto::MediaDescription& remote, Instant now);
    static Direction answer_direction(const Leg& leg, const proto::MediaDescription& remote);
    void announce_local(const Leg& leg, Direction direction);
    void run_command(const proto::ToWorker& command, Instant now);
    void remove_leg(Leg& leg, Instant now);

    // hearing.cpp
    void place(const proto::Place& c, Instant now);
    void watch_speaker(const proto::WatchSpeaker& c, Instant now);
    void watch_circle(Circle& circle, Instant now);
    void update_speaker(Circle& circle, Instant now);
    void place_leg(Leg& leg, std::uint64_t speaks_in, std::vector<std::uint64_t> hears,
                   Instant now);
    void move_speaker(Leg& leg, std::uint64_t to, Instant now);
    void refresh_mode(Leg& leg);
    void refresh_mixed(Circle& circle);
    void refresh_ticking(Leg& leg);
    void end_play(Leg& leg, const char* outcome);

    // packets.cpp
    bool accept(Leg& leg, std::span<std::uint8_t> datagram, const Address& from, Item& item,
                Instant now);
    void take_audio(Leg& leg, const Item& item, Instant now);
    void take_event(Leg& leg, const Item& item, Instant now);
    void report_digits(Leg& leg, const media::PressedDigits& pressed);
    void relay(Leg& source, Leg& listener, std::span<const Item> items, Instant now);
    void relay_one(Leg& source, Leg& listener, const Item& item, Instant now);
    void send_rtp(Leg& leg, std::uint8_t* datagram, std::size_t payload_size);
    void take_rtcp(Leg& leg, std::span<std::uint8_t> datagram, const Address& from,
                   bool rtcp_socket, Instant now);

    // ticks.cpp
    void tick_leg(Leg& leg, Instant now);
    bool next_prompt_frame(Leg& leg, std::int16_t* mixed_into, const std::uint8_t*& coded);
    bool skip_finished_prompts(Leg& leg);
    void send_coded(Leg& leg, const std::uint8_t* payload, Instant now);
    void send_event(Leg& leg, Instant now);
    void mix_leg(Leg& leg, Instant now);
    void sum_up(Circle& circle);
    const std::uint8_t* coded_sum(Circle& circle, media::G711 law);

    // reports.cpp
    void on_timer(Timer& timer, Instant now);
    void send_rtcp(Leg& leg, bool bye, Instant now);
    void check_silence(Leg& leg, Instant now);
    void watch_silence(Leg& leg, Instant now);
    void fill_report(const Leg& leg, proto::LegReport& report) const;
    void send_worker_stats(Instant now);

    // recording.cpp
    void start_recording(const proto::StartRecording& c, Instant now);
    void set_recording(const proto::SetRecording& c, Instant now);
    void stop_recording(const proto::StopRecording& c, Instant now);
    void recording_failed(std::uint64_t recording, const std::string& path, const char* error);
    void set_sides(Recording& recording, std::vector<std::uint64_t> left,
                   std::vector<std::uint64_t> right, Instant now);
    void tap_named(Leg& leg, Instant now);
    void tap(Recording& recording, Leg& leg, Instant now);
    void write_settled(Recording& recording, bool all, Instant now);
    void end_recording(Recording& recording, Instant now);

    Circle& circle_of(std::uint64_t id);
    void forget_if_unused(std::uint64_t circle);
    PortPool* pool_for(const proto::MediaDescription* remote);
    std::uint32_t random() { return static_cast<std::uint32_t>(random_()); }

    WorkerConfig config_;
    ControlLink& control_;
    FileThread& files_;
    std::mt19937_64 random_;
    std::vector<std::unique_ptr<PortPool>> pools_;
    std::vector<std::string> advertised_;  ///< for pools_[i]
    std::unordered_map<std::uint64_t, std::unique_ptr<Leg>> legs_;
    std::unordered_map<std::uint64_t, std::unique_ptr<Recording>> recordings_;
    std::unordered_multimap<std::uint64_t, Recording*> recordings_of_leg_;  ///< open or not
    std::unordered_map<std::uint64_t, std::unique_ptr<Circle>> circles_;
    std::unordered_map<std::string, std::shared_ptr<PromptEntry>> prompts_;
    std::unordered_map<const RecordingFile*, std::uint64_t>
        skipped_frames_;  ///< of recordings that end
    std::vector<Leg*> ticking_;
    std::vector<media::ActiveSpeaker::Level> levels_;  ///< of the circle in hand
    std::uint64_t tick_ = 0;
    TimerWheel wheel_;
    Timer stats_timer_{timer_worker_stats, this};
    DatagramBatch batch_;
    SendQueue out_;
    std::array<Item, DatagramBatch::size> items_;
    /// Packets made for one listener: in the other law, encrypted, or of our own. A datagram of
    /// max_octets and a trailer fit.
    std::array<std::array<std::uint8_t, DatagramBatch::max_octets + 32>, DatagramBatch::size> made_;
    std::uint64_t packets_received_ = 0;
    std::uint64_t packets_dropped_ = 0;
    proto::FromWorker event_;
};

}  // namespace seatline::worker
