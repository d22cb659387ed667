// The journal's events of a call in plain words.
import type { CallRecord, EventView } from '@/api/types';
import { clockText, phoneText } from './format';

type Translate = (key: string, values?: Record<string, unknown>) => string;
export interface Names {
  agent: (id: number | undefined) => string;
  queue: (id: number | undefined) => string;
}
type Body = Record<string, string | number | undefined>;

/** "CallArrived" -> "call_arrived". */
function snake(type: string): string {
  return type.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
}

function parse(json: string): Body {
  try {
    const whole = JSON.parse(json) as Record<string, unknown>;
    return (typeof whole.body === 'object' && whole.body !== null ? whole.body : whole) as Body;
  } catch {
    return {};
  }
}

function valuesOf(body: Body, t: Translate, names: Names): Record<string, unknown> {
  const number = (name: string) => Number(body[name] ?? 0);
  return {
    ...body,
    caller: phoneText(String(body.caller ?? '')),
    called: phoneText(String(body.called ?? '')),
    agent: names.agent(number('agent')),
    queue: names.queue(number('queue')),
    waited: clockText(number('waited_ms')),
    length: clockText(number('length_ms')),
    code: body.sip_code ?? '',
    lost: body.packets_lost ?? 0,
    jitter: (number('jitter_us') / 1000).toFixed(1),
    cause: body.cause ? t(`cause.${body.cause}`) : '',
    from: body.from ? t(`state.${body.from}`) : '',
    to: body.to ? t(`state.${body.to}`) : '',
  };
}

/** Members whose words depend on the event: "kind" is a leg's, a transfer's or a recording's. */
function ownValues(type: string, body: Body, t: Translate, names: Names): Record<string, unknown> {
  const word = (name: string, key: (value: string) => string) => (body[name] ? t(key(String(body[name]))) : '');
  switch (type) {
    case 'leg_finished':
      return { kind: word('kind', (v) => `detail.kind.${v}`) };
    case 'call_ended':
      return { by: word('by', (v) => `party.${v}`) };
    case 'offer_ended':
    case 'dial_ended':
      return { outcome: word('outcome', (v) => `outcome.${v}`) };
    case 'call_left_queue':
      return { outcome: word('outcome', (v) => `queueOutcome.${v}`) };
    case 'party_dialed':
      return { who: names.agent(Number(body.agent ?? 0)) || phoneText(String(body.number ?? '')), purpose: word('purpose', (v) => `purpose.${v}`) };
    case 'leg_placed':
      return { place: word('place', (v) => `place.${v}`) };
    case 'call_transferred': {
      const target = (body.target ?? {}) as unknown as Record<string, string | number>;
      const values = { id: target.id ?? 0, number: phoneText(String(target.number ?? '')) };
      if (target.kind === 'agent') values.id = names.agent(Number(target.id)) || values.id;
      if (target.kind === 'queue') values.id = names.queue(Number(target.id)) || values.id;
      return {
        by: names.agent(Number(body.by ?? 0)), kind: word('kind', (v) => `transfer.${v}`),
        target: target.kind ? t(`target.${target.kind}`, values) : '',
      };
    }
    case 'supervisor_acted':
      return { supervisor: names.agent(Number(body.supervisor ?? 0)), action: word('action', (v) => `supervision.${v}`) };
    case 'conference_changed':
      return { change: word('change', (v) => `conferenceChange.${v}`) };
    case 'recording_deleted':
      return { who: body.by || t('party.system') };
    default:
      return {};
  }
}

export function eventText(event: EventView, t: Translate, has: (key: string) => boolean, names: Names): string {
  const type = snake(event.type);
  const body = parse(event.body_json);
  const values = { ...valuesOf(body, t, names), ...ownValues(type, body, t, names) };
  if (type === 'digits_taken' && !body.digits) return t('event.digits_none', values);
  if (type === 'recording_finished' && body.error) return t('event.recording_failed', values);
  return has(`event.${type}`) ? t(`event.${type}`, values) : t('event.other', { type: event.type });
}

/** Lost packets in per cent of those that were due; undefined before any came. */
export function lossPercent(leg: CallRecord['legs'][number]): string | undefined {
  const due = leg.packets_received + leg.packets_lost;
  return due > 0 ? ((100 * leg.packets_lost) / due).toFixed(2) : undefined;
}
