// The API's types under the names that the C++ structs have. They are written once, in C++: schema.d.ts is made from the
// server's OpenAPI document (npm run api-types). Pages import them from here only.
//
// Id: number. Instant: RFC 3339 in UTC with microseconds. Durations: a number of the unit that the name ends in.
// std::optional: absent.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Instant = string;
export type ErrorBody = Schemas['ErrorBody'];

export type LogIn = Schemas['LogIn'];
export type SessionView = Schemas['SessionView'];
export type Role = SessionView['role'];

export type DirectoryView = Schemas['DirectoryView'];
export type AgentInfo = Schemas['AgentInfo'];

export type AgentCommand = Schemas['AgentCommand'];
export type AgentAction = AgentCommand['action'];
export type AgentView = Schemas['AgentView'];
export type AgentState = AgentView['state'];

export type LiveMessage = Schemas['LiveMessage'];
export type QueueView = Schemas['QueueView'];
export type WaitingView = Schemas['WaitingView'];

export type CallPage = Schemas['CallPage'];
export type CallRecord = Schemas['CallRecord'];
export type CallResult = CallRecord['result'];
export type EventView = Schemas['EventView'];
export type Waveform = Schemas['Waveform'];
