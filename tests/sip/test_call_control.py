"""Hold, transfer, consultation and three-way calls, by the API and by the phones' own keys: who hears whom."""
import control
import harness
from control import PHONE_HZ, Control
from harness import CALLER_HZ, MUSIC_HZ  # the queue's music is also that of hold


class CallControl(Control):
    def held_and_back(self, hold, resume):
        """The caller hears music and the agent nothing; then each other again. The recording has it so."""
        caller, call, call_id = self.talk()
        talk = self.hears(caller, PHONE_HZ[1])
        hold()
        self.seen("LegPlaced", call=call, place="held")
        self.hears(caller, MUSIC_HZ)
        held = self.hears(self.phone[1])
        resume()
        self.hears(caller, PHONE_HZ[1])
        again = self.hears(self.phone[1], CALLER_HZ)
        record = self.finish(caller, call, call_id)
        self.recorded(call, [(talk, {CALLER_HZ}, {PHONE_HZ[1]}), (held, set(), set()),
                             (again, {CALLER_HZ}, {PHONE_HZ[1]})])
        self.assertGreater(record["hold_ms"], 300)
        self.assertLess(record["hold_ms"], 10_000)
        self.assertEqual(record["transfers"], 0)

    def test_hold_by_api(self):
        self.held_and_back(lambda: self.wish(1, "hold"), lambda: self.wish(1, "resume"))

    def test_hold_by_phone(self):
        """baresip's re-INVITE with sendonly."""
        self.held_and_back(lambda: self.phone[1].tell("hold"), lambda: self.phone[1].tell("resume"))

    def transferred(self, transfer):
        """From agent 1 to agent 2, whose phone rings meanwhile."""
        caller, call, call_id = self.talk()
        self.sign_in(2)
        before = self.hears(caller, PHONE_HZ[1])
        rang = len(self.phone[2].events)
        transfer()
        self.pick(2, rang)
        self.seen("TalkStarted", call=call, agent=2)
        self.phone[1].wait_event("CALL_CLOSED")
        self.hears(self.phone[2], CALLER_HZ)
        after = self.hears(caller, PHONE_HZ[2])
        record = self.finish(caller, call, call_id)
        self.recorded(call, [(before, {CALLER_HZ}, {PHONE_HZ[1]}), (after, {CALLER_HZ}, {PHONE_HZ[2]})])
        kinds = [(e["kind"], e["by"]) for e in self.journal.find(self.start, type="CallTransferred", call=call)]
        self.assertEqual((kinds, record["transfers"]), ([("blind", 1)], 1))
        self.assertEqual([leg.get("agent") for leg in record["legs"]], [None, 1, 2])
        self.assert_time_line(record)
        self.assert_joined(1)
        self.assert_joined(2)

    def assert_time_line(self, record):
        """Every stay ends, and no leg stands in two places at a time."""
        stays = {}
        for stay in record["time_line"]:
            stays.setdefault(stay["leg"], []).append(stay)
        self.assertEqual(set(stays), {leg["leg"] for leg in record["legs"]})
        for leg in stays.values():
            self.assertTrue(all(stay["to"] for stay in leg), leg)
            for earlier, later in zip(leg, leg[1:]):
                self.assertLessEqual(earlier["to"], later["from"])

    def test_blind_transfer_by_api(self):
        self.transferred(lambda: self.wish(1, "transfer", number="8002"))

    def test_blind_transfer_by_phone(self):
        """baresip's REFER."""
        self.transferred(lambda: self.phone[1].tell("transfer", f"sip:8002@127.0.0.1:{self.server.sip}"))

    def consulting(self):
        """Agent 1 speaks with agent 2 aside, the caller hears music."""
        caller, call, call_id = self.talk()
        self.sign_in(2)
        rang = len(self.phone[2].events)
        self.wish(1, "consult", target={"kind": "agent", "id": 2})
        self.hears(caller, MUSIC_HZ)
        self.pick(2, rang)
        self.hears(self.phone[1], PHONE_HZ[2])
        self.hears(self.phone[2], PHONE_HZ[1])
        return caller, call, call_id

    def test_consult_swap_complete(self):
        caller, call, call_id = self.consulting()
        aside = self.hears(caller, MUSIC_HZ)
        self.wish(1, "swap")
        self.hears(self.phone[2], MUSIC_HZ)
        self.hears(caller, PHONE_HZ[1])
        self.hears(self.phone[1], CALLER_HZ)
        self.wish(1, "swap")
        self.hears(caller, MUSIC_HZ)
        self.hears(self.phone[2], PHONE_HZ[1])
        self.wish(1, "complete")
        self.hears(caller, PHONE_HZ[2])
        done = self.hears(self.phone[2], CALLER_HZ)
        self.phone[1].wait_event("CALL_CLOSED")
        record = self.finish(caller, call, call_id)
        self.recorded(call, [(aside, set(), {PHONE_HZ[1], PHONE_HZ[2]}),
                             (done, {CALLER_HZ}, {PHONE_HZ[2]})])
        self.assertEqual([e["kind"] for e in self.journal.find(self.start, type="CallTransferred")], ["attended"])
        self.assert_time_line(record)

    def test_consult_cancelled(self):
        caller, call, call_id = self.consulting()
        self.wish(1, "cancel")
        self.hears(caller, PHONE_HZ[1])
        self.hears(self.phone[1], CALLER_HZ)
        self.wait_state(2, "idle")
        self.assertEqual(self.finish(caller, call, call_id)["transfers"], 0)

    def test_three_way(self):
        caller, call, call_id = self.consulting()
        self.wish(1, "join")
        self.hears(caller, PHONE_HZ[1], PHONE_HZ[2])
        self.hears(self.phone[1], CALLER_HZ, PHONE_HZ[2])
        together = self.hears(self.phone[2], CALLER_HZ, PHONE_HZ[1])
        self.phone[1].hang_up()  # the other two go on
        self.hears(caller, PHONE_HZ[2])
        left = self.hears(self.phone[2], CALLER_HZ)
        record = self.finish(caller, call, call_id)
        self.recorded(call, [(together, {CALLER_HZ}, {PHONE_HZ[1], PHONE_HZ[2]}),
                             (left, {CALLER_HZ}, {PHONE_HZ[2]})])
        self.assert_time_line(record)


if __name__ == "__main__":
    harness.main()
