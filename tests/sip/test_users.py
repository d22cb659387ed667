"""Who may see and do what, by the API of a center with two tenants; live events; recordings by ranges."""
import harness
from harness import AGENTS, OTHER_AGENT, QUEUE, Api, Live, call_by_sipp, seconds_of


class Users(harness.Center):
    phones = {1: 1000}

    def test_log_in(self):
        nobody = Api(self.server)
        self.assertEqual(nobody.status("GET", "/api/v1/calls"), 401)
        self.assertEqual(nobody.status("POST", "/api/v1/session", {"user_name": "admin", "password": "wrong"}), 401)
        self.assertEqual(nobody.status("POST", "/api/v1/session", {"user_name": "who", "password": "wrong"}), 401)
        user = self.server.log_in(AGENTS[1])
        self.assertEqual((user.view["role"], user.view["tenant"], user.view["agent"]), ("agent", 1, 1))
        _, headers, _ = nobody.ask("POST", "/api/v1/session",
                                   {"user_name": "admin", "password": self.server.passwords["admin"]})
        self.assertIn("HttpOnly", headers["set-cookie"])
        self.assertIn("SameSite=Strict", headers["set-cookie"])
        command = ("POST", "/api/v1/agents/me/commands", {"action": "sign_out"})
        self.assertEqual(user.status(*command), 200)
        token = user.headers.pop("X-CSRF-Token")
        self.assertEqual(user.status(*command), 403, "without the CSRF token")
        user.headers["X-CSRF-Token"] = token
        self.assertEqual(user.status(*command, headers={"Origin": "http://evil.example"}), 403)
        self.assertEqual(user.status("DELETE", "/api/v1/session") // 100, 2)
        self.assertEqual(user.status("GET", "/api/v1/session"), 401, "logged out")

    def test_guessing_is_slowed_down(self):
        """8002's password only: others still log in from the same address."""
        nobody = Api(self.server)
        statuses = [nobody.status("POST", "/api/v1/session", {"user_name": AGENTS[2], "password": "wrong"})
                    for _ in range(8)]
        self.assertEqual(statuses[:5], [401] * 5)
        self.assertIn(429, statuses[5:])
        self.server.log_in("supervisor")

    def test_roles(self):
        agent, boss, admin = (self.server.log_in(u) for u in (AGENTS[1], "supervisor", "admin"))
        for path, statuses in (("/api/v1/board", (403, 200, 200)), ("/api/v1/waiting", (403, 200, 200)),
                               ("/api/v1/agents/1", (200, 200, 200)), ("/api/v1/agents/2", (403, 200, 200)),
                               ("/api/v1/agents/me", (200, 404, 404)), ("/api/v1/calls", (200, 200, 200)),
                               ("/api/v1/calls?agent=2", (403, 200, 200)), ("/api/v1/directory", (200, 200, 200))):
            self.assertEqual(tuple(user.status("GET", path) for user in (agent, boss, admin)), statuses, path)
        self.assertEqual(agent.status("POST", "/api/v1/agents/2/commands", {"action": "sign_in"}), 403)
        self.assertEqual(boss.get("/api/v1/directory")["trunks"], [])
        self.assertEqual(len(admin.get("/api/v1/directory")["trunks"]), 2)

    def test_tenants_see_nothing_of_each_other(self):
        other = self.server.log_in("supervisor2")
        other_agent = self.server.log_in(OTHER_AGENT[1])
        live = Live(other)
        call = self.good_call()
        record = self.boss.call(call, lambda r: r["has_recording"])
        for user in (other, other_agent):
            for path in ("", "/events", "/recording", "/waveform"):
                self.assertEqual(user.status("GET", f"/api/v1/calls/{call}{path}"), 404, path)
            self.assertEqual(user.get("/api/v1/calls")["calls"], [])
            self.assertEqual({a["id"] for a in user.get("/api/v1/directory")["agents"]}, {OTHER_AGENT[0]})
        self.assertEqual(other.get("/api/v1/calls?number=" + record["caller"])["calls"], [])
        self.assertEqual({q["id"] for q in other.get("/api/v1/board")["queues"]}, {2})
        self.assertEqual({a["id"] for a in other.get("/api/v1/board")["agents"]}, {OTHER_AGENT[0]})
        self.assertEqual(other.status("GET", "/api/v1/agents/1"), 404)
        self.assertEqual(other.status("POST", "/api/v1/agents/1/commands", {"action": "sign_out"}), 404)
        # A change of one's own is shown, and nothing of tenant 1 came before it.
        other.command(OTHER_AGENT[0], "sign_in")
        live.wait("own change", lambda m: m["type"] == "agent" and m["agent"]["state"] == "idle")
        for _, message in live.messages:
            if "agent" in message:
                self.assertEqual(message["agent"]["id"], OTHER_AGENT[0])
            if "queue" in message:
                self.assertEqual(message["queue"]["id"], 2)
        other.command(OTHER_AGENT[0], "sign_out")

    def test_agent_sees_own_calls_only(self):
        call = self.good_call()
        own, colleague = self.server.log_in(AGENTS[1]), self.server.log_in(AGENTS[3])
        own.call(call, lambda r: r["has_recording"])
        self.assertEqual(colleague.status("GET", f"/api/v1/calls/{call}"), 404)
        self.assertEqual(colleague.status("GET", f"/api/v1/calls/{call}/recording"), 404)

    def test_live_states_come_at_once(self):
        """Each change is pushed to the supervisor and to the agent, in order; the quicker half within 100 ms."""
        self.sign_in(1)
        mark = self.journal.mark()
        live, own = Live(self.boss), Live(self.server.log_in(AGENTS[1]))

        def both_show(state):
            for reader in (live, own):
                reader.wait(state, lambda m: m["type"] == "agent" and m["agent"]["state"] == state)
        caller, call, call_id = call_by_sipp(self.server)
        both_show("ringing")
        self.phone[1].answer()
        both_show("talking")
        caller.hang_up(call_id)
        caller.check()
        both_show("wrap_up")
        both_show("idle")
        wanted = [(e["to"], e["at"]) for e in self.journal.find(mark, type="AgentStateChanged", agent=1)]
        self.assertEqual([w[0] for w in wanted], ["ringing", "talking", "wrap_up", "idle"])
        for reader in (own, live):
            self.assertEqual(list(dict.fromkeys((v["state"], v["since"]) for _, v in reader.agent_states())), wanted)
        for reader in (own, live):
            first = {}
            for received, view in reader.agent_states():
                first.setdefault(view["since"], received - seconds_of(view["since"]))
            delays = sorted(first.values())
            self.assertLess(delays[len(delays) // 2], 0.1, delays)
        talking = next(v for _, v in own.agent_states() if v["state"] == "talking")
        self.assertEqual((talking["call"]["caller"], talking["call"]["called"]), ("13800138000", QUEUE))
        for reader in (own, live):
            reader.close()

    def test_live_needs_a_session(self):
        self.assertEqual(Live(Api(self.server)).status, 401)

    def test_recording_by_ranges(self):
        self.sign_in(1)
        caller, call, call_id = call_by_sipp(self.server)
        self.phone[1].answer()
        start = seconds_of(self.journal.wait("talk", type="TalkStarted", call=call)["at"])
        harness.wait_for("half a second of talk",
                         lambda: seconds_of(self.boss.get("/api/v1/board")["now"]) > start + 0.5)
        caller.hang_up(call_id)
        caller.check()
        self.boss.call(call, lambda r: r["has_recording"])
        path = f"/api/v1/calls/{call}/recording"
        status, headers, whole = self.boss.ask("GET", path)
        self.assertEqual((status, headers["accept-ranges"], whole[:4]), (200, "bytes", b"RIFF"))
        size = len(whole)
        self.assertGreater(size, 8000)
        for asked, begin, end in (("bytes=0-43", 0, 44), ("bytes=1000-1999", 1000, 2000), ("bytes=-100", size - 100, size),
                                  (f"bytes={size - 10}-", size - 10, size), (f"bytes=44-{size * 2}", 44, size)):
            status, headers, part = self.boss.ask("GET", path, headers={"Range": asked})
            self.assertEqual((status, headers["content-range"]), (206, f"bytes {begin}-{end - 1}/{size}"), asked)
            self.assertEqual(part, whole[begin:end], asked)
        status, headers, _ = self.boss.ask("GET", path, headers={"Range": f"bytes={size}-"})
        self.assertEqual((status, headers["content-range"]), (416, f"bytes */{size}"))
        self.assertEqual(self.boss.status("GET", path.replace("recording", "waveform")), 200)
        self.wait_state(1, "idle")


if __name__ == "__main__":
    harness.main()
