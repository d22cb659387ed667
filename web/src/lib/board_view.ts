// Order, filter and colours of the live board; no DOM, no clock.
import type { AgentState, AgentView, QueueView } from '@/api/types';
import { toMs } from './clock';

/** Agents who never signed in come last. */
const sinceMs = (agent: AgentView): number => (agent.since ? toMs(agent.since) : Number.MAX_SAFE_INTEGER);

export type Sort = 'state' | 'number' | 'name' | 'since';
export const sorts: Sort[] = ['state', 'number', 'name', 'since'];

/** States in the order in which a supervisor looks for them. */
export const stateOrder: AgentState[] = [
  'ringing', 'dialing', 'talking', 'monitoring', 'wrap_up', 'idle', 'busy', 'signed_out',
];

export interface AgentFilter {
  state: AgentState | '';
  queue: number | '';
  text: string;
}

function byNumber(a: AgentView, b: AgentView): number {
  return a.number.localeCompare(b.number, 'en', { numeric: true });
}

const orders: Record<Sort, (a: AgentView, b: AgentView) => number> = {
  state: (a, b) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state) || sinceMs(a) - sinceMs(b),
  number: () => 0,
  name: (a, b) => a.name.localeCompare(b.name, 'zh-CN'),
  since: (a, b) => sinceMs(a) - sinceMs(b),
};

export function arrange(agents: AgentView[], filter: AgentFilter, sort: Sort): AgentView[] {
  const text = filter.text.trim().toLowerCase();
  return agents
    .filter((agent) => filter.state === '' || agent.state === filter.state)
    .filter((agent) => filter.queue === '' || agent.queues.includes(filter.queue))
    .filter((agent) => text === '' || agent.number.includes(text) || agent.name.toLowerCase().includes(text))
    .sort((a, b) => orders[sort](a, b) || byNumber(a, b));
}

export type Level = 'good' | 'warn' | 'bad';

/** A wait against the queue's target: good to its half, then a warning, then over it. */
export function waitLevel(waitMs: number, queue: QueueView): Level {
  const targetMs = queue.service_level_s * 1000;
  if (waitMs >= targetMs) return 'bad';
  return waitMs >= targetMs / 2 ? 'warn' : 'good';
}

/** A service level against the field's usual goal of 80 %, with a warning from 70 %. */
export function serviceLevel(percent: number): Level {
  if (percent >= 80) return 'good';
  return percent >= 70 ? 'warn' : 'bad';
}
