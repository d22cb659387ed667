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
    kind: body.kind ? t(`detail.kind.${body.kind}`) : '',
    code: body.sip_code ?? '',
    lost: body.packets_lost ?? 0,
    jitter: (number('jitter_us') / 1000).toFixed(1),
    by: body.by ? t(`party.${body.by}`) : '',
    cause: body.cause ? t(`cause.${body.cause}`) : '',
    from: body.from ? t(`state.${body.from}`) : '',
    to: body.to ? t(`state.${body.to}`) : '',
  };
}

export function eventText(event: EventView, t: Translate, has: (key: string) => boolean, names: Names): string {
  const type = snake(event.type);
  const body = parse(event.body_json);
  const values = valuesOf(body, t, names);
  if (type === 'offer_ended') values.outcome = t(`outcome.${body.outcome}`);
  if (type === 'call_left_queue') values.outcome = t(`queueOutcome.${body.outcome}`);
  if (type === 'digits_taken' && !body.digits) return t('event.digits_none', values);
  if (type === 'recording_finished' && body.error) return t('event.recording_failed', values);
  return has(`event.${type}`) ? t(`event.${type}`, values) : t('event.other', { type: event.type });
}

/** Lost packets in per cent of those that were due; undefined before any came. */
export function lossPercent(leg: CallRecord['legs'][number]): string | undefined {
  const due = leg.packets_received + leg.packets_lost;
  return due > 0 ? ((100 * leg.packets_lost) / due).toFixed(2) : undefined;
}
