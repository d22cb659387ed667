// Draws both channels of a recording: the caller upwards from the middle line, the agent downwards.
import type { Waveform } from '@/api/types';

const colours = { left: ['#0b5cad', '#9cc3ea'], right: ['#17703d', '#a5d3b6'], middle: '#c3ced9', now: '#b4231b' } as const;

/** The greatest peak of the buckets that fall on one bar, 0..1. */
function peak(buckets: number[], bar: number, bars: number): number {
  const from = Math.floor((bar * buckets.length) / bars);
  const to = Math.max(from + 1, Math.floor(((bar + 1) * buckets.length) / bars));
  let most = 0;
  for (let i = from; i < to && i < buckets.length; i += 1) most = Math.max(most, buckets[i] ?? 0);
  return Math.min(1, most / 100);
}

/** `played`: the share 0..1 that has been heard, in full colour; the rest is pale. */
export function drawWaveform(canvas: HTMLCanvasElement, waveform: Waveform | undefined, played: number): void {
  const scale = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const pen = canvas.getContext('2d');
  if (!pen) return;
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  const middle = height / 2;
  const tallest = middle - 6;
  const bars = Math.max(1, Math.floor(width / 3));
  for (let bar = 0; waveform && bar < bars; bar += 1) {
    const x = (bar * width) / bars;
    const look = (bar + 0.5) / bars <= played ? 0 : 1;
    const up = peak(waveform.left, bar, bars) * tallest;
    const down = peak(waveform.right, bar, bars) * tallest;
    pen.fillStyle = colours.left[look];
    pen.fillRect(x, middle - up, 2, up);
    pen.fillStyle = colours.right[look];
    pen.fillRect(x, middle, 2, down);
  }
  pen.fillStyle = colours.middle;
  pen.fillRect(0, middle - 0.5, width, 1);
  pen.fillStyle = colours.now;
  pen.fillRect(Math.min(width - 2, played * width), 0, 2, height);
}
