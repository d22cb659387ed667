// The last 30 minutes of each queue, gathered from the live messages as they come: a point a change, so nothing is
// polled and a hidden tab misses nothing.
import type { QueueView } from '@/api/types';

export const historyMs = 30 * 60_000;
const mostPoints = 3000;

interface Point {
  atMs: number;
  waiting: number;
  level: number | null;
}

export class QueueHistory {
  private readonly points = new Map<number, Point[]>();

  add(queue: QueueView, atMs: number): void {
    const list = this.points.get(queue.id) ?? [];
    this.points.set(queue.id, list);
    const point = { atMs, waiting: queue.waiting, level: queue.service_level_today ?? null };
    const last = list.at(-1);
    if (last && last.waiting === point.waiting && last.level === point.level) return;
    if (last && atMs - last.atMs < 250) list.pop();
    list.push(point);
    // The newest point before the window stays, as the value at the window's start.
    let old = 0;
    while (old + 1 < list.length && (list[old + 1]!.atMs < atMs - historyMs || list.length - old > mostPoints)) old += 1;
    list.splice(0, old);
  }

  /** [time, value] pairs for a stepped line up to `nowMs`. */
  series(queue: number, kind: 'waiting' | 'level', nowMs: number): [number, number | null][] {
    const from = nowMs - historyMs;
    const list = this.points.get(queue) ?? [];
    const line: [number, number | null][] = list.map((point) => [Math.max(from, point.atMs), point[kind]]);
    const last = line.at(-1);
    if (last) line.push([Math.max(nowMs, last[0]), last[1]]);
    return line;
  }

  /** How far back the oldest point lies, within the 30 minutes. */
  ageMs(nowMs: number): number {
    const oldest = Math.min(nowMs, ...[...this.points.values()].map((list) => list[0]?.atMs ?? nowMs));
    return Math.min(historyMs, nowMs - oldest);
  }

  clear(): void {
    this.points.clear();
  }
}
