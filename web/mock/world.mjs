// A living center for pages under development: callers come, wait, talk or give up; agents ring, talk, wrap up, rest.
// It answers what the server's live board and call records would say; nothing of it is in the product.
import { agents as agentData, busyReasons, queues as queueData, randomSource, tenant, trunks } from './data.mjs';

const wrapUpMs = 10_000;
const iso = (ms) => `${new Date(ms).toISOString().slice(0, -1)}000Z`;

export class World {
  /** `manual`: agents that get calls only by ring(). `onChange(type, view)` is told every change. */
  constructor({ seed = 7, manual = new Set(), now = Date.now(), onChange = () => {} } = {}) {
    this.random = randomSource(seed);
    this.manual = manual;
    this.onChange = onChange;
    this.calls = [];
    this.events = new Map();
    this.nextCall = 1;
    this.nextSeq = 1;
    this.waiting = []; // calls in a queue
    this.busy = new Map(); // agent -> call
    const zero = { offered: 0, answered: 0, answered_in_level: 0, abandoned: 0, left_otherwise: 0, wait_ms: 0, talk_ms: 0, wrap_up_ms: 0 };
    this.today = new Map(queueData.map((queue) => [queue.id, { ...zero }]));
    this.agents = new Map(agentData.map((agent) => [agent.id, {
      id: agent.id, number: agent.number, name: agent.name, queues: agent.queues, state: 'signed_out', reason: '',
      since: iso(now - 3_600_000), device_registered: agent.id !== 20, answered_today: 0, talk_today_ms: 0,
    }]));
    this.past(now);
    for (const agent of this.agents.values()) {
      if (!manual.has(agent.id) && agent.id < 19) this.setState(agent, agent.id % 7 === 3 ? 'busy' : 'idle', now - agent.id * 41_000, agent.id % 7 === 3 ? 'meal' : '');
    }
  }

  between(low, high) { return low + Math.floor(this.random() * (high - low)); }
  pick(list) { return list[this.between(0, list.length)]; }
  note(call, type, at, body = {}) {
    const list = this.events.get(call.call) ?? [];
    this.events.set(call.call, list);
    list.push({ seq: this.nextSeq, at: iso(at), type, body_json: JSON.stringify({ call: call.call, ...body }) });
    this.nextSeq += 1;
  }

  newCall(at, queue) {
    const caller = `1${this.pick(['38', '39', '58', '77', '86'])}${String(this.between(0, 1e8)).padStart(8, '0')}`;
    const call = {
      call: this.nextCall, tenant: tenant.id, trunk: 1, caller, called: '4008001234', sip_call_id: `m${this.nextCall}-${at}@127.0.0.1`,
      result: 'in_progress', arrived_at: iso(at), answered_at: iso(at + 200), wait_ms: 0, ring_ms: 0, talk_ms: 0, wrap_up_ms: 0,
      digits: String(queue), direction: 'inbound', diverted_from: '', hold_ms: 0, transfers: 0, flow_results: [], time_line: [], recordings: [], has_recording: false, recording_ms: 0, recording_error: '',
      legs: [{ leg: this.nextCall * 2 + 1, kind: 'caller', number: '', talk_ms: 0, held_ms: 0, started_at: iso(at), answered_at: iso(at + 200), sip_code: 0, end_text: '', packets_received: 0, packets_lost: 0, jitter_us: 0, round_trip_us: 0 }],
    };
    this.nextCall += 1;
    this.calls.push(call);
    this.note(call, 'CallArrived', at, { leg: call.legs[0].leg, trunk: 1, caller, called: call.called, sip_call_id: call.sip_call_id });
    this.note(call, 'CallAnswered', at + 200);
    this.note(call, 'NodeEntered', at + 200, { flow: 1, node: 'welcome' });
    this.note(call, 'NodeEntered', at + 4200, { flow: 1, node: 'menu' });
    return call;
  }

  enqueue(call, queue, at) {
    this.note(call, 'DigitsTaken', at - 50, { node: 'menu', digits: String(queue) });
    this.note(call, 'CallQueued', at, { queue });
    Object.assign(call, { queue, queued_at: iso(at), patience: this.between(25_000, 90_000) });
    this.today.get(queue).offered += 1;
    this.waiting.push(call);
    this.told(queue);
  }

  leaveQueue(call, outcome, at) {
    const today = this.today.get(call.queue);
    const waited = at - Date.parse(call.queued_at);
    const inLevel = outcome === 'answered' && waited <= queueData.find((q) => q.id === call.queue).service_level_s * 1000;
    Object.assign(call, { left_queue_at: iso(at), wait_ms: waited });
    today.wait_ms += waited;
    today[outcome === 'answered' ? 'answered' : outcome === 'abandoned' ? 'abandoned' : 'left_otherwise'] += 1;
    if (inLevel) today.answered_in_level += 1;
    this.waiting = this.waiting.filter((one) => one !== call);
    this.note(call, 'CallLeftQueue', at, { queue: call.queue, outcome, waited_ms: waited, in_service_level: inLevel });
    this.told(call.queue);
  }

  offer(call, agent, at) {
    const leg = { leg: call.call * 2 + 2, kind: 'agent', agent: agent.id, number: '', talk_ms: 0, held_ms: 0, started_at: iso(at), ringing_at: iso(at + 90), sip_code: 0, end_text: '', packets_received: 0, packets_lost: 0, jitter_us: 0, round_trip_us: 0 };
    call.legs.push(leg);
    call.offered = at;
    this.busy.set(agent.id, call);
    agent.call = {
      call: call.call, queue: call.queue, queue_name: queueData.find((q) => q.id === call.queue).name, caller: call.caller,
      called: call.called, offered_at: iso(at), waited_ms: at - Date.parse(call.queued_at),
    };
    this.note(call, 'CallOffered', at, { queue: call.queue, agent: agent.id, leg: leg.leg });
    this.note(call, 'AgentAlerted', at + 90, { agent: agent.id, leg: leg.leg });
    this.setState(agent, 'ringing', at);
    agent.next = at + this.between(2500, 6000);
  }

  answer(agent, at) {
    const call = this.busy.get(agent.id);
    Object.assign(call.legs.at(-1), { answered_at: iso(at), outcome: 'answered' });
    Object.assign(call, { agent: agent.id, ring_ms: at - call.offered, talk_started_at: iso(at) });
    this.note(call, 'OfferEnded', at, { queue: call.queue, agent: agent.id, leg: call.legs.at(-1).leg, outcome: 'answered' });
    this.leaveQueue(call, 'answered', at);
    this.note(call, 'TalkStarted', at, { agent: agent.id, leg: call.legs.at(-1).leg });
    this.note(call, 'RecordingStarted', at, { path: `recordings/${call.call}.wav` });
    agent.call.talk_started_at = iso(at);
    agent.answered_today += 1;
    this.setState(agent, 'talking', at);
    agent.next = at + this.between(20_000, 110_000);
  }

  hangUp(agent, by, at) {
    const call = this.busy.get(agent.id);
    this.busy.delete(agent.id);
    if (!call.talk_started_at) {
      call.legs.at(-1).outcome = 'rejected';
      this.note(call, 'OfferEnded', at, { queue: call.queue, agent: agent.id, leg: call.legs.at(-1).leg, outcome: 'rejected' });
      agent.call = undefined;
      this.setState(agent, 'busy', at, 'no_answer');
      return;
    }
    const talk = at - Date.parse(call.talk_started_at);
    Object.assign(call, { talk_ms: talk, wrap_up_ms: wrapUpMs, has_recording: true, recording_ms: talk });
    this.end(call, 'answered', by, 'normal', at);
    const today = this.today.get(call.queue);
    today.talk_ms += talk;
    today.wrap_up_ms += wrapUpMs;
    agent.talk_today_ms += talk;
    agent.call.ended_at = iso(at);
    this.setState(agent, 'wrap_up', at);
    agent.wrap_up_until = iso(at + wrapUpMs);
    agent.next = at + wrapUpMs;
    this.told(call.queue);
  }

  end(call, result, by, cause, at) {
    Object.assign(call, { result, ended_at: iso(at), ended_by: by, cause });
    this.note(call, 'CallEnded', at, { by, cause });
    for (const leg of call.legs) {
      const from = Date.parse(leg.answered_at ?? leg.started_at);
      const packets = Math.floor((at - from) / 20);
      Object.assign(leg, {
        ended_at: iso(at), sip_code: 200, end_text: 'OK', packets_received: leg.answered_at ? packets : 0,
        packets_lost: leg.answered_at ? Math.floor(packets * 0.004 * this.random()) : 0,
        jitter_us: this.between(400, 6000), round_trip_us: this.between(2000, 38_000),
      });
      this.note(call, 'LegFinished', at, { leg: leg.leg, kind: leg.kind, sip_code: 200, text: 'OK' });
      this.note(call, 'LegQuality', at, { leg: leg.leg, packets_received: leg.packets_received, packets_lost: leg.packets_lost, packets_sent: packets, jitter_us: leg.jitter_us, round_trip_us: leg.round_trip_us });
    }
    if (call.has_recording) this.note(call, 'RecordingFinished', at, { path: `recordings/${call.call}.wav`, length_ms: call.recording_ms, octets: call.recording_ms * 32, error: '' });
  }

  setState(agent, state, at, reason = '') {
    if (state !== 'ringing' && state !== 'talking' && state !== 'wrap_up') agent.call = undefined;
    agent.wrap_up_until = undefined;
    Object.assign(agent, { state, reason, since: iso(at) });
    agent.next = at + (state === 'busy' ? this.between(20_000, 60_000) : 0);
    queueMicrotask(() => this.onChange('agent', this.agentView(agent.id)));
    for (const queue of agent.queues) this.told(queue);
  }

  told(queue) { queueMicrotask(() => this.onChange('queue', this.queueView(queue))); }

  /** An agent's command; undefined when done, else the code of the refusal. */
  command(id, { action, reason = '' }, at) {
    const agent = this.agents.get(id);
    const inCall = agent.state === 'ringing' || agent.state === 'talking';
    if (action === 'busy' && !busyReasons.some((one) => one.code === reason)) return 'invalid';
    if (action === 'sign_in') return agent.state === 'signed_out' ? this.setState(agent, 'idle', at) : 'conflict';
    if (agent.state === 'signed_out') return 'conflict';
    if (action === 'hang_up') return inCall ? this.hangUp(agent, 'agent', at) : 'conflict';
    if (inCall) {
      agent.kept = action === 'idle' ? undefined : { action, reason };
      return undefined;
    }
    return this.setState(agent, { sign_out: 'signed_out', idle: 'idle', busy: 'busy' }[action], at, action === 'busy' ? reason : '');
  }

  /** A call for one agent now, for tests and for showing the page. */
  ring(id, at) {
    const agent = this.agents.get(id);
    if (agent.state !== 'idle') return false;
    const call = this.newCall(at - 20_000, agent.queues[0]);
    this.enqueue(call, agent.queues[0], at - 14_000);
    this.offer(call, agent, at);
    return true;
  }

  step(now) {
    if (this.random() < 0.09 && this.waiting.length < 14) {
      const queue = this.pick([1, 1, 2, 2, 3]);
      this.enqueue(this.newCall(now - 9000, queue), queue, now);
    }
    for (const agent of this.agents.values()) if (!this.manual.has(agent.id)) this.stepAgent(agent, now);
    for (const agent of this.agents.values()) {
      if (agent.state === 'wrap_up' && now >= agent.next) this.afterWrapUp(agent, now);
    }
    for (const call of [...this.waiting]) {
      if (call.offered || now - Date.parse(call.queued_at) < call.patience) continue;
      this.leaveQueue(call, 'abandoned', now);
      this.end(call, 'abandoned', 'caller', 'abandoned', now);
    }
    for (const call of [...this.waiting]) {
      if (call.offered) continue;
      const free = [...this.agents.values()].filter((a) => a.state === 'idle' && !this.manual.has(a.id) && a.queues.includes(call.queue));
      free.sort((a, b) => Date.parse(a.since) - Date.parse(b.since));
      if (free[0]) this.offer(call, free[0], now);
    }
  }

  stepAgent(agent, now) {
    if (agent.state === 'ringing' && now >= agent.next) this.answer(agent, now);
    else if (agent.state === 'talking' && now >= agent.next) this.hangUp(agent, this.random() < 0.7 ? 'caller' : 'agent', now);
    else if (agent.state === 'busy' && now >= agent.next) this.setState(agent, 'idle', now);
    else if (agent.state === 'idle' && this.random() < 0.0006) this.setState(agent, 'busy', now, this.pick(busyReasons).code);
  }

  afterWrapUp(agent, now) {
    const kept = agent.kept;
    agent.kept = undefined;
    this.setState(agent, kept ? { sign_out: 'signed_out', busy: 'busy' }[kept.action] : 'idle', now, kept?.reason ?? '');
  }

  /** Ended calls of the last day, so that lists have something to show. */
  past(now) {
    for (let at = now - 20 * 3_600_000; at < now - 240_000; at += this.between(60_000, 400_000)) {
      const queue = this.pick([1, 1, 2, 2, 3]);
      const call = this.newCall(at, queue);
      const luck = this.random();
      if (luck < 0.06) {
        call.digits = '';
        this.end(call, 'left_in_ivr', 'caller', 'left_in_ivr', at + 5000);
        continue;
      }
      this.enqueue(call, queue, at + 6000);
      const waited = luck < 0.75 ? this.between(1500, 17_000) : this.between(17_000, 60_000);
      if (luck > 0.92) {
        this.leaveQueue(call, 'abandoned', at + 6000 + waited);
        this.end(call, 'abandoned', 'caller', 'abandoned', at + 6000 + waited);
        continue;
      }
      const agent = this.pick([...this.agents.values()].filter((a) => a.queues.includes(queue)));
      this.offer(call, agent, at + 6000 + waited - Math.min(waited, 4000));
      this.answer(agent, at + 6000 + waited);
      this.hangUp(agent, this.random() < 0.7 ? 'caller' : 'agent', at + 6000 + waited + this.between(15_000, 150_000));
      this.setState(agent, 'signed_out', now - 3_600_000);
    }
  }

  agentView(id) {
    const { next: _n, kept: _k, ...view } = this.agents.get(id);
    return view;
  }

  queueView(id) {
    const { skill: _, ...queue } = queueData.find((one) => one.id === id);
    const mine = this.waiting.filter((call) => call.queue === id);
    const staff = [...this.agents.values()].filter((agent) => agent.queues.includes(id));
    const today = this.today.get(id);
    const judged = today.answered + today.abandoned;
    return {
      ...queue, waiting: mine.length, longest_waiting_since: mine[0]?.queued_at,
      agents_signed_in: staff.filter((a) => a.state !== 'signed_out').length,
      agents_idle: staff.filter((a) => a.state === 'idle').length,
      agents_talking: staff.filter((a) => a.state === 'talking').length,
      service_level_today: judged ? (100 * today.answered_in_level) / judged : undefined, today: { ...today },
    };
  }

  board(now) {
    return {
      now: iso(now), queues: queueData.map((q) => this.queueView(q.id)), agents: agentData.map((a) => this.agentView(a.id)),
      calls_in_progress: this.waiting.length + this.busy.size,
    };
  }

  waitingViews() {
    return this.waiting.map((call) => ({ call: call.call, queue: call.queue, caller: call.caller, since: call.queued_at }));
  }

  record(id, withLegs) {
    const call = this.calls.find((one) => one.call === id);
    if (!call) return undefined;
    const { patience: _p, offered: _o, ...record } = call;
    return withLegs ? record : { ...record, legs: [] };
  }

  page(query, onlyAgent) {
    const limit = Math.min(200, Number(query.get('limit') ?? 50));
    const time = (name) => (query.get(name) ? Date.parse(query.get(name)) : undefined);
    const [from, to] = [time('from'), time('to')];
    const wants = (name, value) => !query.get(name) || query.get(name) === String(value);
    const number = query.get('number') ?? '';
    const before = Number(query.get('before') ?? Infinity);
    const found = this.calls.filter((c) => c.call < before)
      .filter((c) => (from === undefined || Date.parse(c.arrived_at) >= from) && (to === undefined || Date.parse(c.arrived_at) < to))
      .filter((c) => c.caller.startsWith(number) || c.called.startsWith(number))
      .filter((c) => wants('agent', c.agent) && wants('queue', c.queue) && wants('result', c.result))
      .filter((c) => onlyAgent === undefined || c.agent === onlyAgent)
      .sort((a, b) => b.call - a.call);
    const calls = found.slice(0, limit).map((c) => this.record(c.call, false));
    return { calls, next: found.length > limit ? calls.at(-1).call : undefined };
  }
}

export const directory = (admin) => ({
  queues: queueData, agents: agentData.map(({ queues: _, ...agent }) => agent), trunks: admin ? trunks : [], busy_reasons: busyReasons,
});
