"""Bad input gets the right answer or none, harms no call that is up, and the next good call is served."""
import glob
import os
import random
import re
import socket
import time

import harness
from audio import PCMA, encode, heard, read_wav, rtp, tone, tone_part
from harness import CALLER_HZ, HERE, OTHER_QUEUE, STRANGER, TRUNK, Capture, RawCaller, Sipp, call_by_sipp, quick_call

PHONE_HZ, STRANGER_HZ = 1000, 1900


def read_torture(path):
    """As src/sip/torture_test.cpp does: CRLF, and the length where the file says auto."""
    with open(path, "rb") as f:
        text = f.read().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    head, _, body = text.partition(b"\r\n\r\n")
    head = re.sub(rb"(?mi)^(Content-Length|l): auto", rb"\1: %d" % len(body), head)
    return head + b"\r\n\r\n" + body


class BadInput(harness.Center):
    phones = {1: PHONE_HZ}

    def answer_to(self, message, host):
        """The first status within a moment, None without an answer."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind((host, 0))
            s.settimeout(0.05)
            s.sendto(message, ("127.0.0.1", self.server.sip))
            try:
                status = re.match(rb"SIP/2\.0 (\d\d\d) ", s.recv(65536))
            except TimeoutError:
                return None
            self.assertTrue(status)
            return int(status[1])

    def test_torture_messages(self):
        """RFC 4475's, from a stranger and from the trunk itself. Which answer each must get is src/sip/torture_test's."""
        files = sorted(glob.glob(os.path.join(HERE, "torture", "*.sip")))
        self.assertGreater(len(files), 40)
        for path in files:
            message = read_torture(path)
            for host in (STRANGER, TRUNK):
                with self.subTest(message=os.path.basename(path), host=host):
                    self.answer_to(message, host)
                    quick_call(self.server)
        self.good_call()

    def test_truncated_oversized_and_junk_datagrams(self):
        whole = RawCaller(self.server, called=OTHER_QUEUE)  # some become calls: they wait where no agent is
        text = whole.request("INVITE", body=whole.sdp()).encode()
        for size in range(0, len(text), 7):
            whole.send(text[:size])
        quick_call(self.server)
        dice = random.Random(4475)
        for message in (b"", b"\0" * 100, b"\r\n\r\n", b"a" * 65000, b"\xff" * 1400, b"SIP/2.0 200 OK\r\n\r\n",
                        whole.request("INVITE", 5, more="X-Big: " + "x" * 64000 + "\r\n").encode()[:65000],
                        *(dice.randbytes(dice.randrange(1, 1500)) for _ in range(200))):
            whole.send(message)
        for i in range(200):  # one octet changed
            at = dice.randrange(len(text))
            whole.send(text[:at] + dice.randbytes(1) + text[at + 1:])
        whole.socket.close()
        quick_call(self.server)
        self.good_call()

    def test_unknown_methods(self):
        for method, status in (("FROB", 501), ("SUBSCRIBE", 403), ("MESSAGE", 405), ("REFER", 403), ("OPTIONS", 200),
                               ("BYE", 481), ("PRACK", 481)):
            with self.subTest(method=method), RawCaller(self.server) as caller:
                caller.send(caller.request(method))
                self.assertEqual(caller.final(method), status)
        quick_call(self.server)

    def test_garbage_on_tcp(self):
        whole = RawCaller(self.server)
        half = whole.request("INVITE", body=whole.sdp()).encode()[:200]
        whole.socket.close()
        open_sockets = []
        for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"x" * 200_000, b"\0" * 5000, b"\r\n\r\n", half,
                        random.Random(1).randbytes(20_000)):
            s = socket.create_connection(("127.0.0.1", self.server.sip), 5)
            open_sockets.append(s)
            try:
                s.sendall(garbage)
            except OSError:
                pass  # it may hang up on us
            quick_call(self.server)
        self.sign_in(1)
        caller, call, _ = call_by_sipp(self.server, tcp=True)
        self.phone[1].answer()
        self.journal.wait("talk", type="TalkStarted", call=call)
        self.phone[1].hang_up()
        caller.check()
        for s in open_sockets:
            s.close()

    def test_wrong_digest(self):
        mark = self.journal.mark()
        for _ in range(2):
            Sipp("phone_with_wrong_password", self.server, host="127.0.0.31", keys={"user": "8002"},
                 more=["-au", "8002", "-ap", "a guess"]).check()
        with RawCaller(self.server, host="127.0.0.31", called="nobody") as nobody:
            nobody.send(nobody.request("REGISTER"))
            self.assertIn(nobody.final("REGISTER"), (401, 403))
        self.assertEqual(self.journal.find(mark, type="DeviceAvailable"), [])
        phone = harness.sipp_phone(self.server, "phone_declines", "8002", "127.0.0.31")
        phone.end()
        self.good_call()

    def test_stranger_at_a_legs_port(self):
        """Garbage and good-looking RTP to both media ports while two talk: nobody hears it, nobody is led away."""
        capture = Capture(self.server)
        self.sign_in(1)
        caller, call, call_id = call_by_sipp(self.server)
        self.phone[1].answer()
        talk = harness.seconds_of(self.journal.wait("talk", type="TalkStarted", call=call)["at"])
        ports = {int(port) for text in (caller.messages(), self.phone[1].log())
                 for port in re.findall(r"m=audio (\d+) ", text)} & set(range(self.server.rtp_min, self.server.rtp_max))

        def both_speak():
            packets = harness.audio.read_pcap(capture.path)
            return all(any(p[1][1] in peer.rtp_ports and p[0] > talk for p in packets) for peer in (caller, self.phone[1]))
        harness.wait_for("both streams are up", both_speak)
        dice = random.Random(3550)
        sound = encode(tone(STRANGER_HZ, 1.5), PCMA)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind((STRANGER, 0))
            for i in range(75):
                due = time.monotonic() + 0.02
                packet = rtp(PCMA, 7000 + i, i * 160, 0xBADBAD, sound[i * 160:(i + 1) * 160])
                for port in ports:
                    for junk in (packet, dice.randbytes(dice.randrange(1, 300)), b"\x80\xc8\0\1" + dice.randbytes(8)):
                        s.sendto(junk, ("127.0.0.1", port))
                time.sleep(max(0, due - time.monotonic()))
        caller.hang_up(call_id)
        caller.check()
        end = harness.seconds_of(self.wait_ended(call)["at"])
        streams = capture.streams(caller=caller, phone=self.phone[1])
        used = {p[2][1] for s in (streams["from", "caller"], streams["from", "phone"]) for v in s.values() for p in v}
        self.assertTrue(used and used <= ports, "the stranger did hit them")
        packets = harness.audio.read_pcap(capture.path)
        self.assertFalse([p for p in packets if p[2][0] == STRANGER], "nothing is sent to the stranger")
        for name, hz in (("caller", PHONE_HZ), ("phone", CALLER_HZ)):
            sent, = streams["to", name].values()
            samples = heard(sent, talk + 0.3, end)
            self.assertGreater(tone_part(samples, hz), 0.8, name)
            self.assertLess(tone_part(samples, STRANGER_HZ), 0.02, name)
        self.boss.call(call, lambda r: r["has_recording"])
        _, _, body = self.boss.ask("GET", f"/api/v1/calls/{call}/recording")
        path = harness.scratch("recording.wav")
        with open(path, "wb") as f:
            f.write(body)
        for channel, hz in zip(read_wav(path), (CALLER_HZ, PHONE_HZ)):
            self.assertGreater(tone_part(channel, hz), 0.7)
        self.wait_state(1, "idle")
        self.good_call()


if __name__ == "__main__":
    harness.main()
