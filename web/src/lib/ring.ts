// A soft two-tone ring made in the browser; no audio file, no permission. Browsers let it sound after a first click.
let context: AudioContext | undefined;
let timer: ReturnType<typeof setInterval> | undefined;

function beep(): void {
  if (!context) return;
  const start = context.currentTime;
  for (const [hertz, at] of [[660, 0], [880, 0.22], [660, 0.44]] as const) {
    const tone = context.createOscillator();
    const level = context.createGain();
    tone.frequency.value = hertz;
    level.gain.setValueAtTime(0, start + at);
    level.gain.linearRampToValueAtTime(0.18, start + at + 0.03);
    level.gain.linearRampToValueAtTime(0, start + at + 0.2);
    tone.connect(level).connect(context.destination);
    tone.start(start + at);
    tone.stop(start + at + 0.21);
  }
}

export function startRing(): void {
  if (timer !== undefined) return;
  context ??= new AudioContext();
  void context.resume();
  beep();
  timer = setInterval(beep, 2500);
}

export function stopRing(): void {
  clearInterval(timer);
  timer = undefined;
}
