// Durations and times as text. Times are in the tenant's time zone, whatever the browser's is.

function two(n: number): string {
  return String(n).padStart(2, '0');
}

/** 65_000 -> "01:05", 3_700_000 -> "1:01:40"; negative shows as 00:00. */
export function clockText(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(total / 3600);
  const rest = `${two(Math.floor((total % 3600) / 60))}:${two(total % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** Digits of a number set apart for reading: "13800138000" -> "138 0013 8000"; others are left alone. */
export function phoneText(number: string): string {
  return /^1\d{10}$/.test(number) ? `${number.slice(0, 3)} ${number.slice(3, 7)} ${number.slice(7)}` : number;
}

interface WallTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const wallFormats = new Map<string, Intl.DateTimeFormat>();

function wallFormat(zone: string): Intl.DateTimeFormat {
  let format = wallFormats.get(zone);
  if (!format) {
    const shape: Intl.DateTimeFormatOptions = {
      year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
      hourCycle: 'h23',
    };
    try {
      format = new Intl.DateTimeFormat('en-CA', { ...shape, timeZone: zone });
    } catch {
      format = new Intl.DateTimeFormat('en-CA', { ...shape, timeZone: 'UTC' });
    }
    wallFormats.set(zone, format);
  }
  return format;
}

function wallTime(ms: number, zone: string): WallTime {
  const parts: Record<string, number> = {};
  for (const part of wallFormat(zone).formatToParts(ms)) parts[part.type] = Number(part.value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  return { year, month, day, hour, minute, second };
}

function dayText(w: WallTime): string {
  return `${w.year}-${two(w.month)}-${two(w.day)}`;
}

function timeText(w: WallTime): string {
  return `${two(w.hour)}:${two(w.minute)}:${two(w.second)}`;
}

/** "2026-11-22 20:10:00" in `zone`. */
export function dateTime(ms: number, zone: string): string {
  const wall = wallTime(ms, zone);
  return `${dayText(wall)} ${timeText(wall)}`;
}

/** "20:10:00" in `zone`. */
export function timeOfDay(ms: number, zone: string): string {
  return timeText(wallTime(ms, zone));
}

/** The UTC time in ms at which clocks in `zone` show `text` ("2026-11-22 20:10:00"); NaN when it is no such text. */
export function fromWallText(text: string, zone: string): number {
  const asUtc = Date.parse(`${text.replace(' ', 'T')}Z`);
  if (Number.isNaN(asUtc)) return Number.NaN;
  let guess = asUtc;
  // Twice, because the offset at the guess may differ from that at the answer across a change of summer time.
  for (let i = 0; i < 2; i += 1) {
    const w = wallTime(guess, zone);
    guess += asUtc - Date.UTC(w.year, w.month - 1, w.day, w.hour, w.minute, w.second);
  }
  return guess;
}

/** The start of the day that `ms` falls in, `daysBack` days earlier, by the clocks of `zone`. */
export function startOfDay(ms: number, zone: string, daysBack = 0): number {
  const w = wallTime(ms, zone);
  const day = new Date(Date.UTC(w.year, w.month - 1, w.day - daysBack));
  return fromWallText(`${day.toISOString().slice(0, 10)} 00:00:00`, zone);
}
