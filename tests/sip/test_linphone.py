"""linphonec as an agent's phone: holds, and transfers with and without asking first, all by itself."""
import harness
from control import PHONE_HZ, Control
from harness import AGENTS, CALLER_HZ, MUSIC_HZ, call_by_sipp
from linphone import LinphonePhone

TALKER, COLLEAGUE = 3, 2


class Linphone(Control):
    phones = {COLLEAGUE: PHONE_HZ[COLLEAGUE]}

    def setUp(self):
        super().setUp()
        self.own = LinphonePhone(self.server, AGENTS[TALKER], "127.0.0.13", PHONE_HZ[TALKER])
        harness.register(self.server, self.own, self.start)
        self.sign_in(TALKER)
        self.caller, self.call, self.call_id = call_by_sipp(self.server)
        self.seen("AgentAlerted", call=self.call, agent=TALKER)
        self.own.tell("answer")
        self.seen("TalkStarted", call=self.call, agent=TALKER)
        self.hears(self.own, CALLER_HZ)
        self.talked = self.hears(self.caller, PHONE_HZ[TALKER])
        self.sign_in(COLLEAGUE)
        self.rang = len(self.phone[COLLEAGUE].events)

    def colleague_has_it(self):
        self.hears(self.phone[COLLEAGUE], CALLER_HZ)
        return self.hears(self.caller, PHONE_HZ[COLLEAGUE])

    def done(self, kind, *moments):
        self.finish(self.caller, self.call, self.call_id)
        self.recorded(self.call, [(self.talked, {CALLER_HZ}, {PHONE_HZ[TALKER]}), *moments])
        kinds = [e["kind"] for e in self.journal.find(self.start, type="CallTransferred", call=self.call)]
        self.assertEqual(kinds, kind)
        arrived = self.journal.find(self.start, type="CallArrived")
        self.assertEqual([e["call"] for e in arrived], [self.call], "one call, also of a consultation")

    def test_hold(self):
        self.own.tell("pause")
        self.hears(self.caller, MUSIC_HZ)
        held = self.hears(self.own)
        self.own.tell("resume 1")
        self.hears(self.caller, PHONE_HZ[TALKER])
        self.hears(self.own, CALLER_HZ)
        self.done([], (held, set(), set()))

    def test_blind_transfer(self):
        self.own.tell(f"transfer sip:8002@127.0.0.1:{self.server.sip}")
        self.pick(COLLEAGUE, self.rang)
        self.done(["blind"], (self.colleague_has_it(), {CALLER_HZ}, {PHONE_HZ[COLLEAGUE]}))

    def test_attended_transfer(self):
        """Hold, a second call, REFER with Replaces."""
        self.own.tell("pause")
        self.hears(self.caller, MUSIC_HZ)
        self.own.dial("8002")
        self.pick(COLLEAGUE, self.rang)
        self.hears(self.own, PHONE_HZ[COLLEAGUE])
        self.hears(self.phone[COLLEAGUE], PHONE_HZ[TALKER])
        aside = self.hears(self.caller, MUSIC_HZ)
        self.own.tell("transfer 1 --to-call 2")
        after = self.colleague_has_it()
        self.done(["attended"], (aside, set(), {PHONE_HZ[TALKER], PHONE_HZ[COLLEAGUE]}),
                  (after, {CALLER_HZ}, {PHONE_HZ[COLLEAGUE]}))


if __name__ == "__main__":
    harness.main("linphonec")
