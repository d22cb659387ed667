"""A full disk: the call that is up goes on, new ones are refused, nothing is lost when there is space again."""
import errno
import os
import subprocess

import harness
from harness import ApiError, RawCaller, Server, call_by_sipp, quick_call, wait_for


class DiskFull(harness.Center):
    phones = {1: 1000}

    @classmethod
    def setUpClass(cls):
        cls.disk = harness.scratch("disk")
        os.mkdir(cls.disk)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "seatline-test", cls.disk], check=True)
        data = os.path.join(cls.disk, "data")
        try:
            original, harness.Server = harness.Server, lambda plan: Server(plan, data=data)
            try:
                super().setUpClass()
            finally:
                harness.Server = original
        except BaseException:
            cls.unmount()
            raise

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.unmount()

    @classmethod
    def unmount(cls):
        subprocess.run(["umount", "--lazy", cls.disk], check=True)

    def fill(self):
        """Takes the last page."""
        path = os.path.join(self.disk, "ballast")
        with open(path, "wb", buffering=0) as ballast:
            for size in (1 << 20, 4096):
                try:
                    while ballast.write(b"\0" * size):
                        pass
                except OSError as error:
                    self.assertEqual(error.errno, errno.ENOSPC)
        return path

    def health(self):
        try:
            return self.boss.get("/api/v1/health")["status"]
        except ApiError as error:
            return "degraded" if error.status == 503 else error.status

    def call_status(self):
        with RawCaller(self.server) as caller:
            caller.invite()
            status = caller.final("INVITE")
            if status == 200:
                caller.hang_up()
            return status

    def test_calls_go_on_and_nothing_is_lost(self):
        self.sign_in(1)
        caller, call, call_id = call_by_sipp(self.server)
        self.phone[1].answer()
        self.journal.wait("talk", type="TalkStarted", call=call)
        ballast = self.fill()
        # What is left of the journal's last page takes some calls; then new ones are refused, with a time to come back.
        wait_for("new calls are refused", lambda: self.call_status() == 503, step_s=0)
        self.assertEqual(self.health(), "degraded")
        self.assertIn("the journal can't be written", self.server.process.log())
        # The talk is untouched; its end can't be shown yet.
        caller.hang_up(call_id)
        caller.check()
        self.assertEqual(self.journal.find(type="CallEnded", call=call), [])
        self.assertIsNone(self.boss.call(call).get("ended_at"))
        os.remove(ballast)
        wait_for("health is ok again", lambda: self.health() == "ok")
        self.assertEqual(self.wait_ended(call)["by"], "caller")
        record = self.boss.call(call, until=lambda r: r.get("ended_at"))
        self.assertEqual(record["result"], "answered")
        quick_call(self.server)
        sequence = [e["seq"] for e in self.journal.read()]
        self.assertEqual(sequence, list(range(1, len(sequence) + 1)))


if __name__ == "__main__":
    harness.main()
