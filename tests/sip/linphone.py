"""linphonec as an agent's phone: told by its command line what to do, sends a tone from a file."""
import os
import subprocess

import audio
import harness


class LinphonePhone(harness.Process):
    """Registers with digest. Calls are numbered from 1 in the order in which they come and go."""

    def __init__(self, server, user, host, tone_hz):
        self.user = user
        self.server_port = server.sip
        folder = harness.scratch("linphone-" + user)
        os.makedirs(folder + "/.local/share/linphone")
        audio.write_wav(folder + "/says.wav", audio.tone(tone_hz, 1) * 60)
        self.rtp_port = harness.free_ports("0.0.0.0", 20)
        self.rtp_ports = range(self.rtp_port, self.rtp_port + 20)
        lines = ["[sip]", f"sip_port={harness.free_port(host)}", "sip_tcp_port=0", f"bind_address={host}",
                 "register_only_when_network_is_up=0", "keepalive_period=0", "guess_hostname=0",
                 "[rtp]", f"audio_rtp_port={self.rtp_port}-{self.rtp_port + 19}",
                 "[net]", "mtu=1500", "firewall_policy=0"]
        with open(folder + "/linphonerc", "w") as f:
            f.write("\n".join(lines) + "\n")
        super().__init__(["linphonec", "-c", "linphonerc"], "linphone-" + user, stdin=subprocess.PIPE, cwd=folder,
                         env=dict(os.environ, HOME=folder))
        self.tell("soundcard use files")
        self.tell(f"play {folder}/says.wav")
        center = f"127.0.0.1:{server.sip}"
        self.tell(f"register sip:{user}@{center} sip:{center} {harness.device_password(user)}")

    def tell(self, command):
        self.child.stdin.write(command.encode() + b"\n")
        self.child.stdin.flush()

    def dial(self, number):
        self.tell(f"call sip:{number}@127.0.0.1:{self.server_port}")

    def end(self, number=harness.signal.SIGKILL):
        super().end(number)
        self.child.stdin.close()
