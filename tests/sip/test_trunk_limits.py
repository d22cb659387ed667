"""Who may call and how many at a time; a flood costs no more than its answers."""
import harness
from harness import NARROW_TRUNK, OTHER_QUEUE, QUEUE, STRANGER, TRUNK, Sipp, call_by_sipp


class TrunkLimits(harness.Center):
    phones = {1: 1000}

    def refused(self, after):
        return self.journal.find(after, type="CallRefused")

    def test_flood_above_the_limit(self):
        first = [call_by_sipp(self.server, host=NARROW_TRUNK, called=OTHER_QUEUE) for _ in range(2)]
        mark = self.journal.mark()
        calls = 400
        flood = Sipp("caller_refused", self.server, host=NARROW_TRUNK, calls=calls, rate=200).check(30)
        # A busy machine may send one twice (no ACK within T1); the count below is exact.
        self.assertEqual(set(flood.statuses()), {503})
        self.assertIn("Retry-After:", flood.messages())
        # Another trunk's call gets through, and one of this trunk as soon as there is room.
        self.good_call(host=TRUNK)
        for caller, call, call_id in first:
            caller.hang_up(call_id)
            caller.check()
            self.wait_ended(call)
        self.good_call(host=NARROW_TRUNK)
        # The last sum comes within a second after the last refusal.
        counted = harness.wait_for("all are counted",
                                   lambda: sum(e["count"] for e in self.refused(mark)) >= calls and self.refused(mark))
        self.assertEqual(sum(e["count"] for e in counted), calls)
        span = harness.seconds_of(counted[-1]["at"]) - harness.seconds_of(counted[0]["at"])
        self.assertLessEqual(len(counted), span + 2, "one event a second")
        self.assertEqual({(e["trunk"], e["sip_code"]) for e in counted}, {(2, 503)})

    def test_limit_holds_in_a_rush(self):
        """Five at once for two places."""
        mark = self.journal.mark()
        rush = [Sipp("caller_talks", self.server, host=NARROW_TRUNK, called=OTHER_QUEUE) for _ in range(5)]
        arrived = harness.wait_for("two arrive", lambda: self.journal.find(mark, type="CallArrived", trunk=2)[1:]
                                   and self.journal.find(mark, type="CallArrived", trunk=2))
        harness.wait_for("three are refused", lambda: sum(e["count"] for e in self.refused(mark)) == 3)
        self.assertEqual(len(self.journal.find(mark, type="CallArrived", trunk=2)), 2)
        for event in arrived:
            for caller in rush:
                caller.hang_up(event["sip_call_id"])
            self.wait_ended(event["call"])
        self.good_call(host=NARROW_TRUNK)

    def test_stranger(self):
        mark = self.journal.mark()
        for tcp in (False, True):
            caller = Sipp("caller_refused", self.server, host=STRANGER, called=QUEUE, tcp=tcp).check()
            # Asked who he is, like any phone: the answer must not tell which numbers exist.
            self.assertEqual(caller.statuses(), [401])
        self.good_call()
        self.assertEqual([e for e in self.journal.find(mark, type="CallArrived") if e["caller"] == "13900139000"], [])

    def test_unknown_number(self):
        mark = self.journal.mark()
        caller = Sipp("caller_refused", self.server, called="999").check()
        self.assertEqual(caller.statuses(), [404])
        refused = self.journal.wait("the refusal", after=mark, type="CallRefused")
        self.assertEqual((refused["sip_code"], refused["called"], refused["count"]), (404, "999", 1))
        self.good_call()


if __name__ == "__main__":
    harness.main()
