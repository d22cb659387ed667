"""Calls between agents, pick-up by feature code, forwarding, and a caller sent into a flow and back."""
import os

import audio
import harness
from control import CARRIER_HZ, COLLECT_FLOW, CUSTOMER, PHONE_HZ, Control, gateway, sip_call_id
from harness import CALLER_HZ, call_by_sipp

SECRET = "47190853"


class Internal(Control):
    def both_hear(self, agent, other):
        self.hears(self.phone[agent], PHONE_HZ[other])
        return self.hears(self.phone[other], PHONE_HZ[agent])

    def dial(self, agent, number):
        """By the agent's phone: the internal call."""
        self.phone[agent].dial(number)
        return self.seen("CallArrived", direction="internal", agent=agent)["call"]

    def test_internal_call(self):
        """The called agent's state comes back afterwards."""
        self.sign_in(1)
        self.sign_in(2)
        self.wish(2, "busy", reason="rest")
        rang = len(self.phone[2].events)
        call = self.dial(1, "8002")
        self.pick(2, rang)
        moment = self.both_hear(1, 2)
        self.phone[2].hang_up()
        ended = self.wait_ended(call)
        self.assertEqual((ended["by"], ended["cause"]), ("agent", "normal"))
        self.phone[1].wait_event("CALL_CLOSED")
        self.wait_state(1, "idle")
        self.wait_state(2, "busy")
        record = self.record(call)
        self.assertEqual((record["direction"], record["caller"], record["called"]), ("internal", "8001", "8002"))
        self.recorded(call, [(moment, {PHONE_HZ[1]}, {PHONE_HZ[2]})])  # who calls is on the left

    def test_pick_up(self):
        """*8: the call that rings at an empty desk."""
        self.sign_in(1)
        rang = len(self.phone[1].events)
        caller, call, call_id = call_by_sipp(self.server)
        self.phone[1].wait_ringing(rang)
        self.sign_in(2)
        self.phone[2].dial("*8")
        self.seen("TalkStarted", call=call, agent=2)
        self.phone[1].wait_event("CALL_CLOSED", rang)
        self.hears(self.phone[2], CALLER_HZ)
        moment = self.hears(caller, PHONE_HZ[2])
        self.assertEqual(self.seen("OfferEnded", call=call, agent=1)["outcome"], "picked_up")
        self.finish(caller, call, call_id)
        self.recorded(call, [(moment, {CALLER_HZ}, {PHONE_HZ[2]})])

    def forward(self, agent, **where):
        self.wish(agent, "set_forward", forward={"always": "", "on_busy": "", "on_no_answer": "", **where})
        if where:
            self.addCleanup(self.forward, agent)

    def test_forward_always(self):
        for agent in (1, 2, 3):
            self.sign_in(agent)
        self.forward(2, always="8003")
        silent, rang = len(self.phone[2].events), len(self.phone[3].events)
        call = self.dial(1, "8002")
        self.pick(3, rang)
        self.both_hear(1, 3)
        self.phone[1].hang_up()
        self.wait_ended(call)
        self.assertEqual([e for e in self.phone[2].events[silent:] if e["type"].startswith("CALL")], [])

    def test_forward_on_no_answer_to_a_number_outside(self):
        self.sign_in(1)
        self.sign_in(2)
        self.forward(2, on_no_answer=CUSTOMER)
        carrier = gateway(self.server, "gateway_answers")
        rang = len(self.phone[2].events)
        call = self.dial(1, "8002")
        self.phone[2].wait_ringing(rang)
        self.hears(carrier, PHONE_HZ[1])
        self.hears(self.phone[1], CARRIER_HZ)
        carrier.hang_up(sip_call_id(carrier))
        carrier.check()
        self.wait_ended(call)
        self.wait_state(1, "idle")
        self.wait_state(2, "idle")

    def test_caller_sent_to_a_flow_and_back(self):
        """The password that the caller presses (RFC 4733) is heard and kept by nobody; the agent has the call back."""
        pressed = audio.speech_with_digit(audio.PCMA, CALLER_HZ, 30, [int(d) for d in SECRET],
                                          [0.2 + 0.3 * i for i in range(len(SECRET))], ssrc=0x5EA72222)
        caller, call, call_id = self.talk(scenario="caller_presses_keys", keys_pressed=pressed)
        self.wish(1, "to_flow", target={"kind": "flow", "id": COLLECT_FLOW})
        self.seen("NodeEntered", call=call, node="ask")
        self.hears(self.phone[1])
        caller.cue(call_id)
        back = self.seen("FlowReturned", call=call, agent=1)
        self.assertEqual(back["results"], [{"name": "pin", "value": "*" * len(SECRET)}])
        self.hears(self.phone[1], CALLER_HZ)
        self.hears(caller, PHONE_HZ[1])
        self.finish(caller, call, call_id)
        self.assertEqual(files_with(SECRET, self.server.data), [])
        self.assertNotIn(SECRET, self.server.process.log())


def files_with(text, folder):
    """Paths of the files below the folder that hold the text."""
    found = []
    for path, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(path, name), "rb") as f:
                if text.encode() in f.read():
                    found.append(name)
    return found


if __name__ == "__main__":
    harness.main()
