"""A supervisor on an agent's call: listens, whispers, barges in, takes over; forces a state. Who hears whom."""
import harness
from control import PHONE_HZ, Control
from harness import AGENTS, CALLER_HZ

AGENT, LEAD = 1, 3  # the supervisor's own agent


class Supervisor(Control):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls.server.log_in("lead")

    def supervise(self, action, by=None, **members):
        status, _, answer = (by or self.lead).ask("POST", f"/api/v1/agents/{AGENT}/supervision",
                                                  {"action": action, **members})
        return status, answer

    def wish_about_agent(self, action, **members):
        status, answer = self.supervise(action, **members)
        self.assertEqual(status, 200, answer)

    def listening(self):
        """A call of the agent that the supervisor listens to."""
        caller, call, call_id = self.talk(AGENT)
        self.sign_in(LEAD)
        rang = len(self.phone[LEAD].events)
        self.wish_about_agent("listen")
        self.pick(LEAD, rang)
        self.seen("SupervisorActed", call=call, action="listen")
        return caller, call, call_id

    def test_listen_whisper_barge_in_take_over(self):
        agent, lead = PHONE_HZ[AGENT], PHONE_HZ[LEAD]
        caller, call, call_id = self.listening()
        self.hears(self.phone[LEAD], CALLER_HZ, agent)
        self.hears(self.phone[AGENT], CALLER_HZ)
        listened = self.hears(caller, agent)

        self.wish_about_agent("whisper")
        self.hears(self.phone[AGENT], CALLER_HZ, lead)
        self.hears(self.phone[LEAD], CALLER_HZ, agent)
        whispered = self.hears(caller, agent)

        self.wish_about_agent("barge_in")
        self.hears(self.phone[AGENT], CALLER_HZ, lead)
        self.hears(self.phone[LEAD], CALLER_HZ, agent)
        barged_in = self.hears(caller, agent, lead)

        self.wish_about_agent("take_over")
        self.phone[AGENT].wait_event("CALL_CLOSED")
        self.hears(self.phone[LEAD], CALLER_HZ)
        taken = self.hears(caller, lead)

        self.finish(caller, call, call_id)
        self.recorded(call, [(listened, {CALLER_HZ}, {agent}), (whispered, {CALLER_HZ}, {agent}),
                             (barged_in, {CALLER_HZ}, {agent, lead}), (taken, {CALLER_HZ}, {lead})])
        acts = self.journal.find(self.start, type="SupervisorActed", call=call)
        self.assertEqual([(a["supervisor"], a["agent"], a["action"], a["told"]) for a in acts],
                         [(LEAD, AGENT, action, False) for action in ("listen", "whisper", "barge_in", "take_over")])
        kinds = [e["kind"] for e in self.journal.find(self.start, type="CallTransferred", call=call)]
        self.assertEqual(kinds, ["taken_over"])
        self.assert_joined(AGENT)
        self.assert_joined(LEAD)

    def test_leave(self):
        """The call goes on as if nobody had been there."""
        caller, call, call_id = self.listening()
        self.hears(self.phone[LEAD], CALLER_HZ, PHONE_HZ[AGENT])
        self.wish_about_agent("leave")
        self.phone[LEAD].wait_event("CALL_CLOSED")
        self.wait_state(LEAD, "idle")
        self.hears(caller, PHONE_HZ[AGENT])
        self.finish(caller, call, call_id)

    def test_caller_leaves_while_listened_to(self):
        caller, call, call_id = self.listening()
        self.finish(caller, call, call_id)
        self.phone[LEAD].wait_event("CALL_CLOSED")
        self.wait_state(LEAD, "idle")

    def test_forced_release_and_states(self):
        caller, call, _ = self.talk(AGENT)
        self.wish_about_agent("forced_release")
        caller.check()
        ended = self.wait_ended(call)
        self.assertEqual((ended["by"], ended["cause"]), ("supervisor", "forced"))
        self.wait_state(AGENT, "idle")
        self.wish_about_agent("forced_busy", reason="meal")
        self.wait_state(AGENT, "busy")
        self.wish_about_agent("forced_idle")
        self.wait_state(AGENT, "idle")
        self.wish_about_agent("forced_sign_out")
        self.wait_state(AGENT, "signed_out")

    def test_who_may(self):
        """An agent may not, a supervisor without a phone has none that could ring, nobody listens to an idle agent."""
        self.sign_in(AGENT)
        self.sign_in(LEAD)
        self.assertEqual(self.supervise("listen", by=self.server.log_in(AGENTS[2]))[0], 403)
        self.assertEqual(self.supervise("listen", by=self.boss)[0], 409)
        self.assertEqual(self.supervise("listen")[0], 409)
        self.assertEqual(self.supervise("listen", by=self.server.log_in("supervisor2"))[0], 404, "another tenant's")


if __name__ == "__main__":
    harness.main()
