"""Sound for tests: tones, G.711, RTP in pcap files for sipp, and finding a tone in what was captured."""
import math
import struct
import wave

RATE = 8000
PCMU, PCMA, EVENTS = 0, 8, 101


def tone(hz, seconds, amplitude=8000):
    return [int(amplitude * math.sin(2 * math.pi * hz * i / RATE)) for i in range(int(seconds * RATE))]


def write_wav(path, samples):
    with wave.open(path, "wb") as f:
        f.setnchannels(1)
        f.setsampwidth(2)
        f.setframerate(RATE)
        f.writeframes(struct.pack(f"<{len(samples)}h", *samples))


def read_wav(path):
    """The samples of each channel."""
    with wave.open(path, "rb") as f:
        assert f.getframerate() == RATE and f.getsampwidth() == 2, path
        count = f.getnframes()
        samples = struct.unpack(f"<{count * f.getnchannels()}h", f.readframes(count))
        return [list(samples[i::f.getnchannels()]) for i in range(f.getnchannels())]


# ---- G.711 -----------------------------------------------------------------------------------------------------------

def _alaw_to_linear(octet):
    octet ^= 0x55
    exponent, mantissa = (octet >> 4) & 7, octet & 15
    value = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
    return value if octet & 0x80 else -value


def _ulaw_to_linear(octet):
    octet = ~octet & 0xFF
    value = ((((octet & 15) << 3) + 0x84) << ((octet >> 4) & 7)) - 0x84
    return -value if octet & 0x80 else value


DECODE = {PCMA: [_alaw_to_linear(i) for i in range(256)], PCMU: [_ulaw_to_linear(i) for i in range(256)]}


def encode(samples, payload_type):
    """To the nearest value of the law."""
    levels = sorted((value, octet) for octet, value in enumerate(DECODE[payload_type]))
    values = [v for v, _ in levels]
    cache = {}
    out = bytearray()
    for s in samples:
        if s not in cache:
            low, high = 0, len(values) - 1
            while low < high:
                middle = (low + high) // 2
                if values[middle] < s:
                    low = middle + 1
                else:
                    high = middle
            if low > 0 and s - values[low - 1] < values[low] - s:
                low -= 1
            cache[s] = levels[low][1]
        out.append(cache[s])
    return bytes(out)


def decode(octets, payload_type):
    table = DECODE[payload_type]
    return [table[o] for o in octets]


# ---- RTP and pcap ----------------------------------------------------------------------------------------------------

def rtp(payload_type, sequence, timestamp, ssrc, payload, marker=False):
    return struct.pack("!BBHII", 0x80, payload_type | (0x80 if marker else 0), sequence & 0xFFFF,
                       timestamp & 0xFFFFFFFF, ssrc) + payload


def speech_with_digit(payload_type, hz, seconds, digit=None, digit_at=(), ssrc=0x5EA71111):
    """(time, packet) of a tone in 20 ms packets; at each of `digit_at` (s) an RFC 4733 digit of 160 ms stands for it:
    `digit`, or one of them each."""
    audio = encode(tone(hz, seconds), payload_type)
    digits = digit if isinstance(digit, list) else [digit] * len(digit_at)
    starts = {int(t * 50): d for t, d in zip(digit_at, digits)}
    packets = []
    sequence, tick = 1000, 0
    while tick * 160 < len(audio):
        if tick in starts:
            for i in range(8):
                event = struct.pack("!BBH", starts[tick], 10, (i + 1) * 160)
                packets.append(((tick + i) * 0.02, rtp(EVENTS, sequence, tick * 160, ssrc, event, i == 0)))
                sequence += 1
            for _ in range(3):  # RFC 4733 2.5.1.4: the end is sent three times
                event = struct.pack("!BBH", starts[tick], 0x80 | 10, 8 * 160)
                packets.append(((tick + 8) * 0.02, rtp(EVENTS, sequence, tick * 160, ssrc, event)))
                sequence += 1
            tick += 8
            continue
        part = audio[tick * 160:(tick + 1) * 160]
        packets.append((tick * 0.02, rtp(payload_type, sequence, tick * 160, ssrc, part, tick == 0)))
        sequence += 1
        tick += 1
    return packets


def write_pcap(path, packets):
    """For sipp, which replaces the addresses."""
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for at, payload in packets:
            udp = struct.pack("!HHHH", 6000, 6000, 8 + len(payload), 0) + payload
            ip = struct.pack("!BBHHHBBHII", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, 0x7F000002, 0x7F000001)
            frame = bytes(12) + b"\x08\x00" + ip + udp
            f.write(struct.pack("<IIII", int(at), int(at % 1 * 1e6), len(frame), len(frame)) + frame)


def read_pcap(path):
    """(time, (source, port), (destination, port), payload) of each UDP packet over Ethernet and IPv4."""
    with open(path, "rb") as f:
        data = f.read()
    place, out = 24, []
    while place + 16 <= len(data):
        seconds, micros, size, _ = struct.unpack_from("<IIII", data, place)
        frame = data[place + 16:place + 16 + size]
        place += 16 + size
        if len(frame) < 42 or frame[12:14] != b"\x08\x00" or frame[23] != 17:
            continue
        ip = 14 + (frame[14] & 15) * 4
        source = ".".join(map(str, frame[26:30]))
        target = ".".join(map(str, frame[30:34]))
        source_port, target_port, length = struct.unpack_from("!HHH", frame, ip)
        out.append((seconds + micros / 1e6, (source, source_port), (target, target_port), frame[ip + 8:ip + length]))
    return out


def heard(packets, start=0, end=float("inf")):
    """Samples of the G.711 packets of one direction that came between two times, in order of their coming."""
    samples = []
    for at, _, _, payload in packets:
        if start <= at <= end and len(payload) > 12 and payload[0] >> 6 == 2 and payload[1] & 0x7F in DECODE:
            samples += decode(payload[12:], payload[1] & 0x7F)
    return samples


# ---- tones -----------------------------------------------------------------------------------------------------------

def share(samples, hz):
    """The share of the energy that is at `hz` (Goertzel); 0 for silence."""
    energy = sum(s * s for s in samples)
    if energy < 100 * len(samples):
        return 0.0
    w = 2 * math.cos(2 * math.pi * hz / RATE)
    a = b = 0.0
    for s in samples:
        a, b = s + w * a - b, a
    power = a * a + b * b - w * a * b
    return 2 * power / (energy * len(samples))


def tone_part(samples, hz, window=400):
    """The part of 50 ms windows in which the tone is nearly all there is."""
    windows = [samples[i:i + window] for i in range(0, len(samples) - window + 1, window)]
    return sum(share(w, hz) > 0.8 for w in windows) / len(windows) if windows else 0.0
