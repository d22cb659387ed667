#!/usr/bin/env python3
"""What a queue call costs, through the whole program: a bench center, the server, the robots, and /proc.

  tools/bench_queue_calls.py                      100 calls/s for 60 s, 1 s talk, no audio
  tools/bench_queue_calls.py --audio              the same twice: without audio, then with audio both ways
  tools/bench_queue_calls.py --waiting 500        500 callers wait without an agent (CPU), then 5 agents serve them in order
  tools/bench_queue_calls.py --hold 500 --record  500 recorded talking calls: the worker's share of a core, packets lost

CPU is what the kernel has counted for the threads (schedstat); the phones' registrations before the first call are not
in it. Starts everything on 127.0.0.0/8 and ends it; exit code 1 when a call has failed or a check of the robots'.
"""
import argparse
import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PASSWORD = "secret"
NUMBER = "4002"
PATIENCE_S = 120  # for a server that starts, and for robots that end


def center(agents, record, music):
    """One queue, the number straight to it, nothing that costs time but the call itself."""
    devices, people = [], []
    for i in range(1, agents + 1):
        user = f"9{i}"
        ha1 = hashlib.md5(f"{user}:seatline:{PASSWORD}".encode()).hexdigest()
        devices.append({"user": user, "tenant": 1, "ha1": ha1})
        people.append({"id": i, "tenant": 1, "number": user, "name": f"A{i}", "skills": ["bench"], "device": user,
                       "sign_in_on_register": True})
    queue = {"id": 1, "tenant": 1, "name": "bench", "skill": "bench", "priority": 0, "ring_timeout_s": 15,
             "max_wait_s": 3600, "max_waiting": 20000, "wrap_up_s": 0, "service_level_s": 20,
             "music": "music" if music else "", "announce_every_s": 0, "announce_agent_number": False, "record": record}
    node = {"id": "queue", "type": "queue", "prompts": [], "next": "", "choices": [], "timeout_s": 5, "tries": 3,
            "invalid_prompts": [], "timeout_prompts": [], "on_failure": "", "queue": 1}
    return {
        "tenants": [{"id": 1, "name": "bench", "time_zone": "Asia/Shanghai"}],
        "trunks": [{"id": 1, "name": "bench", "addresses": ["127.0.0.2"], "max_calls": 20000}],
        "numbers": [{"number": NUMBER, "tenant": 1, "flow": 1}],
        "queues": [queue], "agents": people, "devices": devices,
        "flows": [{"id": 1, "tenant": 1, "name": "bench", "start": "queue", "nodes": [node]}],
        "prompts": [{"name": "music", "text": "music", "language": "zh", "file": "music.wav"}] if music else [],
        "busy_reasons": [{"code": "rest", "name_zh": "小休", "name_en": "Break"}],
    }


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def threads(pid):
    """CPU seconds of each thread: {(id, name): s}."""
    out = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            ns = int((task / "schedstat").read_text().split()[0])
            out[(task.name, (task / "comm").read_text().strip())] = ns / 1e9
    return out


def end_process(process):
    """By SIGINT, as a person would; killed after 20 s."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Meter:
    """CPU of the server's two processes between two moments."""

    def __init__(self, server):
        self.pids = {"control": server.pid, "worker": server.worker_pid()}
        self.begin()

    def begin(self):
        self.at = time.monotonic()
        self.before = {name: threads(pid) for name, pid in self.pids.items()}

    def read(self):
        out = {"seconds": time.monotonic() - self.at, "threads": {}}
        for name, pid in self.pids.items():
            rows = {}
            for key, s in threads(pid).items():
                rows[key[1]] = rows.get(key[1], 0) + s - self.before[name].get(key, 0)
            out[name] = sum(rows.values())
            out["threads"].update({f"{name}/{thread}": s for thread, s in rows.items()})
        return out


class Server:
    def __init__(self, args, agents, record):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="seatline-bench-", dir=args.temp))
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        (data / "center.json").write_text(json.dumps(center(agents, record, args.music), ensure_ascii=False))
        (self.folder / "index.html").write_text("")  # the server wants pages; nobody looks at them
        self.sip = args.sip or free_port(socket.SOCK_DGRAM)
        self.log = open(self.folder / "server.log", "w+b")
        self.process = subprocess.Popen(
            [args.bin_dir / "seatline", "serve", "--data", data, "--sip", str(self.sip), "--http",
             str(free_port(socket.SOCK_STREAM)), "--rtp-min", str(args.rtp_min), "--rtp-max", str(args.rtp_min + 3999),
             "--web", str(self.folder)], stdout=self.log, stderr=subprocess.STDOUT)
        self.pid = self.process.pid
        deadline = time.monotonic() + PATIENCE_S
        while b" serves " not in (text := (self.folder / "server.log").read_bytes()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                sys.exit("the server did not start:\n" + text.decode(errors="replace"))
            time.sleep(0.1)
        time.sleep(1)

    def worker_pid(self):
        for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                return int(child)
        sys.exit("the server has no worker")

    def complaints(self):
        lines = (self.folder / "server.log").read_text(errors="replace").splitlines()
        return [line for line in lines if "warn" in line or "error" in line][:5]

    def stop(self):
        end_process(self.process)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Robots:
    """seatline-robots load; `wait_for` follows what it logs."""

    def __init__(self, args, server, agents, *options):
        self.json = server.folder / "robots.out.json"
        self.log = server.folder / "robots.log"
        self.json.unlink(missing_ok=True)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [args.bin_dir / "seatline-robots", "load", "--server", f"127.0.0.1:{server.sip}", "--number", NUMBER,
                 "--agents-prefix", "9", "--agents", str(agents), "--password", PASSWORD, "--json", self.json, *options],
                stdout=log, stderr=subprocess.STDOUT)

    def text(self):
        return self.log.read_text(errors="replace")

    def wait_for(self, text):
        deadline = time.monotonic() + PATIENCE_S
        while text not in self.text():
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"the robots did not come to \"{text}\":\n" + self.text())
            time.sleep(0.02)

    def report(self, patience_s):
        try:
            self.process.wait(patience_s + PATIENCE_S)
        except subprocess.TimeoutExpired:
            sys.exit("the robots did not end:\n" + self.text())
        if not self.json.exists():
            sys.exit("the robots gave no report:\n" + self.text())
        return json.loads(self.json.read_text())

    def stop(self):
        end_process(self.process)


@contextlib.contextmanager
def ended(thing):
    try:
        yield thing
    finally:
        thing.stop()


def percentiles(distribution):
    return {k: v for k, v in distribution.items() if k != "count"}


def rate_run(args, audio):
    agents = args.agents or max(20, int(args.rate * (args.talk + 1) * 1.3))
    options = ["--rate", str(args.rate), "--seconds", str(args.seconds), "--talk", str(args.talk), "--audio",
               "tone-check" if audio and args.tone_check else "on" if audio else "off"]
    with ended(Server(args, agents, args.record)) as server:
        with ended(Robots(args, server, agents, *options)) as robots:
            robots.wait_for("phones registered")
            meter = Meter(server)
            report = robots.report(args.seconds + args.talk)
            cpu = meter.read()
            complaints = server.complaints()
    calls = max(1, report["started"])
    per_call = {name: cpu[name] * 1000 / calls for name in ("control", "worker")}
    per_call["together"] = sum(per_call.values())
    return {"what": "rate, audio both ways" if audio else "rate, no audio", "agents": agents, "rate": args.rate,
            "talk_s": args.talk, "record": args.record, "calls": report["started"], "failed": report["failed"],
            "failures": report["failures"], "ms_cpu_per_call": per_call,
            "ms_cpu_per_call_by_thread": {k: v * 1000 / calls for k, v in cpu["threads"].items()},
            "set_up_ms": {"caller answered": percentiles(report["answer"]), "agent offered": percentiles(report["offer"])},
            "rtp": report["rtp"], "robots_cpu_s": report["robots_cpu_s"], "server_complaints": complaints,
            "ok": report["ok"]}


def waiting_run(args):
    agents = args.agents or 5
    look_s = args.seconds if args.seconds != 60 else 20
    with ended(Server(args, agents, args.record)) as server:
        # One agent keeps the first caller; the others are not signed in: all the rest wait without an agent.
        with ended(Robots(args, server, 1, "--waiting", str(args.waiting + 1), "--rate", str(args.rate), "--talk",
                          str(look_s + 60))) as robots:
            robots.wait_for("wait or talk")
            time.sleep(2)  # the store writes what the arrivals left
            meter = Meter(server)
            time.sleep(look_s)
            idle = meter.read()
        time.sleep(1)
        with ended(Robots(args, server, agents, "--waiting", str(args.waiting), "--rate", str(args.rate), "--talk",
                          "0.2")) as robots:
            report = robots.report(args.waiting / args.rate + args.waiting * 0.5 / agents)
        complaints = server.complaints()
    return {"what": f"{args.waiting} waiting", "agents": agents, "calls": report["started"], "failed": report["failed"],
            "failures": report["failures"], "out_of_order": report["out_of_order"],
            "hang_up_to_next_offer_ms": percentiles(report["free_to_offer"]),
            "percent_of_a_core_while_waiting": {name: idle[name] * 100 / idle["seconds"] for name in ("control", "worker")},
            "music": args.music, "server_complaints": complaints, "ok": report["ok"]}


def hold_run(args):
    agents = args.agents or args.hold
    with ended(Server(args, agents, args.record)) as server:
        with ended(Robots(args, server, agents, "--hold", str(args.hold), "--rate", str(min(args.rate, 50)), "--seconds",
                          str(args.seconds), "--audio", "tone-check" if args.tone_check else "on")) as robots:
            robots.wait_for(" calls talk")
            meter = Meter(server)
            time.sleep(max(1, args.seconds - 2))
            cpu = meter.read()
            report = robots.report(args.seconds + args.hold / 50)
        complaints = server.complaints()
    return {"what": f"{args.hold} held", "record": args.record, "agents": agents, "calls": report["started"],
            "failed": report["failed"], "failures": report["failures"], "most_talking": report["most_talking"],
            "percent_of_a_core": {name: cpu[name] * 100 / cpu["seconds"] for name in ("control", "worker")},
            "percent_by_thread": {k: v * 100 / cpu["seconds"] for k, v in cpu["threads"].items()},
            "rtp": report["rtp"], "robots_cpu_s": report["robots_cpu_s"], "server_complaints": complaints,
            "ok": report["ok"]}


def short(values):
    return ", ".join(f"{k} {v:.2f}" if isinstance(v, float) else f"{k} {v}" for k, v in values.items())


def show(run):
    print(f"{run['what']}: {run['calls']} calls, {run['failed']} failed, {run['agents']} agents"
          + (", recorded" if run.get("record") else ""))
    for reason, count in run["failures"].items():
        print(f"  failed: {count} x {reason}")
    if "ms_cpu_per_call" in run:
        print("  ms CPU a call:    " + short(run["ms_cpu_per_call"]))
        print("    by thread:      " + short({k: v for k, v in sorted(run["ms_cpu_per_call_by_thread"].items(),
                                                                    key=lambda row: -row[1]) if v > 0.002}))
        for name, values in run["set_up_ms"].items():
            print(f"  {name + ', ms:':18}" + short({k.removesuffix('_ms'): v for k, v in values.items()}))
    if "hang_up_to_next_offer_ms" in run:
        print("  hang-up to the next offer, ms: "
              + short({k.removesuffix('_ms'): v for k, v in run["hang_up_to_next_offer_ms"].items()}))
        print(f"  served out of order: {run['out_of_order']}")
        print("  % of a core while all wait" + (" (music): " if run["music"] else ": ")
              + short(run["percent_of_a_core_while_waiting"]))
    if "percent_of_a_core" in run:
        print(f"  {run['most_talking']} talked at once; % of a core: " + short(run["percent_of_a_core"]))
        print("    by thread:      " + short({k: v for k, v in sorted(run["percent_by_thread"].items(),
                                                                    key=lambda row: -row[1]) if v > 0.1}))
    if run.get("rtp", {}).get("legs"):
        rtp = run["rtp"]
        print(f"  RTP at the robots: {rtp['packets_sent']} sent, {rtp['packets_received']} received, "
              f"{rtp['packets_lost']} lost")
    for line in run["server_complaints"]:
        print("  server: " + line)
    if not run["ok"]:
        print("  NOT all checks of the robots hold")
    sys.stdout.flush()


def arguments():
    root = pathlib.Path(__file__).resolve().parent.parent
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bin-dir", type=pathlib.Path, default=root / "build/release/bin", help="of seatline, seatline-robots")
    p.add_argument("--rate", type=float, default=100, help="calls a second (100)")
    p.add_argument("--seconds", type=float, default=60, help="how long calls arrive, wait (20) or are held (60)")
    p.add_argument("--talk", type=float, default=1, help="seconds of talk (1)")
    p.add_argument("--agents", type=int, default=0, help="phones (as many as the run needs)")
    p.add_argument("--audio", action="store_true", help="a second run with audio both ways")
    p.add_argument("--tone-check", action="store_true", help="with audio: each side must hear the other (robots work more)")
    p.add_argument("--waiting", type=int, default=0, metavar="N", help="N callers queue up")
    p.add_argument("--hold", type=int, default=0, metavar="N", help="N talking calls at once")
    p.add_argument("--record", action="store_true", help="record the calls")
    p.add_argument("--music", action="store_true", help="music while waiting")
    p.add_argument("--sip", type=int, default=0, help="the server's SIP port (a free one)")
    p.add_argument("--rtp-min", type=int, default=24000, help="first of 4,000 RTP ports (24000)")
    p.add_argument("--temp", help="folder for the data folder (the system's)")
    p.add_argument("--json", type=pathlib.Path, help="write the figures there")
    return p.parse_args()


def main():
    args = arguments()
    args.bin_dir = args.bin_dir.resolve()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # by sys.exit, so that all that was started is ended
    for name in ("seatline", "seatline-robots"):
        if not (args.bin_dir / name).exists():
            sys.exit(f"there is no {args.bin_dir / name}: build it (./run), or name the folder with --bin-dir")
    if args.waiting:
        jobs = [lambda: waiting_run(args)]
    elif args.hold:
        jobs = [lambda: hold_run(args)]
    else:
        jobs = [lambda: rate_run(args, False)] + ([lambda: rate_run(args, True)] if args.audio else [])
    runs = []
    for job in jobs:
        runs.append(job())
        show(runs[-1])
    if args.json:
        args.json.write_text(json.dumps(runs, indent=2, ensure_ascii=False) + "\n")
    return 0 if all(run["ok"] for run in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
