"""Processes that are killed, servers that stop, peers that forget: what was shown is never lost, what is up is ended."""
import os
import random
import signal
import sqlite3
import subprocess
import time
import unittest

import harness
from audio import heard, read_wav, tone_part
from harness import (AGENTS, CALLER_HZ, MENU, Capture, Live, Phone, Process, RawCaller, Server, Sipp,
                     call_by_sipp, quick_call, register, seconds_of, sipp_phone, wait_for)

SLOW = os.environ.get("SEATLINE_SLOW")  # also what takes the server's own long deadlines


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Faults(harness.Center):
    """A server of its own for each test."""

    @classmethod
    def setUpClass(cls):
        pass

    def setUp(self):
        self.addCleanup(Process.end_all)
        self.server = Server()
        self.journal = self.server.journal
        self.boss = self.server.log_in("supervisor")
        self.phone = {}

    def add_phone(self, agent):
        mark = self.journal.mark()
        self.phone[agent] = Phone(self.server, AGENTS[agent], f"127.0.0.{10 + agent}", 1000 + 100 * agent)
        register(self.server, self.phone[agent], mark)

    def talk(self, agent):
        """A caller and the agent in talk: (sipp, call, sip_call_id)."""
        self.sign_in(agent)
        caller, call, call_id = call_by_sipp(self.server)
        self.phone[agent].answer()
        self.journal.wait("talk", type="TalkStarted", call=call, agent=agent)
        return caller, call, call_id

    def restart(self):
        """After a kill: on the same folder and ports, at once."""
        self.server.process.wait()
        mark = self.journal.mark()
        self.server.start()
        self.boss = self.server.log_in("supervisor")
        return mark

    def recording(self, call):
        """The channels, read as a player would."""
        status, _, body = self.boss.ask("GET", f"/api/v1/calls/{call}/recording")
        self.assertEqual(status, 200)
        path = harness.scratch("recording.wav")
        with open(path, "wb") as f:
            f.write(body)
        return read_wav(path)

    # ---- the media worker

    def test_worker_killed_in_two_calls(self):
        for agent in (1, 2):
            self.add_phone(agent)
        talks = [self.talk(1), self.talk(2)]
        old = self.server.worker_pid()
        mark = self.journal.mark()
        os.kill(old, signal.SIGKILL)
        lost = self.journal.wait("the loss is noticed", after=mark, type="WorkerLost")
        for caller, call, _ in talks:
            ended = self.wait_ended(call)
            self.assertEqual((ended["by"], ended["cause"]), ("system", "media_failed"))
            caller.check()  # its scenario ends by our BYE
        for phone in self.phone.values():
            phone.wait_event("CALL_CLOSED")
        started = self.journal.wait("a new worker", after=mark, type="WorkerStarted")
        self.assertNotEqual(started["pid"], old)
        self.assertLess(seconds_of(started["at"]) - seconds_of(lost["at"]), 2)
        for agent in (1, 2):
            self.wait_state(agent, "idle")
            self.boss.command(agent, "sign_out")
        for agent in (1, 2):
            self.good_call(agent)
            self.boss.command(agent, "sign_out")
            self.assert_joined(agent)
        for _, call, _ in talks:
            record = self.boss.call(call, lambda r: r.get("ended_at"))
            self.assertEqual((record["result"], record["cause"]), ("answered", "media_failed"))

    def test_worker_killed_again_and_again_with_other_calls_waiting(self):
        for _ in range(3):
            caller, call, _ = call_by_sipp(self.server)
            self.journal.wait("queued", type="CallQueued", call=call)
            mark = self.journal.mark()
            os.kill(self.server.worker_pid(), signal.SIGKILL)
            self.assertEqual(self.wait_ended(call)["cause"], "media_failed")
            caller.check()
            self.journal.wait("a new worker", after=mark, type="WorkerStarted")
        quick_call(self.server)

    # ---- the control process

    def check_shown(self, live, shown_calls):
        """All that a page or the API had shown before the kill is in the journal."""
        events = self.journal.read()
        self.assertEqual([e["seq"] for e in events], list(range(1, len(events) + 1)))
        changes = {(e["agent"], e["to"], e["at"]) for e in events if e["type"] == "AgentStateChanged"}
        for _, view in live.agent_states():
            self.assertTrue((view["id"], view["state"], view["since"]) in changes or view["state"] == "signed_out", view)
            if view.get("call"):
                self.assertTrue(self.journal.find(type="CallOffered", call=view["call"]["call"]), view)
        for record in shown_calls:
            arrived, = self.journal.find(type="CallArrived", call=record["call"])
            self.assertEqual(arrived["at"], record["arrived_at"])
            for member, type_ in (("ended_at", "CallEnded"), ("talk_started_at", "TalkStarted"),
                                  ("queued_at", "CallQueued"), ("answered_at", "CallAnswered")):
                if record.get(member):
                    self.assertEqual([e["at"] for e in self.journal.find(type=type_, call=record["call"])],
                                     [record[member]])

    def check_recovered(self, shown_calls, restarted_at):
        """Every call has one end; what was finished is as it was; agents' intervals join."""
        arrived = {e["call"] for e in self.journal.find(type="CallArrived")}
        ended = [e["call"] for e in self.journal.find(type="CallEnded")]
        self.assertEqual(sorted(ended), sorted(set(ended)), "ended twice")
        self.assertEqual(arrived, set(ended))
        for event in self.journal.find(after=restarted_at, type="CallEnded"):
            self.assertEqual((event["by"], event["cause"]), ("system", "control_restarted"))
        for record in shown_calls:
            after = self.boss.call(record["call"])
            self.assertTrue(after.get("ended_at"))
            if record.get("ended_at") and not self.journal.find(after=restarted_at, call=record["call"]):
                for member in ("arrived_at", "ended_at", "cause", "result", "ended_by", "wait_ms", "talk_ms"):
                    self.assertEqual(after.get(member), record.get(member))
        self.assertEqual(self.boss.get("/api/v1/board")["calls_in_progress"], 0)
        for agent in AGENTS:
            self.assert_joined(agent)
        base = sqlite3.connect(f"file:{self.server.data}/seatline.sqlite?mode=ro", uri=True)
        rows = base.execute("SELECT agent, from_at, to_at FROM agent_intervals ORDER BY tenant, agent, from_at, seq")
        previous = {}
        for agent, from_at, to_at in rows:
            self.assertEqual(previous.get(agent, from_at), from_at, "a gap")
            previous[agent] = to_at
        base.close()

    def kill_control(self, live):
        shown = self.boss.get("/api/v1/calls?limit=200")["calls"]
        self.server.process.kill(signal.SIGKILL)
        wait_for("the page is cut off", lambda: live.closed)
        return shown

    def test_control_killed_at_each_moment(self):
        """In the flow, in the queue, while the phone rings, in talk and in wrap-up, at once."""
        for agent in (1, 2, 3):
            self.add_phone(agent)
        live = Live(self.boss)
        caller, finished, call_id = self.talk(1)
        wait_for("a second of talk", lambda: seconds_of(self.boss.get("/api/v1/board")["now"]) >
                 seconds_of(self.journal.find(type="TalkStarted", call=finished)[0]["at"]) + 1)
        caller.hang_up(call_id)
        caller.check()
        self.wait_state(1, "wrap_up")
        self.boss.call(finished, lambda r: r["has_recording"])
        talking = self.talk(2)[1]
        self.sign_in(3)
        ringing = call_by_sipp(self.server)[1]
        self.journal.wait("the phone rings", type="AgentAlerted", call=ringing, agent=3)
        queued = call_by_sipp(self.server)[1]
        in_flow = call_by_sipp(self.server, called=MENU)[1]
        self.journal.wait("in the flow", type="NodeEntered", call=in_flow)
        self.boss.call(talking, lambda r: r.get("talk_started_at"))
        worker = self.server.worker_pid()
        wait_for("the list has them all", lambda: len(self.boss.get("/api/v1/calls")["calls"]) == 5)  # up to 1 s later
        shown = self.kill_control(live)
        wait_for("the worker ends by itself", lambda: not alive(worker))
        restarted_at = self.restart()
        self.check_shown(live, shown)
        self.check_recovered(shown, restarted_at)
        for call, result in ((talking, "answered"), (ringing, "failed"), (queued, "failed"), (in_flow, "failed")):
            record = self.boss.call(call)
            self.assertEqual((record["cause"], record["result"]), ("control_restarted", result), record)
            self.assertTrue(all(leg.get("ended_at") for leg in record["legs"]), record)
        for agent in (1, 2, 3):
            self.assertIn(self.agent_state(agent), ("idle", "signed_out"))
        self.assertGreater(tone_part(self.recording(finished)[0], CALLER_HZ), 0.8)
        left, right = self.recording(talking)
        self.assertEqual(len(left), len(right))
        for agent in (1, 2, 3):
            self.phone[agent].end()
        self.add_phone(2)
        self.good_call(2)

    def test_control_killed_under_load(self):
        """Three times at a moment of chance in a stream of calls."""
        dice = random.Random(20261122)
        for _ in range(3):
            live = Live(self.boss)
            mark = self.journal.mark()
            callers = Sipp("caller_visits", self.server, calls=200, rate=50, more=["-d", "200", "-l", "20"])
            enough = dice.randrange(20, 60)
            wait_for("calls", lambda: len(self.journal.find(mark, type="CallEnded")) >= enough)
            shown = self.kill_control(live)
            callers.end(signal.SIGKILL)
            restarted_at = self.restart()
            self.check_shown(live, shown)
            self.check_recovered(shown, restarted_at)
            quick_call(self.server)
            wait_for("it is over", lambda: self.boss.get("/api/v1/board")["calls_in_progress"] == 0)

    def test_text_that_is_no_utf_8(self):
        """Odd octets in names and numbers: the journal and the API stay readable, also after a restart."""
        with RawCaller(self.server) as caller:
            caller.send(caller.request("INVITE", body=caller.sdp()).encode()
                        .replace(b"From: <sip:raw@", b"From: \"\xd6\xd0\x9f\" <sip:r%9f%c3w@"))
            arrived = self.journal.wait("the call arrives", type="CallArrived")
        live = Live(self.boss)
        self.boss.call(arrived["call"])
        wait_for("the list has it", lambda: self.boss.get("/api/v1/calls")["calls"])
        live.close()
        self.server.process.kill(signal.SIGKILL)
        self.restart()
        self.assertEqual(self.boss.call(arrived["call"])["cause"], "control_restarted")

    # ---- stopping

    def test_sigterm(self):
        self.add_phone(1)
        caller, call, _ = self.talk(1)
        worker = self.server.worker_pid()
        begin = time.monotonic()
        self.assertEqual(self.server.stop(), 0)
        self.assertLess(time.monotonic() - begin, 3)
        self.assertFalse(alive(worker), "no child is left")
        caller.check()  # got BYE
        self.phone[1].wait_event("CALL_CLOSED")
        self.phone[1].end()
        self.server.start()
        self.boss = self.server.log_in("supervisor")
        record = self.boss.call(call, lambda r: r.get("ended_at"))
        self.assertEqual((record["result"], record["cause"]), ("answered", "shutdown"))
        self.recording(call)
        self.add_phone(1)
        self.good_call(1)

    def second(self, *arguments):
        """The error that a second server ends with."""
        result = subprocess.run([harness.SEATLINE, "serve", "--no-demo", "--web", harness.WEB, *map(str, arguments)], capture_output=True,
                                text=True, timeout=20)
        self.assertNotEqual(result.returncode, 0)
        return result.stderr.strip().splitlines()[-1]

    def test_second_server(self):
        own = self.server
        free = harness.free_port
        rtp = ("--rtp-min", 9000, "--rtp-max", 9098)
        text = self.second("--data", own.data, "--http", free(), "--sip", free(), *rtp)
        self.assertRegex(text, "seatline: .*(in use|another|locked|running)")
        text = self.second("--data", harness.scratch("data"), "--http", free(), "--sip", own.sip, *rtp)
        self.assertRegex(text, f"seatline: .*{own.sip}.*another program")
        text = self.second("--data", harness.scratch("data"), "--http", own.http, "--sip", free(), *rtp)
        self.assertRegex(text, f"seatline: .*{own.http}.*(in use|another program)")
        quick_call(own)

    # ---- peers

    def test_phone_behind_nat(self):
        phone = sipp_phone(self.server, "phone_behind_nat", AGENTS[3], "127.0.0.13")
        capture = Capture(self.server)
        self.sign_in(3)
        caller, call, call_id = call_by_sipp(self.server)
        start = seconds_of(self.journal.wait("talk", type="TalkStarted", call=call)["at"])
        wait_for("a second of talk", lambda: seconds_of(self.boss.get("/api/v1/board")["now"]) > start + 1)
        caller.hang_up(call_id)
        caller.check()
        phone.check()
        end = seconds_of(self.wait_ended(call)["at"])
        streams = capture.streams(caller=caller, phone=phone)
        for name in ("caller", "phone"):
            sent, = streams["to", name].values()
            self.assertGreater(tone_part(heard(sent, start + 0.2, end), CALLER_HZ), 0.7, name)

    def test_ack_that_never_comes(self):
        """The 200 is sent again; BYE ends the call all the same."""
        with RawCaller(self.server) as caller:
            caller.invite()
            self.assertEqual(caller.final("INVITE"), 200)
            self.assertEqual(caller.final("INVITE"), 200, "again")
            caller.send(caller.request("BYE", 2))
            self.assertEqual(caller.final("BYE", 2), 200)
        self.wait_ended(self.journal.find(type="CallArrived")[0]["call"], by="caller")

    @unittest.skipUnless(SLOW, "waits for the server's 32 s and 60 s; set SEATLINE_SLOW")
    def test_ack_or_bye_never_comes(self):
        with RawCaller(self.server) as no_ack, RawCaller(self.server) as no_bye:
            for caller in (no_ack, no_bye):
                caller.invite()
                self.assertEqual(caller.final("INVITE"), 200)
            no_bye.send(no_bye.request("ACK"))
            calls = {e["sip_call_id"]: e["call"] for e in self.journal.find(type="CallArrived")}
            for caller, cause in ((no_ack, "network"), (no_bye, "rtp_silence")):
                ended = self.journal.wait("the end", type="CallEnded", call=calls[caller.id], deadline_s=75)
                self.assertEqual((ended["by"], ended["cause"]), ("system", cause))


if __name__ == "__main__":
    harness.main()
