// What the page tests share: the server under test, a browser, log-ins, the accessibility check.
//
// By default a mock of the server is started and the demo's log-ins are used. To test a running Seatline:
//   SEATLINE_URL=http://127.0.0.1:8080 SEATLINE_AGENT_USER=... SEATLINE_AGENT_PASSWORD=...
//   SEATLINE_SUPERVISOR_USER=... SEATLINE_SUPERVISOR_PASSWORD=... npm --prefix web test
// Tests that must make calls happen run with the mock only (`onlyMock`).
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before } from 'node:test';
import { startMock } from '../../web/mock/server.mjs';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axePath = require.resolve('axe-core/axe.min.js');

const realUrl = process.env.SEATLINE_URL;
export const onlyMock = realUrl ? { skip: 'needs the mock' } : {};
export const users = {
  agent: { name: process.env.SEATLINE_AGENT_USER ?? 'agent', password: process.env.SEATLINE_AGENT_PASSWORD ?? 'agent-demo' },
  supervisor: {
    name: process.env.SEATLINE_SUPERVISOR_USER ?? 'supervisor',
    password: process.env.SEATLINE_SUPERVISOR_PASSWORD ?? 'supervisor-demo',
  },
};

const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const chromiumArgs = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required',
];
const viewport = { width: 1366, height: 768 };

/** Call once at the top of a test file; the returned object is filled before its first test. */
export function useBrowser() {
  const tools = {};
  before(async () => {
    if (!realUrl) {
      assert.ok(existsSync(new URL('../../web/dist/index.html', import.meta.url)), 'build the pages first: npm --prefix web run build');
      tools.mock = await startMock();
    }
    tools.url = realUrl ?? tools.mock.url;
    tools.browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArgs });
  });
  after(async () => {
    await tools.browser?.close();
    await tools.mock?.close();
  });
  /** Makes something happen in the mock's center. */
  tools.make = async (what) => {
    const answer = await fetch(`${tools.mock.url}/mock/${what}`);
    assert.ok(answer.ok, `mock: ${what} answered ${answer.status}`);
  };
  /** A fresh browser profile. `problems` gathers script errors and what the Content-Security-Policy refused. */
  tools.open = async (path = '/', { language = 'zh-CN' } = {}) => {
    const context = await tools.browser.newContext({ viewport, reducedMotion: 'reduce', acceptDownloads: true });
    await context.addInitScript((kept) => {
      if (!localStorage.getItem('seatline.language')) localStorage.setItem('seatline.language', kept);
    }, language);
    const page = await context.newPage();
    page.problems = [];
    page.on('pageerror', (error) => page.problems.push(error.message));
    page.on('console', (message) => {
      const expected = /status of (401|404|409|429)|WebSocket connection|ERR_INTERNET_DISCONNECTED/.test(message.text());
      if (message.type() === 'error' && !expected) page.problems.push(message.text());
    });
    await page.goto(tools.url + path);
    return page;
  };
  tools.openAs = async (role, path = '/', options = {}) => {
    const page = await tools.open(path, options);
    await logIn(page, users[role]);
    await page.locator('[data-test=log-out]').waitFor();
    return page;
  };
  return tools;
}

export async function logIn(page, { name, password }) {
  await page.fill('input[name=user_name]', name);
  await page.fill('input[name=password]', password);
  await page.click('[data-test=log-in]');
}

/** Ends a test's page; a page that logged errors has failed. */
export async function finish(page) {
  assert.deepEqual(page.problems, [], 'the page logged errors');
  await page.context().close();
}

/** WCAG 2.2 A and AA by axe-core; only what it is sure of counts. */
export async function assertAccessible(page, name) {
  // The CSP forbids injected script tags; the debugger's evaluate is not bound by it.
  await page.evaluate((await import('node:fs')).readFileSync(axePath, 'utf8'));
  const found = await page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const { violations } = await globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags } });
    return violations.map((v) => `${v.id} (${v.impact}): ${v.nodes.map((n) => `${n.target.join(' ')} ${n.failureSummary}`).join(' | ')}`);
  });
  assert.deepEqual(found, [], `${name} breaks WCAG AA`);
}

/** Opens a select by keyboard and takes an option. */
export async function choose(page, select, option) {
  await page.getByRole('combobox', { name: select }).press('Enter');
  await page.getByRole('option', { name: option }).click();
}

/** Waits until the agent page shows this state. */
export const state = (page, name) => page.locator(`[data-test=my-state][data-state=${name}]`).waitFor();
