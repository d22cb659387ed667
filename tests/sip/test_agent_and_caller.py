"""What agents and callers may do at any moment: no answer, busy, reject, hang up, CANCEL; commands by the API."""
import harness
from harness import AGENTS, ApiError, RawCaller, call_by_sipp, sipp_phone


def plan():
    center = harness.center()
    center["queues"][0]["ring_timeout_s"] = 2
    return center


class AgentAndCaller(harness.Center):
    plan = staticmethod(plan)
    phones = {1: 1000, 2: 1100}

    def setUp(self):
        super().setUp()
        self.sign_out_all()

    def both_signed_in(self):
        """Agent 1 first: the longest idle."""
        self.sign_in(1)
        self.sign_in(2)
        return self.journal.mark()

    def taken_by_2(self, caller, call, call_id):
        self.phone[2].answer()
        self.journal.wait("agent 2 talks", type="TalkStarted", call=call, agent=2)
        caller.hang_up(call_id)
        caller.check()
        self.assertEqual(self.wait_ended(call)["cause"], "normal")
        record = self.boss.call(call, lambda r: r.get("ended_at") and r["result"] == "answered")
        self.assertEqual(record["agent"], 2)
        return record

    def outcome(self, call, agent):
        return self.journal.wait("the offer ends", type="OfferEnded", call=call, agent=agent)["outcome"]

    def test_no_answer_busy_next_agent(self):
        mark = self.both_signed_in()
        caller, call, call_id = call_by_sipp(self.server)
        self.assertEqual(self.outcome(call, 1), "no_answer")
        record = self.taken_by_2(caller, call, call_id)
        self.assertEqual(self.changes(1, mark), [("idle", "ringing", ""), ("ringing", "busy", "no_answer")])
        self.assertEqual({leg["agent"]: leg["outcome"] for leg in record["legs"] if leg["kind"] == "agent"},
                         {1: "no_answer", 2: "answered"})
        self.phone[1].wait_event("CALL_CLOSED", 0)  # the CANCEL reached it
        view = self.boss.get("/api/v1/agents/1")
        self.assertEqual((view["state"], view["reason"]), ("busy", "no_answer"))

    def test_phone_says_busy(self):
        mark = self.both_signed_in()
        rang = len(self.phone[1].events)
        caller, call, call_id = call_by_sipp(self.server)
        self.phone[1].wait_ringing(rang)
        self.phone[1].hang_up()  # baresip: 486
        self.assertEqual(self.outcome(call, 1), "busy")
        self.taken_by_2(caller, call, call_id)
        self.assertEqual(self.changes(1, mark)[-1], ("ringing", "busy", "busy"))

    def test_phone_declines(self):
        phone = sipp_phone(self.server, "phone_declines", AGENTS[3], "127.0.0.13")
        self.sign_in(3)
        mark = self.journal.mark()
        self.sign_in(2)
        caller, call, call_id = call_by_sipp(self.server)
        self.assertEqual(self.outcome(call, 3), "rejected")
        phone.check()
        self.taken_by_2(caller, call, call_id)
        self.assertEqual(self.changes(3, mark), [("idle", "ringing", ""), ("ringing", "busy", "rejected")])

    def test_phone_that_is_not_there_any_more(self):
        """Registered, then gone without a word: the offer ends by the ring time-out."""
        phone = sipp_phone(self.server, "phone_declines", AGENTS[3], "127.0.0.13")
        phone.end()
        self.sign_in(3)
        self.sign_in(2)
        caller, call, call_id = call_by_sipp(self.server)
        self.assertIn(self.outcome(call, 3), ("no_answer", "unreachable"))
        self.taken_by_2(caller, call, call_id)
        self.assertEqual(self.boss.get("/api/v1/agents/3")["state"], "busy")

    def test_caller_leaves_while_phone_rings(self):
        self.sign_in(1)
        mark = self.journal.mark()
        rang = len(self.phone[1].events)
        caller, call, call_id = call_by_sipp(self.server)
        self.phone[1].wait_ringing(rang)
        caller.hang_up(call_id)
        caller.check()
        ended = self.wait_ended(call)
        self.assertEqual((ended["by"], ended["cause"]), ("caller", "abandoned"))
        self.assertEqual(self.outcome(call, 1), "caller_left")
        self.phone[1].wait_event("CALL_CLOSED", rang)
        self.wait_state(1, "idle")
        self.assertEqual(self.changes(1, mark), [("idle", "ringing", ""), ("ringing", "idle", "")])
        record = self.boss.call(call, lambda r: r.get("ended_at"))
        self.assertEqual((record["result"], record.get("agent")), ("abandoned", None))

    def test_caller_leaves_queue_without_agents(self):
        caller, call, call_id = call_by_sipp(self.server)
        self.journal.wait("queued", type="CallQueued", call=call)
        caller.hang_up(call_id)
        caller.check()
        self.assertEqual(self.wait_ended(call)["cause"], "abandoned")
        harness.wait_for("nobody waits", lambda: self.boss.get("/api/v1/waiting") == [])

    def test_caller_cancels_before_the_answer(self):
        """INVITE and CANCEL in one breath, twenty times: whichever wins the race, nothing stays behind. (sipp would
        wait for a 1xx first.)"""
        mark = self.journal.mark()
        for _ in range(20):
            with RawCaller(self.server) as caller:
                caller.invite()
                caller.send(caller.request("CANCEL"))
                cancelled = caller.final("CANCEL")
                status = caller.final("INVITE")
                self.assertIn((status, cancelled), ((487, 200), (200, 481), (200, 200)))
                if status == 200:
                    self.assertEqual(caller.hang_up(), 200)
                else:
                    caller.send(caller.request("ACK"))
        harness.wait_for("no call is left", lambda: self.boss.get("/api/v1/board")["calls_in_progress"] == 0)
        for arrived in self.journal.find(mark, type="CallArrived"):
            self.assertIn(self.wait_ended(arrived["call"])["cause"], ("left_in_ivr", "abandoned"))

    def test_agent_hangs_up(self):
        self.sign_in(1)
        mark = self.journal.mark()
        caller, call, _ = call_by_sipp(self.server)
        self.phone[1].answer()
        self.journal.wait("talk", type="TalkStarted", call=call)
        self.phone[1].hang_up()
        caller.check()
        ended = self.wait_ended(call)
        self.assertEqual((ended["by"], ended["cause"]), ("agent", "normal"))
        self.wait_state(1, "idle")
        self.assertEqual([c[1] for c in self.changes(1, mark)], ["ringing", "talking", "wrap_up", "idle"])

    def test_commands_by_api(self):
        own = self.server.log_in(AGENTS[1])
        with self.assertRaises(ApiError) as refused:
            own.command("me", "idle")
        self.assertEqual(refused.exception.status, 409, "signed out")
        mark = self.journal.mark()
        own.command("me", "sign_in")
        own.command("me", "busy", "rest")
        caller, call, _ = call_by_sipp(self.server)
        self.journal.wait("queued", type="CallQueued", call=call)
        self.assertEqual(self.journal.find(type="CallOffered", call=call), [], "busy agents get no call")
        rang = len(self.phone[1].events)
        own.command("me", "idle")
        self.phone[1].wait_ringing(rang)
        self.phone[1].answer()
        self.journal.wait("talk", type="TalkStarted", call=call)
        own.command("me", "busy", "meal")  # for after the call
        own.command("me", "hang_up")
        caller.check()
        self.phone[1].wait_event("CALL_CLOSED", rang)
        self.wait_state(1, "busy")
        own.command("me", "sign_out")
        self.wait_state(1, "signed_out")
        self.assertEqual(self.changes(1, mark), [
            ("signed_out", "idle", ""), ("idle", "busy", "rest"), ("busy", "idle", ""), ("idle", "ringing", ""),
            ("ringing", "talking", ""), ("talking", "wrap_up", ""), ("wrap_up", "busy", "meal"),
            ("busy", "signed_out", "")])
        ended = self.wait_ended(call)
        self.assertEqual((ended["by"], ended["cause"]), ("agent", "normal"))
        with self.assertRaises(ApiError) as refused:
            own.command("me", "busy", "no such reason")
        self.assertEqual(refused.exception.status // 100, 4)


if __name__ == "__main__":
    harness.main()
