// Runs the page tests against the real server: starts it on a fresh data folder with the demo center and, so that the
// board lives, the robots; then the test files with its address and log-ins. Usage: real_server.mjs BIN_DIR FILES...
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [bin, ...files] = process.argv.slice(2);
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const data = mkdtempSync(join(tmpdir(), 'seatline-web-'));

function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function until(what, ready, limitMs) {
  const end = Date.now() + limitMs;
  while (!(await ready())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function end(child) {
  if (!child || child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGTERM');
  });
}

const http = await freePort();
const sip = await freePort();
const url = `http://127.0.0.1:${http}`;
const server = spawn(join(bin, 'seatline'), [
  'serve', '--data', data, '--http', String(http), '--sip', String(sip), '--web', join(root, 'web/dist'),
  '--rtp-min', '53000', '--rtp-max', '53999',
], { stdio: 'inherit' });
let robots;
let status = 1;
try {
  await until('the server answers', async () => {
    if (server.exitCode !== null) throw new Error('the server ended');
    return (await fetch(`${url}/api/v1/health`).catch(() => undefined))?.ok === true;
  }, 60_000);
  robots = spawn(join(bin, 'seatline-robots'), [
    'demo', '--robots', join(data, 'robots.json'), '--server', `127.0.0.1:${sip}`,
    '--bind-agents', '127.0.0.5', '--bind-callers', '127.0.0.2',
  ], { stdio: 'inherit' });
  const passwords = new Map(readFileSync(join(data, 'log-ins.txt'), 'utf8').split('\n')
    .map((line) => line.split('  ')).filter((words) => words[0] === 'agent' || words[0] === 'supervisor')
    .map(([, user, password]) => [user, password]));
  status = spawnSync(process.execPath, ['--test', ...files], {
    stdio: 'inherit',
    env: {
      ...process.env, SEATLINE_URL: url,
      SEATLINE_AGENT_USER: '8801', SEATLINE_AGENT_PASSWORD: passwords.get('8801'),
      SEATLINE_SUPERVISOR_USER: 'supervisor', SEATLINE_SUPERVISOR_PASSWORD: passwords.get('supervisor'),
    },
  }).status ?? 1;
} finally {
  await end(robots);
  await end(server);
  rmSync(data, { recursive: true, force: true });
}
process.exit(status);
