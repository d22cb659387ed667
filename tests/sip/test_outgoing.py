"""Calls out through carriers' gateways: caller id, failover, and what an inbound seat may not."""
import harness
from control import CARRIER, CARRIER_HZ, CUSTOMER, INBOUND_SEAT, INBOUND_USER, PHONE_HZ, SECOND_CARRIER, Control
from control import gateway, plan as base_plan, sip_call_id
from harness import MENU, QUEUE, Phone


def plan():
    center = base_plan()
    center["agents"][1]["caller_number"] = QUEUE
    return center


class Outgoing(Control):
    plan = staticmethod(plan)

    def setUp(self):
        super().setUp()
        self.sign_in(1)
        self.start = self.journal.mark()
        self.events = len(self.phone[1].events)

    def arrived(self):
        return self.seen("CallArrived", direction="outbound")["call"]

    def closed_with(self):
        """Why the phone says that its call was refused or ended."""
        return self.phone[1].wait_event("CALL_CLOSED", self.events)["param"]

    def both_talk(self, carrier, agent=1):
        self.hears(carrier, PHONE_HZ[agent])
        return self.hears(self.phone[agent], CARRIER_HZ)

    def answered(self, call, by, moment):
        """Checks the record of an ended call that was answered."""
        ended = self.wait_ended(call)
        self.assertEqual((ended["by"], ended["cause"]), (by, "normal"))
        record = self.record(call)
        self.assertEqual((record["direction"], record["result"], record["agent"], record["called"]),
                         ("outbound", "answered", 1, CUSTOMER))
        self.recorded(call, [(moment, {CARRIER_HZ}, {PHONE_HZ[1]})])
        self.wait_state(1, "idle")
        return record

    def test_click_to_dial(self):
        """The agent's phone rings first; the customer sees the tenant's number."""
        carrier = gateway(self.server, "gateway_answers")
        call = self.wish(1, "dial", number=CUSTOMER)
        self.phone[1].wait_ringing(self.events)
        self.assertEqual(carrier.messages(), "", "nobody is called before the agent is there")
        self.pick(1, self.events)
        self.seen("TalkStarted", call=call, agent=1)
        moment = self.both_talk(carrier)
        self.wish(1, "hang_up")
        carrier.check()
        self.assertIn(f"INVITE sip:{CUSTOMER}@", carrier.messages())
        self.assertRegex(carrier.messages(), rf"From:[^\n]*<sip:{MENU}@")
        record = self.answered(call, "agent", moment)
        self.assertEqual([leg.get("trunk") for leg in record["legs"] if leg["kind"] == "outside"], [3])

    def test_dialled_by_phone(self):
        carrier = gateway(self.server, "gateway_answers")
        self.phone[1].dial(CUSTOMER)
        call = self.arrived()
        self.seen("TalkStarted", call=call, agent=1)
        moment = self.both_talk(carrier)
        carrier.hang_up(sip_call_id(carrier))
        carrier.check()
        self.assertRegex(carrier.messages(), rf"From:[^\n]*<sip:{MENU}@")
        self.assertNotIn("8001", carrier.messages(), "the agent's own number is nobody's business")
        self.answered(call, "outside", moment)

    def test_agents_own_caller_number(self):
        """An agent may have a number of the tenant for himself."""
        carrier = gateway(self.server, "gateway_busy")
        self.sign_in(2)
        self.phone[2].dial(CUSTOMER)
        carrier.check()
        self.assertRegex(carrier.messages(), rf"From:[^\n]*<sip:{QUEUE}@")
        self.wait_ended(self.arrived())

    def test_first_trunk_fails(self):
        """503: the next trunk, in the same call."""
        first = gateway(self.server, "gateway_unavailable")
        second = gateway(self.server, "gateway_answers", SECOND_CARRIER)
        self.phone[1].dial(CUSTOMER)
        call = self.arrived()
        self.seen("TalkStarted", call=call, agent=1)
        first.check()
        moment = self.both_talk(second)
        self.phone[1].hang_up()
        second.check()
        self.answered(call, "agent", moment)
        dialled = self.journal.find(self.start, type="PartyDialed", call=call)
        self.assertEqual([d["trunk"] for d in dialled], [3, 4])
        outcomes = [d["outcome"] for d in self.journal.find(self.start, type="DialEnded", call=call)]
        self.assertEqual(outcomes, ["unreachable", "answered"])

    def failed(self, scenario, cause, status):
        carrier = gateway(self.server, scenario)
        self.phone[1].dial(CUSTOMER)
        call = self.arrived()
        ended = self.wait_ended(call)
        carrier.check()
        self.assertEqual(ended["cause"], cause)
        self.assertIn(status, self.closed_with())
        self.assertEqual(len(self.journal.find(self.start, type="PartyDialed", call=call)), 1, "one trunk is enough")
        self.wait_state(1, "idle")

    def test_busy(self):
        self.failed("gateway_busy", "busy", "486")

    def test_no_answer(self):
        self.failed("gateway_rings", "no_answer", "480")

    def test_inbound_seat(self):
        """Calls nobody outside, by neither way; and nothing reaches the carrier."""
        phone = Phone(self.server, INBOUND_USER, "127.0.0.14")
        harness.register(self.server, phone, self.start)
        carrier = gateway(self.server, "gateway_answers")
        self.wish(INBOUND_SEAT, "sign_in")
        self.refused(403, INBOUND_SEAT, "dial", number=CUSTOMER)
        phone.dial(CUSTOMER)
        self.assertIn("403", phone.wait_event("CALL_CLOSED")["param"])
        self.assertEqual((carrier.messages(), self.journal.find(self.start, type="CallArrived")), ("", []))


if __name__ == "__main__":
    harness.main()
