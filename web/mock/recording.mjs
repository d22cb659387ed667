// A recording that looks like talk: two voices taking turns, as 8 kHz stereo WAV and as peaks.
import { randomSource } from './data.mjs';

const rate = 8000;
const phraseS = 1.6;

function loudness(call, lengthMs) {
  const random = randomSource(call);
  const phrases = Math.ceil(lengthMs / 1000 / phraseS) + 1;
  return Array.from({ length: phrases }, () => {
    const speaker = random() < 0.5 ? 0 : 1;
    const level = 0.25 + random() * 0.55;
    return speaker === 0 ? [level, 0.02] : [0.02, level];
  });
}

/** Syllables: the loudness rises and falls four times a second. */
function at(phrases, seconds) {
  const phrase = phrases[Math.floor(seconds / phraseS)];
  const syllable = 0.35 + 0.65 * Math.abs(Math.sin(seconds * Math.PI * 4)) * Math.abs(Math.sin(seconds * 1.7));
  return [phrase[0] * syllable, phrase[1] * syllable];
}

export function waveform(call, lengthMs, buckets = 400) {
  const phrases = loudness(call, lengthMs);
  const peaks = Array.from({ length: buckets }, (_, i) => at(phrases, ((i + 0.5) * lengthMs) / 1000 / buckets));
  return { length_ms: lengthMs, left: peaks.map((p) => Math.round(p[0] * 100)), right: peaks.map((p) => Math.round(p[1] * 100)) };
}

export function wav(call, lengthMs) {
  const phrases = loudness(call, lengthMs);
  const frames = Math.floor((lengthMs * rate) / 1000);
  const out = Buffer.alloc(44 + frames * 4);
  out.write('RIFF', 0);
  out.writeUInt32LE(36 + frames * 4, 4);
  out.write('WAVEfmt ', 8);
  out.writeUInt32LE(16, 16);
  out.writeUInt16LE(1, 20);
  out.writeUInt16LE(2, 22);
  out.writeUInt32LE(rate, 24);
  out.writeUInt32LE(rate * 4, 28);
  out.writeUInt16LE(4, 32);
  out.writeUInt16LE(16, 34);
  out.write('data', 36);
  out.writeUInt32LE(frames * 4, 40);
  for (let i = 0; i < frames; i += 1) {
    const seconds = i / rate;
    const [left, right] = at(phrases, seconds);
    out.writeInt16LE(Math.round(left * 9000 * Math.sin(seconds * 2 * Math.PI * 190)), 44 + i * 4);
    out.writeInt16LE(Math.round(right * 9000 * Math.sin(seconds * 2 * Math.PI * 290)), 46 + i * 4);
  }
  return out;
}
