"""One Seatline server, real SIP peers beside it, and ways to wait for what they do.

Everything a test starts is a Process here: ended by its pid at teardown, and by the kernel when the test itself dies.
Nothing sleeps for luck: tests wait for events of the journal, answers of the API or messages of a peer, with a deadline.
"""
import base64
import ctypes
import functools
import hashlib
import http.client
import itertools
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import audio

HERE = os.path.dirname(os.path.abspath(__file__))
SEATLINE = os.environ.get("SEATLINE_BIN", "seatline")
WEB = os.path.join(HERE, "..", "..", "web", "dist")
DEADLINE_S = 15  # for what takes milliseconds on an idle machine

TRUNK = "127.0.0.2"  # 20 calls
NARROW_TRUNK = "127.0.0.4"  # 2 calls
STRANGER = "127.0.0.9"
AGENTS = {1: "8001", 2: "8002", 3: "8003"}  # of tenant 1, by id
OTHER_AGENT = (11, "9001")  # of tenant 2
MENU, QUEUE, OTHER_QUEUE = "4001", "4002", "5001"  # numbers that may be called
WELCOME_HZ, MUSIC_HZ, CALLER_HZ = 600, 500, 700
SOUNDS = [("welcome", WELCOME_HZ, 0.8), ("hold", MUSIC_HZ, 2)]  # prompts that are files

_libc = ctypes.CDLL(None)


def wait_for(what, condition, deadline_s=DEADLINE_S, step_s=0.02):
    """The first true value of condition(); fails with `what` when there is none in time."""
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline_s} s: {what}")
        time.sleep(step_s)


class Folder:
    """A temporary folder of the test run; kept when SEATLINE_KEEP is set."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="seatline-sip-")

    def remove(self):
        if not os.environ.get("SEATLINE_KEEP"):
            shutil.rmtree(self.path, ignore_errors=True)


_folder = Folder()
_numbers = itertools.count(1)
_used_ports = set()


def scratch(name):
    path = os.path.join(_folder.path, f"{next(_numbers):03d}-{name}")
    return path


def free_port(host="127.0.0.1", kinds=(socket.SOCK_DGRAM, socket.SOCK_STREAM)):
    return free_ports(host, 1, kinds)


def free_ports(host, count, kinds=(socket.SOCK_DGRAM,)):
    """The first of `count` ports in a row, even, below the ephemeral range, that were free a moment ago."""
    for _ in range(1000):
        first = 10000 + 2 * (int.from_bytes(os.urandom(2), "big") % 10500)
        wanted = range(first, first + count)
        if not _used_ports.isdisjoint(wanted):
            continue
        opened = []
        try:
            for port in wanted:
                for kind in kinds:
                    s = socket.socket(socket.AF_INET, kind)
                    opened.append(s)
                    s.bind((host, port))
        except OSError:
            continue
        finally:
            for s in opened:
                s.close()
        _used_ports.update(wanted)
        return first
    raise AssertionError("no free ports")


class Process:
    running = []

    def __init__(self, arguments, name, **options):
        self.name = name
        self.log_path = scratch(name + ".log")
        log = open(self.log_path, "wb")
        options.setdefault("stdin", subprocess.DEVNULL)
        self.child = subprocess.Popen(
            arguments, stdout=log, stderr=subprocess.STDOUT,
            preexec_fn=lambda: _libc.prctl(1, signal.SIGKILL), **options)
        log.close()
        Process.running.append(self)

    @property
    def pid(self):
        return self.child.pid

    def log(self):
        with open(self.log_path, errors="replace") as f:
            return f.read()

    def kill(self, number=signal.SIGKILL):
        if self.child.poll() is None:
            os.kill(self.child.pid, number)

    def wait(self, deadline_s=DEADLINE_S):
        """The exit code."""
        try:
            code = self.child.wait(deadline_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} does not end\n{self.log()[-3000:]}") from None
        if self in Process.running:
            Process.running.remove(self)
        return code

    def end(self, number=signal.SIGTERM):
        if self.child.poll() is None:
            self.kill(number)
            try:
                self.child.wait(5)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        if self in Process.running:
            Process.running.remove(self)

    @classmethod
    def end_all(cls, keep=()):
        for process in reversed(list(cls.running)):
            if process not in keep:
                process.end()


# ---- the center ------------------------------------------------------------------------------------------------------

def device_password(user):
    return "phone-" + user


def ha1(user):
    return hashlib.md5(f"{user}:seatline:{device_password(user)}".encode()).hexdigest()


def center():
    """Two tenants; tests change what they need before the server starts."""
    def agent(tenant, id_, user, skill):
        return {"id": id_, "tenant": tenant, "number": user, "name": "Agent " + user, "skills": [skill], "device": user}

    def device(tenant, user):
        return {"user": user, "tenant": tenant, "ha1": ha1(user)}

    def queue(tenant, id_, skill):
        return {"id": id_, "tenant": tenant, "name": "Queue " + skill, "skill": skill, "ring_timeout_s": 10,
                "wrap_up_s": 1, "music": "hold", "announce_every_s": 30, "announce_agent_number": False}

    ask = {"id": "menu", "type": "menu", "prompts": ["welcome"], "choices": [{"key": "1", "next": "queue"}],
           "invalid_prompts": ["welcome"], "timeout_prompts": ["welcome"]}
    wait = {"id": "queue", "type": "queue", "queue": 1}
    return {
        "tenants": [{"id": 1, "name": "One"}, {"id": 2, "name": "Two"}],
        "trunks": [{"id": 1, "name": "wide", "addresses": [TRUNK], "max_calls": 20},
                   {"id": 2, "name": "narrow", "addresses": [NARROW_TRUNK], "max_calls": 2}],
        "numbers": [{"number": MENU, "tenant": 1, "flow": 1}, {"number": QUEUE, "tenant": 1, "flow": 2},
                    {"number": OTHER_QUEUE, "tenant": 2, "flow": 3}],
        "queues": [queue(1, 1, "service"), queue(2, 2, "other")],
        "agents": [agent(1, i, u, "service") for i, u in AGENTS.items()] + [agent(2, *OTHER_AGENT, "other")],
        "devices": [device(1, u) for u in AGENTS.values()] + [device(2, OTHER_AGENT[1])],
        "flows": [{"id": 1, "tenant": 1, "name": "menu", "start": "welcome", "nodes": [
                      {"id": "welcome", "type": "play", "prompts": ["welcome"], "next": "menu"}, ask, wait]},
                  {"id": 2, "tenant": 1, "name": "queue", "start": "queue", "nodes": [wait]},
                  {"id": 3, "tenant": 2, "name": "other", "start": "queue", "nodes": [dict(wait, queue=2)]}],
        "prompts": [{"name": "welcome", "file": "welcome.wav"}, {"name": "hold", "file": "hold.wav"}],
        "busy_reasons": [{"code": "rest", "name_zh": "小休", "name_en": "Break"},
                         {"code": "meal", "name_zh": "用餐", "name_en": "Meal"}],
    }


USERS = [("supervisor2", "supervisor", 2, None), (OTHER_AGENT[1], "agent", 2, OTHER_AGENT[0]),
         (AGENTS[3], "agent", 1, 3), ("lead", "supervisor", 1, 3)]  # beside those of the starter center: admin, supervisor, 8001, 8002


class Server:
    """`seatline serve` on free ports with a data folder of its own."""

    def __init__(self, plan=None, start=True, data=None):
        self.data = data or scratch("data")
        self.http = free_port()
        self.sip = free_port()
        self.rtp_min = free_ports("127.0.0.1", 120)
        self.rtp_max = self.rtp_min + 119
        self.process = None
        self.journal = Journal(self.data)
        self._make(plan or center())
        if start:
            self.start()

    def _make(self, plan):
        """The first start makes users for the starter center; then ours takes its place."""
        self.start("--no-demo")
        self.stop()
        with open(os.path.join(self.data, "log-ins.txt")) as f:
            words = [line.split() for line in f if not line.startswith("#")]
        self.passwords = {w[1]: w[2] for w in words if w[0] != "phone"}
        with sqlite3.connect(os.path.join(self.data, "seatline.sqlite")) as base:
            hash_, = base.execute("SELECT password_hash FROM users WHERE user_name='admin'").fetchone()
            for user, role, tenant, agent in USERS:
                base.execute("INSERT INTO users(tenant, user_name, password_hash, role, agent, disabled) "
                             "VALUES (?, ?, ?, ?, ?, 0)", (tenant, user, hash_, role, agent))
                self.passwords[user] = self.passwords["admin"]
        base.close()
        for name, hz, length_s in SOUNDS:
            audio.write_wav(os.path.join(self.data, "prompts", name + ".wav"), audio.tone(hz, length_s))
        path = os.path.join(self.data, "center.json")
        with open(path, "w") as f:
            json.dump(plan, f, ensure_ascii=False)
        os.chmod(path, 0o600)

    def arguments(self, *more):
        return [SEATLINE, "serve", "--data", self.data, "--http", str(self.http), "--sip", str(self.sip), "--rtp-min",
                str(self.rtp_min), "--rtp-max", str(self.rtp_max), "--web", WEB, *more]

    def start(self, *more):
        self.process = Process(self.arguments(*more), "server")
        self.wait_healthy()
        return self

    def wait_healthy(self):
        def healthy():
            if self.process.child.poll() is not None:
                raise AssertionError("the server ended:\n" + self.process.log())
            try:
                return Api(self).get("/api/v1/health")["status"] == "ok"
            except (OSError, http.client.HTTPException, ApiError):
                return False
        wait_for("health ok", healthy, 30)

    def stop(self):
        self.process.kill(signal.SIGTERM)
        return self.process.wait(10)

    def log_in(self, user):
        return Api(self).log_in(user, self.passwords[user])

    def worker_pid(self):
        return self.journal.wait("a worker", type="WorkerStarted", last=True)["pid"]

    @property
    def alive(self):
        return self.process.child.poll() is None


# ---- what the server tells -------------------------------------------------------------------------------------------

def seconds_of(text):
    """RFC 3339 in UTC to seconds since 1970."""
    whole, _, rest = text.partition(".")
    fraction = float("0." + rest.rstrip("Z")) if rest else 0.0
    return time.mktime(time.strptime(whole.rstrip("Z"), "%Y-%m-%dT%H:%M:%S")) - time.timezone + fraction


def matches(event, wanted):
    return all(event.get(k) == v for k, v in wanted.items())


class Journal:
    """The events, read from the files while they are written."""

    def __init__(self, data):
        self.folder = os.path.join(data, "journal")
        self.events = []
        self._offsets = {}

    def read(self):
        names = sorted(os.listdir(self.folder)) if os.path.isdir(self.folder) else []
        for name in (n for n in names if n.endswith(".jsonl")):
            with open(os.path.join(self.folder, name), "rb") as f:
                f.seek(self._offsets.get(name, 0))
                text = f.read()
            whole = text[:text.rfind(b"\n") + 1]
            self._offsets[name] = self._offsets.get(name, 0) + len(whole)
            self.events += [json.loads(line[9:]) for line in whole.splitlines()]
        return self.events

    def mark(self):
        """A place to look from: the number of the last event so far."""
        events = self.read()
        return events[-1]["seq"] if events else 0

    def find(self, after=0, **wanted):
        return [e for e in self.read() if e["seq"] > after and matches(e, wanted)]

    def wait(self, what, after=0, last=False, deadline_s=DEADLINE_S, **wanted):
        try:
            found = wait_for(what, lambda: self.find(after, **wanted), deadline_s)
        except AssertionError as e:
            tail = "\n".join(json.dumps(x, ensure_ascii=False) for x in self.events[-25:])
            raise AssertionError(f"{e} {wanted}; the journal ends with\n{tail}") from None
        return found[-1 if last else 0]


class ApiError(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status = status


class Api:
    """One user's session; without log_in() nobody's."""

    def __init__(self, server):
        self.address = ("127.0.0.1", server.http)
        self.headers = {}

    def log_in(self, user, password):
        status, headers, body = self.ask("POST", "/api/v1/session", {"user_name": user, "password": password})
        if status // 100 != 2:
            raise ApiError(status, body)
        self.view = json.loads(body)
        self.headers = {"Cookie": headers["set-cookie"].split(";")[0], "X-CSRF-Token": self.view["csrf_token"]}
        return self

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(*self.address, timeout=DEADLINE_S)
        try:
            text = None if body is None else json.dumps(body)
            all_headers = dict(self.headers, **(headers or {}))
            if text is not None:
                all_headers["Content-Type"] = "application/json"
            connection.request(method, path, text, all_headers)
            response = connection.getresponse()
            return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
        finally:
            connection.close()

    def status(self, method, path, body=None, headers=None):
        return self.ask(method, path, body, headers)[0]

    def get(self, path):
        status, _, body = self.ask("GET", path)
        if status != 200:
            raise ApiError(status, body)
        return json.loads(body)

    def command(self, agent, action, reason=""):
        body = {"action": action, "reason": reason} if reason else {"action": action}
        status, _, answer = self.ask("POST", f"/api/v1/agents/{agent}/commands", body)
        if status != 200:
            raise ApiError(status, answer)

    def call(self, call, until=None):
        """The call's record, once `until` holds for it."""
        def read():
            status, _, body = self.ask("GET", f"/api/v1/calls/{call}")
            record = json.loads(body) if status == 200 else None
            return record if record and (until is None or until(record)) else None
        return wait_for(f"the record of call {call}", read)


class Live:
    """The WebSocket of live events (RFC 6455), with the time at which each message came."""

    def __init__(self, api):
        self.messages = []
        self.closed = False
        self.socket = socket.create_connection(api.address, DEADLINE_S)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = ["GET /api/v1/live HTTP/1.1", "Host: 127.0.0.1:%d" % api.address[1], "Upgrade: websocket",
                 "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + key]
        lines += [f"{k}: {v}" for k, v in api.headers.items()]
        self.socket.sendall("\r\n".join(lines + ["", ""]).encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        while self.file.readline().strip():
            pass
        if self.status == 101:
            self.socket.settimeout(None)
            threading.Thread(target=self._read, daemon=True).start()
            self.wait("hello", lambda m: m["type"] == "hello")
        else:
            self.file.close()
            self.socket.close()

    def _read(self):
        try:
            while True:
                head = self.file.read(2)
                if len(head) < 2:
                    break
                size = head[1] & 0x7F
                if size > 125:
                    octets = 2 if size == 126 else 8
                    size = int.from_bytes(self.file.read(octets), "big")
                payload = self.file.read(size)
                opcode = head[0] & 15
                if opcode == 1:
                    self.messages.append((time.time(), json.loads(payload)))
                elif opcode == 9:
                    self.socket.sendall(bytes([0x8A, 0x80 | len(payload)]) + bytes(4) + payload)
                elif opcode == 8:
                    break
        except (OSError, ValueError):
            pass
        self.file.close()
        self.socket.close()
        self.closed = True

    def wait(self, what, condition):
        return wait_for(what, lambda: next((m for m in self.messages if condition(m[1])), None))

    def agent_states(self):
        """(received at, agent view) of every change that was shown."""
        return [(t, m["agent"]) for t, m in list(self.messages) if m["type"] == "agent"]

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        wait_for("the WebSocket ends", lambda: self.closed)


# ---- peers -----------------------------------------------------------------------------------------------------------

@functools.cache
def default_speech():
    path = scratch("speech.pcap")
    audio.write_pcap(path, audio.speech_with_digit(audio.PCMA, CALLER_HZ, 30))
    return path


class Sipp(Process):
    """sipp with one of our scenarios. `host` is the address that the center knows it by."""

    def __init__(self, scenario, server, host=TRUNK, called=QUEUE, calls=1, rate=100, tcp=False, port=None, keys=None,
                 speech=None, keys_pressed=None, proxy=None, more=(), deadline_s=40):
        self.scenario = scenario
        self.host = host
        self.port = port or free_port(host)
        self.media_port = free_ports(host, 4)
        self.rtp_ports = range(self.media_port, self.media_port + 1)
        self.messages_path = scratch("sipp-messages.log")
        self.errors_path = scratch("sipp-errors.log")
        folder = scratch("sipp")
        os.mkdir(folder)
        pcap = os.path.join(folder, "caller.pcap")  # what the scenarios play
        if speech is None:
            shutil.copy(default_speech(), pcap)
        else:
            audio.write_pcap(pcap, speech)
        if keys_pressed is not None:
            audio.write_pcap(os.path.join(folder, "digits.pcap"), keys_pressed)
        keys = {"pt": 8, "codec": "PCMA", **(keys or {})}
        arguments = ["sipp", "-sf", os.path.join(HERE, "scenarios", scenario + ".xml"), "-i", host, "-p", str(self.port),
                     "-mi", host, "-mp", str(self.media_port), "-t", "t1" if tcp else "u1", "-m", str(calls),
                     "-r", str(rate), "-l", str(max(calls, 1)), "-s", called, "-nostdin", "-skip_rlimit", "-cp",
                     str(free_port("0.0.0.0")), "-trace_msg", "-message_file", self.messages_path, "-trace_err",
                     "-error_file", self.errors_path, "-timeout", f"{deadline_s}s", "-timeout_error",
                     "-deadcall_wait", "0"]
        for name, value in keys.items():
            arguments += ["-key", name, str(value)]
        super().__init__([*arguments, *more, proxy or f"127.0.0.1:{server.sip}"], "sipp-" + scenario, cwd=folder)

    def messages(self):
        try:
            with open(self.messages_path, errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def statuses(self):
        """The final answers that it got."""
        return [int(s) for s in re.findall(r"^SIP/2\.0 ([2-6]\d\d)", self.messages(), re.M)]

    def check(self, deadline_s=DEADLINE_S):
        """Waits for the end of the scenario, which must have gone as it is written."""
        code = self.wait(deadline_s)
        if code != 0:
            errors = open(self.errors_path).read() if os.path.exists(self.errors_path) else ""
            raise AssertionError(f"sipp {self.scenario}: {code}\n{errors[-2000:]}\n{self.messages()[-6000:]}")
        return self

    def cue(self, sip_call_id):
        """Makes the scenario go on: an INFO that only sipp gets (UDP; it goes by Call-ID alone)."""
        text = (f"INFO sip:cue@{self.host} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKcue{next(_numbers)}\r\n"
                f"From: <sip:cue@test>;tag=c\r\nTo: <sip:cue@test>\r\nCall-ID: {sip_call_id}\r\nCSeq: 1 INFO\r\n"
                "Content-Length: 0\r\n\r\n")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(text.encode(), (self.host, self.port))

    hang_up = cue  # the last cue of all scenarios


def call_by_sipp(server, scenario="caller_talks", **options):
    """Starts a caller and waits for its CallArrived: (sipp, call id, sip_call_id)."""
    mark = server.journal.mark()
    caller = Sipp(scenario, server, **options)
    arrived = server.journal.wait("the call arrives", after=mark, type="CallArrived")
    return caller, arrived["call"], arrived["sip_call_id"]


class RawCaller:
    """A caller of bare datagrams, for what no proper user agent would do. One call an object."""

    def __init__(self, server, host=TRUNK, called=QUEUE):
        self.center = ("127.0.0.1", server.sip)
        self.called = called
        self.id = f"raw-{next(_numbers)}"
        self.tag = ""
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.host, self.port = self.socket.getsockname()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def request(self, method, sequence=1, more="", body=""):
        branch = "" if method in ("INVITE", "CANCEL") else method
        content = f"Content-Type: application/sdp\r\nContent-Length: {len(body)}" if body else "Content-Length: 0"
        return (f"{method} sip:{self.called}@127.0.0.1:{self.center[1]} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bK{self.id}{branch}{sequence}\r\n"
                f"From: <sip:raw@{self.host}>;tag=f\r\nTo: <sip:{self.called}@127.0.0.1>{self.tag}\r\n"
                f"Call-ID: {self.id}\r\nCSeq: {sequence} {method}\r\nMax-Forwards: 70\r\n"
                f"Contact: <sip:raw@{self.host}:{self.port}>\r\n{more}{content}\r\n\r\n{body}")

    def sdp(self):
        return (f"v=0\r\no=- 1 1 IN IP4 {self.host}\r\ns=-\r\nc=IN IP4 {self.host}\r\nt=0 0\r\n"
                "m=audio 9000 RTP/AVP 8\r\n")

    def send(self, text):
        self.socket.sendto(text if isinstance(text, bytes) else text.encode(), self.center)

    def invite(self):
        self.send(self.request("INVITE", body=self.sdp()))

    def final(self, method, sequence=1, deadline_s=DEADLINE_S):
        """The next final status to our request; keeps the To tag of the INVITE's."""
        end = time.monotonic() + deadline_s
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                text = self.socket.recv(65536).decode(errors="replace")
            except TimeoutError:
                break
            status = re.match(r"SIP/2\.0 ([2-6]\d\d)", text)
            if status and f"Call-ID: {self.id}\r\n" in text and f"CSeq: {sequence} {method}\r\n" in text:
                if method == "INVITE":
                    self.tag = ";tag=" + re.search(r"^To:.*;tag=([^;\r]*)", text, re.M)[1]
                return int(status[1])
        raise AssertionError(f"no answer to {method}")

    def hang_up(self):
        """ACK and BYE after a 2xx."""
        self.send(self.request("ACK"))
        self.send(self.request("BYE", 2))
        return self.final("BYE", 2)


def quick_call(server, **options):
    """The shortest good call: answered by the center, hung up by the caller."""
    with RawCaller(server, **options) as caller:
        caller.invite()
        status = caller.final("INVITE")
        if status != 200 or caller.hang_up() != 200:
            raise AssertionError(f"a good call is not served: {status}")


class Capture(Process):
    """tshark on lo for the server's RTP ports."""

    def __init__(self, server):
        self.path = scratch("capture.pcap")
        self.ports = f"{server.rtp_min}-{server.rtp_max}"
        super().__init__(["tshark", "-i", "lo", "-q", "-F", "pcap", "-w", self.path, "-f",
                          "udp portrange " + self.ports], "tshark")
        # Its message comes a little early: it captures when it sees a packet of ours.

        def sees():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.sendto(b"are you there", ("127.0.0.1", server.rtp_max))
            return os.path.exists(self.path) and os.path.getsize(self.path) > 24
        wait_for("tshark captures", sees, step_s=0.1)

    def streams(self, **peers):
        """Stops; {("from" or "to", peer): {ssrc: packets}} of the RTP, by an own reader. A peer is known by its ports:
        baresip sends from 127.0.0.1 though its SDP says otherwise, and the server must bear it."""
        self.end(signal.SIGINT)
        streams = {(way, name): {} for name in peers for way in ("from", "to")}
        for packet in audio.read_pcap(self.path):
            (_, source), (_, target), payload = packet[1:]
            if len(payload) < 12 or payload[0] >> 6 != 2 or source % 2 or target % 2:
                continue
            for name, peer in peers.items():
                for way, port in (("from", source), ("to", target)):
                    if port in peer.rtp_ports:
                        streams[way, name].setdefault(payload[8:12], []).append(packet)
        return streams

    def decode(self, *arguments):
        """What tshark makes of it, a line each."""
        command = ["tshark", "-r", self.path, "-d", f"udp.port=={self.ports},rtp", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


class Phone(Process):
    """baresip, registered with digest, told by its control port what to do. Sends a tone of `tone_hz`."""

    def __init__(self, server, user, host, tone_hz=1000, codecs="PCMA/8000/1,PCMU/8000/1", password=None,
                 transport="udp"):
        self.user = user
        self.host = host
        self.server_port = server.sip
        self.folder = scratch("phone-" + user)
        os.makedirs(self.folder + "/heard")
        audio.write_wav(self.folder + "/says.wav", audio.tone(tone_hz, 1) * 120)
        self.sip_port = free_port(host)
        self.control_port = free_port(host)
        self.rtp_port = free_ports("0.0.0.0", 20)
        self.rtp_ports = range(self.rtp_port, self.rtp_port + 20)
        lines = ["poll_method epoll", f"sip_listen {host}:{self.sip_port}", "sip_trans_bsize 128",
                 f"audio_source aufile,{self.folder}/says.wav", "audio_player aubridge,nil", "audio_alert aubridge,alert",
                 "ausrc_srate 8000", "auplay_srate 8000", "ausrc_channels 1", "auplay_channels 1",
                 f"rtp_ports {self.rtp_port}-{self.rtp_port + 19}", "rtcp_mux no", "jitter_buffer_delay 2-10",
                 f"net_interface {host}", "module_path /usr/lib/baresip/modules", "module g711.so", "module aufile.so",
                 "module aubridge.so", "module sndfile.so", "module_tmp account.so", "module_app ctrl_tcp.so",
                 "module_app menu.so", f"ctrl_tcp_listen {host}:{self.control_port}", f"snd_path {self.folder}/heard"]
        account = (f"<sip:{user}@127.0.0.1:{server.sip};transport={transport}>;auth_user={user};"
                   f"auth_pass={password or device_password(user)};"
                   f"answermode=manual;audio_codecs={codecs};regint=600")
        for name, text in (("config", "\n".join(lines)), ("accounts", account)):
            with open(os.path.join(self.folder, name), "w") as f:
                f.write(text + "\n")
        super().__init__(["baresip", "-f", self.folder, "-v", "-s"], "phone-" + user)
        self.events = []
        self._tokens = itertools.count(1)
        self.control = wait_for("baresip's control port", self._connect)
        threading.Thread(target=self._read, daemon=True).start()

    def _connect(self):
        try:
            return socket.create_connection((self.host, self.control_port), 1)
        except OSError:
            return None

    def _read(self):
        """Netstrings of JSON."""
        self.control.settimeout(None)
        data = b""
        try:
            while chunk := self.control.recv(65536):
                data += chunk
                while (colon := data.find(b":")) > 0 and len(data) >= colon + int(data[:colon]) + 2:
                    end = colon + 1 + int(data[:colon])
                    self.events.append(json.loads(data[colon + 1:end]))
                    data = data[end + 1:]
        except (OSError, ValueError):
            pass

    def tell(self, command, params=""):
        text = json.dumps({"command": command, "params": params, "token": str(next(self._tokens))}).encode()
        self.control.sendall(b"%d:%s," % (len(text), text))

    def wait_event(self, type_, after=0):
        def find():
            return next((e for e in self.events[after:] if e.get("type") == type_), None)
        try:
            return wait_for(f"{type_} at phone {self.user}", find)
        except AssertionError as e:
            raise AssertionError(f"{e}\n{self.log()[-4000:]}") from None

    def wait_ringing(self, after=0):
        return self.wait_event("CALL_INCOMING", after)

    def answer(self):
        """Takes the call that rings, now or in a moment."""
        self.wait_ringing(self._done())
        self.tell("accept")

    def _done(self):
        """Index of the first event after the last call's end."""
        closed = [i for i, e in enumerate(self.events) if e.get("type") == "CALL_CLOSED"]
        return closed[-1] + 1 if closed else 0

    def hang_up(self):
        self.tell("hangup")

    def dial(self, number):
        self.tell("dial", f"sip:{number}@127.0.0.1:{self.server_port}")

    def end(self, number=signal.SIGKILL):
        super().end(number)
        if hasattr(self, "control"):
            self.control.close()


def sipp_phone(server, scenario, user, host):
    """A phone played by sipp: registers, then lives by `scenario` on the same port."""
    port = free_port(host)
    mark = server.journal.mark()
    Sipp("phone_registers", server, host=host, port=port, keys={"user": user},
         more=["-au", user, "-ap", device_password(user)]).check()
    server.journal.wait("the phone registers", after=mark, type="DeviceAvailable", device=user)
    return Sipp(scenario, server, host=host, port=port, keys={"user": user})


def register(server, phone, after=0):
    """Waits until the server has the phone's registration."""
    server.journal.wait(f"phone {phone.user} registers", after=after, type="DeviceAvailable", device=phone.user)
    return phone


class Center(unittest.TestCase):
    """Base of the test files: one server a class, peers ended after each test."""

    plan = staticmethod(center)
    phones = {}  # agent id -> tone: phones that live as long as the class

    @classmethod
    def setUpClass(cls):
        try:
            cls.server = Server(cls.plan())
            cls.journal = cls.server.journal
            cls.boss = cls.server.log_in("supervisor")
            cls.phone = {}
            for agent, tone_hz in cls.phones.items():
                cls.phone[agent] = Phone(cls.server, AGENTS[agent], f"127.0.0.{10 + agent}", tone_hz)
            for phone in cls.phone.values():
                register(cls.server, phone)
        except BaseException:
            Process.end_all()
            raise

    @classmethod
    def tearDownClass(cls):
        Process.end_all()

    def setUp(self):
        self.addCleanup(self.end_peers)
        self.assertTrue(self.server.alive, self.server.process.log()[-3000:])

    def end_peers(self):
        Process.end_all(keep={self.server.process, *self.phone.values()})

    def sign_in(self, agent):
        mark = self.journal.mark()
        if self.agent_state(agent) != "signed_out":
            self.boss.command(agent, "sign_out")
            self.wait_state(agent, "signed_out")
        self.boss.command(agent, "sign_in")
        self.journal.wait("sign-in", after=mark, type="AgentStateChanged", agent=agent, to="idle")

    def sign_out_all(self):
        """Also ends a call that a failed test left behind."""
        for agent in AGENTS:
            if self.agent_state(agent) in ("ringing", "talking"):
                try:
                    self.boss.command(agent, "hang_up")
                except ApiError as error:
                    if error.status != 409:  # the call ended between the look and the wish
                        raise
            if self.agent_state(agent) != "signed_out":
                self.boss.command(agent, "sign_out")
                self.wait_state(agent, "signed_out")

    def agent_state(self, agent):
        return self.boss.get(f"/api/v1/agents/{agent}")["state"]

    def wait_state(self, agent, state):
        wait_for(f"agent {agent} {state}", lambda: self.agent_state(agent) == state)

    def changes(self, agent, after):
        """(from, to, reason) of the agent's state changes since `after`."""
        return [(e["from"], e["to"], e["reason"])
                for e in self.journal.find(after, type="AgentStateChanged", agent=agent)]

    def assert_joined(self, agent, after=0):
        """Each state begins as what the one before became."""
        changes = self.journal.find(after, type="AgentStateChanged", agent=agent)
        for earlier, later in zip(changes, changes[1:]):
            self.assertEqual(earlier["to"], later["from"], (earlier, later))

    def wait_ended(self, call, **wanted):
        return self.journal.wait("the call ends", type="CallEnded", call=call, **wanted)

    def good_call(self, agent=1, **options):
        """Proves that the server serves: a caller and the agent's phone talk, the caller hangs up."""
        self.sign_in(agent)
        phone = self.phone[agent]
        caller, call, call_id = call_by_sipp(self.server, **options)
        phone.answer()
        self.journal.wait("talk", type="TalkStarted", call=call, agent=agent)
        caller.hang_up(call_id)
        caller.check()
        ended = self.wait_ended(call)
        self.assertEqual((ended["by"], ended["cause"]), ("caller", "normal"))
        self.wait_state(agent, "idle")
        return call


def main(*more_tools):
    missing = [t for t in ("sipp", "baresip", "tshark", *more_tools) if shutil.which(t) is None]
    if missing:
        print("SKIP: not installed:", ", ".join(missing), "(apt-get install sip-tester baresip-core tshark linphone-cli)")
        sys.exit(77)
    if os.geteuid() != 0:
        print("SKIP: sipp's play_pcap_audio and tshark need root")
        sys.exit(77)
    try:
        program = unittest.main(verbosity=2, exit=False)
    finally:
        Process.end_all()
        _folder.remove()
    sys.exit(0 if program.result.wasSuccessful() else 1)
