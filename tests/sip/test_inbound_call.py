"""From the INVITE to the record: prompt, digit, queue, phone, talk, recording, by sipp, baresip and tshark."""
import statistics
import struct

import harness
from audio import EVENTS, PCMA, PCMU, heard, read_wav, speech_with_digit, tone_part
from harness import CALLER_HZ, MENU, MUSIC_HZ, QUEUE, TRUNK, WELCOME_HZ, Capture, Phone, call_by_sipp, seconds_of

PHONE_HZ = 1000


def plan():
    center = harness.center()
    for queue in center["queues"]:
        queue["announce_agent_number"] = True
    return center


class InboundCall(harness.Center):
    plan = staticmethod(plan)

    def phone_of(self, agent, **options):
        mark = self.journal.mark()
        phone = Phone(self.server, harness.AGENTS[agent], f"127.0.0.{10 + agent}", PHONE_HZ, **options)
        harness.register(self.server, phone, mark)
        return phone

    def seen(self, call, type_, **wanted):
        return seconds_of(self.journal.wait(type_, type=type_, call=call, **wanted)["at"])

    def talk_for(self, seconds, agent):
        """Waits until the server's own clock says that they have talked so long."""
        self.journal.wait("talk", type="TalkStarted", agent=agent)
        view = self.boss.get(f"/api/v1/agents/{agent}")["call"]
        start = seconds_of(view["talk_started_at"])
        harness.wait_for("talk time", lambda: seconds_of(self.boss.get("/api/v1/board")["now"]) > start + seconds)

    def test_menu_queue_talk_by_udp_a_law(self):
        phone = self.phone_of(1)
        capture = Capture(self.server)
        speech = speech_with_digit(PCMA, CALLER_HZ, 40, digit=1, digit_at=(1.5, 4.5))
        caller, call, call_id = call_by_sipp(self.server, called=MENU, speech=speech)
        queued = self.seen(call, "CallQueued")
        # The caller waits with music until somebody signs in. Nothing tells of its beginning: the position takes 1-3 s.
        harness.wait_for("5 s of waiting", lambda: seconds_of(self.boss.get("/api/v1/board")["now"]) > queued + 5)
        waiting = self.boss.get("/api/v1/waiting")
        self.assertEqual([w["caller"] for w in waiting], ["13800138000"])
        mark = self.journal.mark()
        self.sign_in(1)
        phone.answer()
        self.talk_for(2, 1)
        caller.hang_up(call_id)
        caller.check()
        phone.wait_event("CALL_CLOSED")
        ended = self.wait_ended(call)
        self.assertEqual((ended["by"], ended["cause"]), ("caller", "normal"))
        self.wait_state(1, "idle")
        self.assertEqual([c[1] for c in self.changes(1, mark)], ["idle", "ringing", "talking", "wrap_up", "idle"])
        self.assert_joined(1)
        digits = self.journal.find(type="DigitsTaken", call=call)
        self.assertEqual([d["digits"] for d in digits], ["1"], "the second press is not the menu's")
        record = self.boss.call(call, lambda r: r["has_recording"] and r["wrap_up_ms"] > 0)
        self.check_record(record, digits="1")
        self.check_recording(record)
        self.check_audio(call, capture, caller, phone)
        self.check_wire(capture)

    def check_record(self, record, digits):
        self.assertEqual((record["caller"], record["called"], record["result"], record["queue"], record["agent"]),
                         ("13800138000", MENU, "answered", 1, 1))
        self.assertEqual(record["digits"], digits)
        self.assertEqual((record["ended_by"], record["cause"]), ("caller", "normal"))
        times = [seconds_of(record[k]) for k in ("arrived_at", "answered_at", "queued_at", "left_queue_at",
                                                 "talk_started_at", "ended_at")]
        self.assertEqual(times, sorted(times))
        self.assertAlmostEqual(record["wait_ms"], 1000 * (times[3] - times[2]), delta=2)
        self.assertAlmostEqual(record["talk_ms"], 1000 * (times[5] - times[4]), delta=2)
        self.assertGreaterEqual(record["wrap_up_ms"], 990)
        caller, agent = sorted(record["legs"], key=lambda leg: leg["kind"], reverse=True)
        self.assertEqual((caller["kind"], agent["kind"], agent["agent"], agent["outcome"]),
                         ("caller", "agent", 1, "answered"))
        for leg in (caller, agent):
            self.assertGreater(leg["packets_received"], 100)
            self.assertEqual(leg["packets_lost"], 0)
            self.assertLess(leg["jitter_us"], 20_000)
            self.assertTrue(leg["ended_at"])
        self.assertTrue(agent["ringing_at"] and agent["answered_at"])

    def check_recording(self, record):
        status, headers, body = self.boss.ask("GET", f"/api/v1/calls/{record['call']}/recording")
        self.assertEqual((status, headers["content-type"]), (200, "audio/wav"))
        path = harness.scratch("recording.wav")
        with open(path, "wb") as f:
            f.write(body)
        left, right = read_wav(path)
        self.assertAlmostEqual(len(left) / 8, record["recording_ms"], delta=40)
        self.assertAlmostEqual(record["recording_ms"], record["talk_ms"], delta=300)
        self.assertGreater(tone_part(left, CALLER_HZ), 0.8, "the caller is on the left")
        self.assertGreater(tone_part(right, PHONE_HZ), 0.8, "the agent is on the right")
        self.assertLess(tone_part(left, PHONE_HZ), 0.05)
        self.assertLess(tone_part(right, CALLER_HZ), 0.05)

    def check_audio(self, call, capture, caller, phone):
        """By content, from the wire: what each side was sent while what was going on."""
        self.streams = capture.streams(caller=caller, phone=phone)
        self.assertEqual({k: len(v) for k, v in self.streams.items()},
                         {k: 1 for k in self.streams}, "one SSRC a direction")
        to_caller, to_phone = (next(iter(self.streams["to", name].values())) for name in ("caller", "phone"))
        answered, queued = self.seen(call, "CallAnswered"), self.seen(call, "CallQueued")
        taken = self.seen(call, "OfferEnded")
        talk, end = self.seen(call, "TalkStarted"), self.seen(call, "CallEnded")
        self.assertGreater(tone_part(heard(to_caller, answered + 0.05, answered + 0.75), WELCOME_HZ), 0.7, "welcome")
        waiting = heard(to_caller, queued + 0.1, taken - 0.1)
        speech = sum(1 for i in range(0, len(waiting) - 400, 400)
                     if max(map(abs, waiting[i:i + 400])) > 1000 and
                     harness.audio.share(waiting[i:i + 400], MUSIC_HZ) < 0.5)
        self.assertGreater(speech, 10, "the position is spoken, at least half a second of it")
        self.assertGreater(tone_part(heard(to_caller, taken - 1, taken - 0.1), MUSIC_HZ), 0.8, "music at last")
        announced = heard(to_caller, taken + 0.1, talk)
        self.assertGreater(max(map(abs, announced)), 1000, "the agent's number is spoken")
        self.assertLess(tone_part(announced, PHONE_HZ), 0.05, "the agent is not heard before")
        self.assertLess(tone_part(heard(to_phone, taken, talk - 0.1), CALLER_HZ), 0.05, "nor the caller")
        self.assertGreater(tone_part(heard(to_caller, talk + 0.1, end), PHONE_HZ), 0.8, "the caller hears the agent")
        self.assertGreater(tone_part(heard(to_phone, talk + 0.1, end), CALLER_HZ), 0.8, "the agent hears the caller")

    def check_wire(self, capture):
        """Both by our own reader and by tshark: payload types, pace, no gap, one SSRC a direction, the digit."""
        for name in ("caller", "phone"):
            packets, = self.streams["to", name].values()
            sequences = [struct.unpack_from("!H", p[3], 2)[0] for p in packets]
            self.assertEqual({(b - a) & 0xFFFF for a, b in zip(sequences, sequences[1:])}, {1}, name)
            self.assertLessEqual({p[3][1] & 0x7F for p in packets}, {PCMA, EVENTS})
            gaps = [b[0] - a[0] for a, b in zip(packets, packets[1:])]
            self.assertAlmostEqual(statistics.median(gaps), 0.020, delta=0.003)
        table = [line for line in capture.decode("-q", "-z", "rtp,streams") if "0x" in line]
        self.assertGreaterEqual(len(table), 4, table)
        for line in table:
            self.assertIn("0 (0.0%)", line, "no loss")
        events = capture.decode("-Y", f"rtpevent && ip.src=={TRUNK}", "-T", "fields", "-e", "rtpevent.event_id",
                                "-e", "rtpevent.end_of_event")
        self.assertEqual({e.split("\t")[0] for e in events}, {"1"})
        self.assertEqual(sum(e.split("\t")[1] in ("1", "True") for e in events), 6, "two presses, three ends each")

    def test_transcoding_by_tcp_u_law(self):
        """The caller has only u-law, the phone only A-law; the agent hangs up."""
        phone = self.phone_of(2, codecs="PCMA/8000/1")
        capture = Capture(self.server)
        mark = self.journal.mark()
        self.sign_in(2)
        caller, call, _ = call_by_sipp(self.server, called=QUEUE, tcp=True, keys={"pt": 0, "codec": "PCMU"},
                                       speech=speech_with_digit(PCMU, CALLER_HZ, 30))
        phone.answer()
        self.talk_for(2, 2)
        phone.hang_up()
        caller.check()
        ended = self.wait_ended(call)
        self.assertEqual((ended["by"], ended["cause"]), ("agent", "normal"))
        self.wait_state(2, "idle")
        self.assertEqual([c[1] for c in self.changes(2, mark)], ["idle", "ringing", "talking", "wrap_up", "idle"])
        record = self.boss.call(call, lambda r: r["has_recording"])
        self.assertEqual((record["ended_by"], record["agent"], record["queue"]), ("agent", 2, 1))
        self.check_recording(record)
        talk, end = self.seen(call, "TalkStarted"), self.seen(call, "CallEnded")
        streams = capture.streams(caller=caller, phone=phone)
        for name, payload_type, hz in (("caller", PCMU, PHONE_HZ), ("phone", PCMA, CALLER_HZ)):
            sent, = streams["to", name].values()  # one SSRC
            self.assertEqual({p[3][1] & 0x7F for p in sent}, {payload_type})
            self.assertGreater(tone_part(heard(sent, talk + 0.1, end), hz), 0.8, name)


if __name__ == "__main__":
    harness.main()
