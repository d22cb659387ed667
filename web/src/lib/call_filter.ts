// The call list's filter: as the page holds it, as the address keeps it, as the API wants it.
import type { CallFilter } from '@/api/client';
import { fromWallText, startOfDay } from './format';

export const ranges = ['hour', 'today', 'yesterday', 'week', 'month', 'custom'] as const;
export type Range = (typeof ranges)[number];

export interface Filter {
  range: Range;
  from: string; // wall time "2026-11-22 20:10:00" in the tenant's zone; only with "custom"
  to: string;
  number: string;
  agent: string;
  queue: string;
  result: string;
}

export const noFilter: Filter = { range: 'today', from: '', to: '', number: '', agent: '', queue: '', result: '' };
type Query = Record<string, unknown>;

function text(query: Query, name: string): string {
  const value = query[name];
  return typeof value === 'string' ? value : '';
}

export function fromQuery(query: Query): Filter {
  const range = ranges.find((one) => one === query.range) ?? noFilter.range;
  const custom = range === 'custom';
  return {
    range,
    from: custom ? text(query, 'from') : '',
    to: custom ? text(query, 'to') : '',
    number: text(query, 'number'),
    agent: text(query, 'agent'),
    queue: text(query, 'queue'),
    result: text(query, 'result'),
  };
}

/** Only what differs from the empty filter, so that addresses stay short. */
export function toQuery(filter: Filter): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of Object.entries(filter)) {
    if (value && value !== noFilter[name as keyof Filter]) query[name] = value;
  }
  return query;
}

function instant(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : '';
}

function bounds(filter: Filter, zone: string, nowMs: number): [number, number] {
  const open = Number.NaN;
  switch (filter.range) {
    case 'hour': return [nowMs - 3_600_000, open];
    case 'today': return [startOfDay(nowMs, zone), open];
    case 'yesterday': return [startOfDay(nowMs, zone, 1), startOfDay(nowMs, zone)];
    case 'week': return [startOfDay(nowMs, zone, 6), open];
    case 'month': return [startOfDay(nowMs, zone, 29), open];
    case 'custom': return [fromWallText(filter.from, zone), fromWallText(filter.to, zone)];
  }
}

export function toApi(filter: Filter, zone: string, nowMs: number): CallFilter {
  const [from, to] = bounds(filter, zone, nowMs);
  return {
    from: instant(from),
    to: instant(to),
    number: filter.number.replace(/[\s-]/g, ''),
    agent: filter.agent,
    queue: filter.queue,
    result: filter.result,
  };
}
