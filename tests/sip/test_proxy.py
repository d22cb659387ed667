"""Kamailio between the carrier and the center: everything within a dialog goes through it (Record-Route)."""
import os

import control
import harness
from control import PHONE_HZ, Control
from harness import CALLER_HZ, MUSIC_HZ, Process, scratch, wait_for

PROXY = "127.0.0.7"


def plan():
    center = control.plan()
    center["trunks"].append({"id": 5, "name": "by Kamailio", "addresses": [PROXY], "max_calls": 10})
    return center


class Proxy(Control):
    plan = staticmethod(plan)

    def setUp(self):
        super().setUp()
        self.port = harness.free_port(PROXY)
        folder = scratch("kamailio")
        os.mkdir(folder)
        self.kamailio = Process(
            ["kamailio", "-DD", "-E", "-f", os.path.join(harness.HERE, "kamailio", "kamailio.cfg"), "-w", folder,
             "-Y", folder, "-P", folder + "/pid", "-A", f"PROXY=udp:{PROXY}:{self.port}",
             "-A", f'CENTER="sip:127.0.0.1:{self.server.sip}"'], "kamailio")
        wait_for("Kamailio listens", lambda: control.is_bound(PROXY, self.port))

    def called(self):
        return self.talk(proxy=f"{PROXY}:{self.port}")

    def test_hold_and_transfer(self):
        caller, call, call_id = self.called()
        self.assertEqual(self.seen("CallArrived")["trunk"], 5)
        self.phone[1].tell("hold")
        self.hears(caller, MUSIC_HZ)
        self.phone[1].tell("resume")
        self.hears(caller, PHONE_HZ[1])
        self.sign_in(2)
        rang = len(self.phone[2].events)
        self.phone[1].tell("transfer", f"sip:8002@127.0.0.1:{self.server.sip}")
        self.pick(2, rang)
        self.hears(self.phone[2], CALLER_HZ)
        self.hears(caller, PHONE_HZ[2])
        self.finish(caller, call, call_id)
        self.assertIn("Record-Route: <sip:" + PROXY, caller.messages())

    def test_agent_hangs_up(self):
        """Our BYE takes the way that the INVITE came."""
        caller, call, _ = self.called()
        self.phone[1].hang_up()
        caller.check()
        ended = self.wait_ended(call)
        self.assertEqual((ended["by"], ended["cause"]), ("agent", "normal"))
        bye = caller.messages().rpartition("BYE sip:")[2]
        self.assertRegex(bye, rf"(?s)Via:[^\n]*{PROXY}:{self.port}.*Via:")


if __name__ == "__main__":
    harness.main("kamailio")
