// The JSON routes under /api/v1. Every failure is an ApiError with a code that a page can put in plain words.
import type {
  AgentCommand,
  CallPage,
  CallRecord,
  DirectoryView,
  ErrorBody,
  EventView,
  LogIn,
  SessionView,
  WaitingView,
  Waveform,
} from './types';

const base = '/api/v1';

/** `code` is ErrorBody.code, or "network" when no answer came. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly field: string,
    readonly reason: string,
    readonly retryAfterS: number,
  ) {
    super(reason || code);
  }
}

let csrfToken = '';
let onUnauthenticated: () => void = () => {};

/** The token of the session, sent with every unsafe method. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** Called when the server no longer knows the session. */
export function whenUnauthenticated(callback: () => void): void {
  onUnauthenticated = callback;
}

async function toError(response: Response): Promise<ApiError> {
  let body: Partial<ErrorBody> = {};
  try {
    body = (await response.json()) as Partial<ErrorBody>;
  } catch {
    // A proxy in between may answer without our body; the status says enough.
  }
  const byStatus: Record<number, string> = {
    400: 'invalid', 401: 'unauthenticated', 403: 'not_allowed', 404: 'not_found', 409: 'conflict', 429: 'too_many',
  };
  const code = body.code ?? byStatus[response.status] ?? 'unavailable';
  const retryAfterS = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  return new ApiError(response.status, code, body.field ?? '', body.reason ?? '',
    Number.isFinite(retryAfterS) ? retryAfterS : 0);
}

interface Options {
  method?: string;
  body?: unknown;
  signal?: AbortSignal;
  timeoutMs?: number;
}

async function request<T>(path: string, options: Options = {}): Promise<T> {
  const method = options.method ?? 'GET';
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && csrfToken) headers['X-CSRF-Token'] = csrfToken;

  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), options.timeoutMs ?? 15_000);
  options.signal?.addEventListener('abort', () => stop.abort(), { once: true });
  try {
    const response = await fetch(base + path, {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: stop.signal,
    });
    if (!response.ok) throw await toError(response);
    const text = await response.text();
    return (text ? JSON.parse(text) : undefined) as T;
  } catch (error) {
    if (error instanceof ApiError) {
      if (error.status === 401 && path !== '/session') onUnauthenticated();
      throw error;
    }
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, 'network', '', '', 0);
  } finally {
    clearTimeout(timer);
  }
}

export type CallFilter = Partial<
  Record<'from' | 'to' | 'number' | 'agent' | 'queue' | 'result' | 'before' | 'limit', string>
>;

export const api = {
  session: () => request<SessionView>('/session'),
  logIn: (body: LogIn) => request<SessionView>('/session', { method: 'POST', body }),
  logOut: () => request<void>('/session', { method: 'DELETE' }),
  directory: () => request<DirectoryView>('/directory'),
  waiting: () => request<WaitingView[]>('/waiting'),
  commandSelf: (body: AgentCommand) => request<unknown>('/agents/me/commands', { method: 'POST', body }),
  calls: (filter: CallFilter, signal?: AbortSignal) => {
    const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== ''));
    return request<CallPage>(`/calls?${query.toString()}`, { signal });
  },
  call: (call: number) => request<CallRecord>(`/calls/${call}`),
  callEvents: (call: number) => request<EventView[]>(`/calls/${call}/events`),
  waveform: (call: number) => request<Waveform>(`/calls/${call}/waveform`),
  recordingUrl: (call: number) => `${base}/calls/${call}/recording`,
  /** True when the server answers at all, whatever it says. */
  reachable: async (): Promise<boolean> => {
    try {
      await request<unknown>('/health', { timeoutMs: 5000 });
      return true;
    } catch (error) {
      return error instanceof ApiError && error.status !== 0;
    }
  },
};
