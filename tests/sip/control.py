"""What the tests of call control share: a center with gateways, an inbound seat and a supervisor, and an ear.

The ear reads what the server sends to each peer while it is sent. So a test waits for what a peer hears, and no test
sleeps: `hears(peer, 500, 700)` returns once these tones, and nothing else, have come for 400 ms.
"""
import ctypes
import json
import math
import re
import socket
import struct
import threading
import time

import audio
import harness
from harness import ApiError, Sipp, call_by_sipp, scratch, seconds_of, wait_for

HOLD_HZ, ASK_HZ, CARRIER_HZ = 400, 800, 900  # beside those of harness
PHONE_HZ = {1: 1000, 2: 1100, 3: 1300}
harness.SOUNDS += [("tenant_hold", HOLD_HZ, 2), ("ask", ASK_HZ, 0.3)]
INBOUND_SEAT, INBOUND_USER = 4, "8004"
CARRIER, SECOND_CARRIER = "127.0.0.5", "127.0.0.6"  # trunks 3 and 4
CUSTOMER = "13900000001"
COLLECT_FLOW = 4
WINDOW_S = 0.4


def plan():
    """The harness's center; calls out go by trunk 3, or 4 when that fails."""
    center = harness.center()
    center["tenants"][0]["hold_music"] = "tenant_hold"
    center["prompts"] += [{"name": "tenant_hold", "file": "tenant_hold.wav"}, {"name": "ask", "file": "ask.wav"}]
    for id_, host in ((3, CARRIER), (4, SECOND_CARRIER)):
        center["trunks"].append({"id": id_, "name": host, "addresses": [host], "max_calls": 10,
                                 "gateway": {"uri": f"sip:{host}:{gateway_port(host)}", "options_s": 0}})
    center["routes"] = [{"prefix": "", "trunk": 3, "order": 0, "ring_timeout_s": 2},
                        {"prefix": "", "trunk": 4, "order": 1, "ring_timeout_s": 2}]
    center["agents"][2]["supervisor"] = True
    center["agents"].append({"id": INBOUND_SEAT, "tenant": 1, "number": INBOUND_USER, "name": "Inbound",
                             "skills": ["service"], "device": INBOUND_USER, "seat": "inbound"})
    center["devices"].append(dict(center["devices"][0], user=INBOUND_USER, ha1=harness.ha1(INBOUND_USER)))
    for agent in center["agents"]:
        agent["direct_ring_s"] = 2
    collect = {"id": "ask", "type": "collect", "prompts": ["ask"], "variable": "pin", "min_digits": 8, "max_digits": 8,
               "secret": True, "timeout_s": 10, "next": "back"}
    center["flows"].append({"id": COLLECT_FLOW, "tenant": 1, "name": "password", "start": "ask",
                            "nodes": [collect, {"id": "back", "type": "give_back"}]})
    return center


_gateway_ports = {}


def gateway_port(host):
    """Where this carrier is, for the whole run."""
    if host not in _gateway_ports:
        _gateway_ports[host] = harness.free_port(host)
    return _gateway_ports[host]


def gateway(server, scenario, host=CARRIER):
    """A carrier played by sipp, for one call."""
    peer = Sipp(scenario, server, host=host, port=gateway_port(host),
                speech=audio.speech_with_digit(audio.PCMA, CARRIER_HZ, 30))
    wait_for("the gateway listens", lambda: is_bound(host, gateway_port(host)))
    return peer


def sip_call_id(peer):
    """Of the call that sipp got."""
    return re.search(r"^Call-ID: (\S+)", peer.messages(), re.M)[1]


def is_bound(host, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.bind((host, port))
        except OSError:
            return True
    return False


class Ear:
    """The RTP that the server sends, kept by the port that it goes to. A packet socket on lo with a filter."""

    def __init__(self, server):
        self.packets = {}  # port -> [(time, payload)]
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
        self._filter(server.rtp_min, server.rtp_max)
        self.socket.bind(("lo", 0x0800))
        threading.Thread(target=self._read, daemon=True).start()

    def _filter(self, low, high):
        """UDP whose source port is between the two (classic BPF, as from `tcpdump -d`)."""
        code = [(0x30, 0, 0, 9), (0x15, 0, 5, 17), (0xB1, 0, 0, 0), (0x48, 0, 0, 0), (0x35, 0, 2, low),
                (0x25, 1, 0, high), (0x06, 0, 0, 65535), (0x06, 0, 0, 0)]
        program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *c) for c in code))
        self.socket.setsockopt(socket.SOL_SOCKET, 26, struct.pack("HP", len(code), ctypes.addressof(program)))

    def _read(self):
        while True:
            packet, address = self.socket.recvfrom(4096)
            if address[2] == 4:  # each is seen as it goes and as it comes
                continue
            ip = (packet[0] & 15) * 4
            port = int.from_bytes(packet[ip + 2:ip + 4], "big")
            payload = packet[ip + 8:]
            if len(payload) > 12 and payload[1] & 0x7F in audio.DECODE:
                self.packets.setdefault(port, []).append((time.time(), payload))

    def last(self, peer, seconds=WINDOW_S):
        """What came to the peer lately: samples; of a peer with two calls, those of the one that is sent to."""
        since = time.time() - seconds - 0.02
        for port in peer.rtp_ports:
            recent = [p for at, p in self.packets.get(port, [])[-100:] if at > since]
            samples = [s for p in recent for s in audio.decode(p[12:], p[1] & 0x7F)]
            if tones_of(samples):
                return samples
        return []


def amplitude(samples):
    """Of a lone sine."""
    return math.sqrt(2 * sum(s * s for s in samples) / len(samples)) if samples else 0


def tones_of(samples):
    """The tones of the tests that make up what is heard; {None}: something else is in it; empty: silence."""
    energy = sum(s * s for s in samples)
    if not samples or energy < 10_000 * len(samples):
        return set()
    known = (HOLD_HZ, harness.MUSIC_HZ, harness.WELCOME_HZ, harness.CALLER_HZ, ASK_HZ, CARRIER_HZ, *PHONE_HZ.values())
    shares = {hz: audio.share(samples, hz) for hz in known}
    found = {hz for hz, share in shares.items() if share > 0.1}
    return found if sum(shares[hz] for hz in found) > 0.85 else found | {None}


class Control(harness.Center):
    """Base: three phones of agents, one server, an ear."""

    plan = staticmethod(plan)
    phones = PHONE_HZ

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ear = Ear(cls.server)

    def setUp(self):
        super().setUp()
        self.sign_out_all()
        self.start = self.journal.mark()

    def wish(self, agent, action, **members):
        """A command by the API; the call that it is about. ApiError when it is refused."""
        status, _, answer = self.boss.ask("POST", f"/api/v1/agents/{agent}/commands", {"action": action, **members})
        if status != 200:
            raise ApiError(status, answer)
        return json.loads(answer).get("call")

    def refused(self, status, agent, action, **members):
        with self.assertRaises(ApiError) as refusal:
            self.wish(agent, action, **members)
        self.assertEqual(refusal.exception.status, status, refusal.exception)

    def seen(self, type_, **wanted):
        return self.journal.wait(type_, after=self.start, type=type_, **wanted)

    def talk(self, agent=1, **options):
        """A caller and the agent talk: (caller, call, sip_call_id)."""
        self.sign_in(agent)
        mark = len(self.phone[agent].events)
        caller, call, call_id = call_by_sipp(self.server, **options)
        self.pick(agent, mark)
        self.seen("TalkStarted", call=call, agent=agent)
        self.hears(caller, PHONE_HZ[agent])
        self.assert_level(caller)
        self.hears(self.phone[agent], harness.CALLER_HZ)
        self.assert_level(self.phone[agent])
        return caller, call, call_id

    def pick(self, agent, mark):
        """The agent's phone takes the call that rings since `mark` (a number of its events)."""
        self.phone[agent].wait_ringing(mark)
        self.phone[agent].tell("accept")

    def hears(self, peer, *tones):
        """Waits until the peer hears exactly these for a while; when that was."""
        wanted = set(tones)

        def exactly():
            samples = self.ear.last(peer)
            return tones_of(samples) == wanted and (not wanted or len(samples) >= WINDOW_S * audio.RATE * 0.9)
        try:
            wait_for("", exactly, 8, step_s=0.05)
        except AssertionError:
            tail = "\n".join(json.dumps(e, ensure_ascii=False) for e in self.journal.find(self.start)[-8:])
            raise AssertionError(f"{peer.name} shall hear {wanted}, hears {tones_of(self.ear.last(peer))}\n{tail}") \
                from None
        return time.time()

    def assert_level(self, peer):
        """One tone reaches the peer as loud as it was said, within 1 dB."""
        self.assertAlmostEqual(amplitude(self.ear.last(peer)) / 8000, 1, delta=0.12)

    def finish(self, caller, call, call_id):
        """The caller hangs up; the record."""
        caller.hang_up(call_id)
        caller.check()
        ended = self.wait_ended(call)
        self.assertEqual((ended["by"], ended["cause"]), ("caller", "normal"))
        return self.record(call)

    def record(self, call):
        """Of an ended call with its recording finished. One record, one recording."""
        self.seen("RecordingFinished", call=call)
        record = self.boss.call(call, lambda r: r.get("ended_at") and r["has_recording"])
        self.assertEqual(len(self.journal.find(self.start, type="RecordingStarted", call=call)), 1, "one recording")
        return record

    def recorded(self, call, moments):
        """Checks the recording's channels: moments are (when, left, right), the tones of each side."""
        _, _, body = self.boss.ask("GET", f"/api/v1/calls/{call}/recording")
        path = scratch("recording.wav")
        with open(path, "wb") as f:
            f.write(body)
        begin = seconds_of(self.seen("RecordingStarted", call=call)["at"])
        for number, (when, *sides) in enumerate(moments):
            first, last = (int((when - begin - before) * audio.RATE) for before in (0.35, 0.1))
            for name, channel, wanted in zip(("left", "right"), audio.read_wav(path), sides):
                self.assertEqual(tones_of(channel[first:last]), set(wanted), (number, name))

    def places(self, call, leg=None):
        """Where the legs stood, in order."""
        return [(e["leg"], e["place"]) for e in self.journal.find(self.start, type="LegPlaced", call=call)
                if leg in (None, e["leg"])]
