// Stands in for the C++ server while pages are developed and tested: the same routes, the same JSON, a center that lives.
// Besides /api it has /mock/... by which tests make things happen. Never part of the product.
import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { tenant, users } from './data.mjs';
import { wav, waveform } from './recording.mjs';
import { directory, World } from './world.mjs';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const kinds = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
// As strict as a server may be; the pages must do with it.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; media-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const triesAllowed = 5;
const blockMs = 30_000;
const stepMs = 250;

/** Starts the mock; resolves to { url, world, close() }. */
export async function startMock({ port = 0, manual = [1], seed = 7 } = {}) {
  const sessions = new Map();
  const failures = new Map(); // user name -> { count, untilMs }
  const live = new Set();
  const now = () => Date.now();
  const stamp = () => `${new Date(now()).toISOString().slice(0, -1)}000Z`;

  const mayHear = (session, type, view) =>
    session.role !== 'agent' || (type === 'agent' && view.id === session.agent);
  const world = new World({
    seed,
    manual: new Set(manual),
    onChange: (type, view) => {
      const text = JSON.stringify({ type, now: stamp(), [type]: view });
      for (const { socket, session } of live) if (mayHear(session, type, view)) socket.send(text);
    },
  });

  const send = (res, status, body, headers = {}) => {
    res.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers });
    res.end(body === undefined ? '' : JSON.stringify(body));
  };
  const fail = (res, status, code, reason = '', headers = {}) => send(res, status, { code, field: '', reason }, headers);
  const sessionOf = (req) => sessions.get(/seatline_session=(\w+)/.exec(req.headers.cookie ?? '')?.[1] ?? '');
  const view = ({ key: _, ...session }) => session;

  async function bodyOf(req) {
    let text = '';
    for await (const part of req) text += part;
    return text ? JSON.parse(text) : {};
  }

  function logIn(res, { user_name: name = '', password = '' }) {
    const failed = failures.get(name) ?? { count: 0, untilMs: 0 };
    if (failed.untilMs > now()) {
      return fail(res, 429, 'too_many', 'too many attempts', { 'Retry-After': String(Math.ceil((failed.untilMs - now()) / 1000)) });
    }
    const user = users.find((one) => one.user_name === name && one.password === password);
    if (!user) {
      failed.count += 1;
      if (failed.count >= triesAllowed) Object.assign(failed, { count: 0, untilMs: now() + blockMs });
      failures.set(name, failed);
      return fail(res, 401, 'unauthenticated', 'wrong user name or password');
    }
    failures.delete(name);
    const key = randomBytes(16).toString('hex');
    const session = {
      key, user_name: name, role: user.role, tenant: tenant.id, tenant_name: tenant.name, time_zone: tenant.time_zone,
      agent: user.agent, csrf_token: randomBytes(16).toString('hex'),
    };
    sessions.set(key, session);
    return send(res, 200, view(session), { 'Set-Cookie': `seatline_session=${key}; Path=/; HttpOnly; SameSite=Strict` });
  }

  function recording(req, res, record, download) {
    const data = wav(record.call, record.recording_ms);
    const headers = { 'Content-Type': 'audio/wav', 'Accept-Ranges': 'bytes' };
    if (download) headers['Content-Disposition'] = `attachment; filename="call-${record.call}.wav"`;
    const range = /^bytes=(\d+)-(\d*)$/.exec(req.headers.range ?? '');
    if (!range) {
      res.writeHead(200, { ...headers, 'Content-Length': data.length });
      return res.end(data);
    }
    const from = Number(range[1]);
    const to = range[2] ? Math.min(Number(range[2]), data.length - 1) : data.length - 1;
    res.writeHead(206, { ...headers, 'Content-Length': to - from + 1, 'Content-Range': `bytes ${from}-${to}/${data.length}` });
    return res.end(data.subarray(from, to + 1));
  }

  function callRoute(req, res, session, id, part, query) {
    const record = world.record(id, true);
    if (!record || (session.role === 'agent' && record.agent !== session.agent)) return fail(res, 404, 'not_found');
    if (part === '') return send(res, 200, record);
    if (part === '/events') return send(res, 200, world.events.get(id) ?? []);
    if (!record.has_recording) return fail(res, 404, 'not_found');
    if (part === '/waveform') return send(res, 200, waveform(id, record.recording_ms));
    return recording(req, res, record, query.get('download') === '1');
  }

  async function apiRoute(req, res, path, query) {
    const session = sessionOf(req);
    if (path === '/health') return send(res, 200, { status: 'ok', version: 'mock', workers: 1, calls: 0 });
    if (path === '/session' && req.method === 'POST') return logIn(res, await bodyOf(req));
    if (!session) return fail(res, 401, 'unauthenticated');
    if (req.method !== 'GET' && req.headers['x-csrf-token'] !== session.csrf_token) return fail(res, 403, 'not_allowed', 'CSRF token');
    if (path === '/session' && req.method === 'DELETE') {
      sessions.delete(session.key);
      return send(res, 204, undefined);
    }
    const supervises = session.role !== 'agent';
    if (path === '/session') return send(res, 200, view(session));
    if (path === '/directory') return send(res, 200, directory(session.role === 'admin'));
    if (path === '/board') return supervises ? send(res, 200, world.board(now())) : fail(res, 403, 'not_allowed');
    if (path === '/waiting') return supervises ? send(res, 200, world.waitingViews()) : fail(res, 403, 'not_allowed');
    if (path === '/calls') return send(res, 200, world.page(query, supervises ? undefined : session.agent));
    const call = /^\/calls\/(\d+)(|\/events|\/recording|\/waveform)$/.exec(path);
    if (call) return callRoute(req, res, session, Number(call[1]), call[2], query);
    const command = /^\/agents\/me\/commands$/.exec(path);
    if (command && req.method === 'POST') {
      const refused = world.command(session.agent, await bodyOf(req), now());
      return refused ? fail(res, refused === 'invalid' ? 422 : 409, refused) : send(res, 200, {});
    }
    return fail(res, 404, 'not_found');
  }

  /** What tests need: a call for an agent, its answer, a phone that goes away, every connection cut. */
  function mockRoute(res, path, query) {
    const id = Number(query.get('agent') ?? 1);
    if (path === '/ring') return send(res, world.ring(id, now()) ? 200 : 409, {});
    if (path === '/answer') world.answer(world.agents.get(id), now());
    if (path === '/caller-hangs-up') world.hangUp(world.agents.get(id), 'caller', now());
    if (path === '/phone') {
      world.agents.get(id).device_registered = query.get('registered') === '1';
      world.onChange('agent', world.agentView(id));
    }
    if (path === '/sign-out') world.setState(world.agents.get(id), 'signed_out', now());
    if (path === '/forget-sessions') sessions.clear();
    if (path === '/cut') for (const { socket } of live) socket.terminate();
    return send(res, 200, {});
  }

  function file(res, path) {
    let full = join(dist, normalize(path));
    if (!extname(full)) full = join(dist, 'index.html'); // the pages' own addresses
    if (!full.startsWith(dist) || !existsSync(full) || !statSync(full).isFile()) return fail(res, 404, 'not_found');
    res.writeHead(200, { 'Content-Type': kinds[extname(full)] ?? 'application/octet-stream', 'Content-Security-Policy': csp });
    return createReadStream(full).pipe(res);
  }

  const server = createServer((req, res) => {
    const url = new URL(req.url, 'http://mock');
    if (url.pathname.startsWith('/api/v1/')) {
      apiRoute(req, res, url.pathname.slice('/api/v1'.length), url.searchParams).catch((error) => fail(res, 500, 'unavailable', String(error)));
    } else if (url.pathname.startsWith('/mock/')) mockRoute(res, url.pathname.slice('/mock'.length), url.searchParams);
    else file(res, url.pathname);
  });

  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (req, raw, head) => {
    const session = sessionOf(req);
    if (!session || !req.url.startsWith('/api/v1/live')) return raw.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
    return sockets.handleUpgrade(req, raw, head, (socket) => {
      const client = { socket, session };
      live.add(client);
      socket.on('close', () => live.delete(client));
      socket.send(JSON.stringify({
        type: 'hello', now: stamp(),
        board: session.role === 'agent' ? undefined : world.board(now()),
        agent: session.agent ? world.agentView(session.agent) : undefined,
      }));
    });
  });

  const timer = setInterval(() => world.step(now()), stepMs);
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    world,
    close: () => new Promise((resolve) => {
      clearInterval(timer);
      for (const { socket } of live) socket.terminate();
      server.close(resolve);
      server.closeAllConnections?.();
    }),
  };
}
