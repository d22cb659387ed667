// The API's types as the pages use them, after the described C++ structs of src/api/types.h, core/record/records.h,
// core/kpi/live_board.h and core/engine/{event,directory}.h. Pages import them from here only.
//
// Id: number. Instant: RFC 3339 in UTC with microseconds. Durations: a number of the unit that the name ends in.
// std::optional: absent.

export type Instant = string;
export type Role = 'agent' | 'supervisor' | 'admin';

export interface ErrorBody {
  code: string;
  field: string;
  reason: string;
}

export interface LogIn {
  user_name: string;
  password: string;
}

export interface SessionView {
  user_name: string;
  role: Role;
  tenant: number;
  tenant_name: string;
  time_zone: string;
  agent?: number;
  csrf_token: string;
}

export interface QueueInfo {
  id: number;
  name: string;
  skill: string;
  service_level_s: number;
}

export interface AgentInfo {
  id: number;
  number: string;
  name: string;
  device: string;
}

export interface TrunkInfo {
  id: number;
  name: string;
  addresses: string[];
  max_calls: number;
}

export interface BusyReason {
  code: string;
  name_zh: string;
  name_en: string;
}

export interface DirectoryView {
  queues: QueueInfo[];
  agents: AgentInfo[];
  trunks: TrunkInfo[];
  busy_reasons: BusyReason[];
}

export type AgentAction = 'sign_in' | 'sign_out' | 'idle' | 'busy' | 'hang_up';

export interface AgentCommand {
  action: AgentAction;
  reason?: string;
}

export type AgentState = 'signed_out' | 'idle' | 'busy' | 'ringing' | 'talking' | 'wrap_up';

export interface AgentCallView {
  call: number;
  queue: number;
  queue_name: string;
  caller: string;
  called: string;
  offered_at: Instant;
  talk_started_at?: Instant;
  ended_at?: Instant;
  waited_ms: number;
}

export interface AgentView {
  id: number;
  number: string;
  name: string;
  queues: number[];
  state: AgentState;
  reason: string;
  since: Instant;
  wrap_up_until?: Instant;
  device_registered: boolean;
  call?: AgentCallView;
  answered_today: number;
  talk_today_ms: number;
}

export interface QueueCounters {
  offered: number;
  answered: number;
  answered_in_level: number;
  abandoned: number;
  left_otherwise: number;
  wait_ms: number;
  talk_ms: number;
  wrap_up_ms: number;
}

export interface QueueView {
  id: number;
  name: string;
  waiting: number;
  longest_waiting_since?: Instant;
  agents_signed_in: number;
  agents_idle: number;
  agents_talking: number;
  service_level_s: number;
  service_level_today?: number;
  today: QueueCounters;
}

export interface WaitingView {
  call: number;
  queue: number;
  caller: string;
  since: Instant;
}

export interface BoardView {
  now: Instant;
  queues: QueueView[];
  agents: AgentView[];
  calls_in_progress: number;
}

export type CallResult =
  | 'in_progress'
  | 'answered'
  | 'abandoned'
  | 'left_in_ivr'
  | 'max_wait'
  | 'queue_full'
  | 'failed'
  | 'flow_end';

export type Party = 'caller' | 'agent' | 'system';

export type EndCause =
  | 'normal'
  | 'abandoned'
  | 'left_in_ivr'
  | 'flow_end'
  | 'max_wait'
  | 'queue_full'
  | 'no_common_codec'
  | 'media_failed'
  | 'rtp_silence'
  | 'max_duration'
  | 'forced'
  | 'control_restarted'
  | 'network';

export type OfferOutcome =
  | 'answered'
  | 'no_answer'
  | 'rejected'
  | 'busy'
  | 'unreachable'
  | 'caller_left'
  | 'withdrawn';

export interface LegRecord {
  leg: number;
  kind: 'caller' | 'agent';
  agent?: number;
  started_at: Instant;
  ringing_at?: Instant;
  answered_at?: Instant;
  ended_at?: Instant;
  outcome?: OfferOutcome;
  sip_code: number;
  end_text: string;
  packets_received: number;
  packets_lost: number;
  jitter_us: number;
  round_trip_us: number;
}

export interface CallRecord {
  call: number;
  tenant: number;
  trunk: number;
  caller: string;
  called: string;
  sip_call_id: string;
  result: CallResult;
  queue?: number;
  agent?: number;
  arrived_at: Instant;
  answered_at?: Instant;
  queued_at?: Instant;
  left_queue_at?: Instant;
  talk_started_at?: Instant;
  ended_at?: Instant;
  wait_ms: number;
  ring_ms: number;
  talk_ms: number;
  wrap_up_ms: number;
  ended_by?: Party;
  cause?: EndCause;
  digits: string;
  has_recording: boolean;
  recording_ms: number;
  recording_error: string;
  legs: LegRecord[];
}

export interface CallPage {
  calls: CallRecord[];
  next?: number;
}

export interface Waveform {
  length_ms: number;
  left: number[];
  right: number[];
}

export interface EventView {
  seq: number;
  at: Instant;
  type: string;
  body_json: string;
}

export type LiveType = 'hello' | 'queue' | 'agent' | 'resync' | 'closing';

export interface LiveMessage {
  type: LiveType;
  now: Instant;
  board?: BoardView;
  queue?: QueueView;
  agent?: AgentView;
}
