import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { assertAccessible, finish, onlyMock, state, useBrowser } from './support.mjs';

const tools = useBrowser();
beforeEach(async () => {
  if (tools.mock) await tools.make('sign-out');
});

const seconds = (text) => text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
const timer = async (page, name) => seconds(await page.locator(`[data-test=${name}]`).innerText());

/** Signed out to begin with, also on a real server where an earlier test may have left it otherwise. */
async function openSignedOut() {
  const page = await tools.openAs('agent', '/agent');
  await page.locator('[data-test=my-state]').waitFor();
  if ((await page.getAttribute('[data-test=my-state]', 'data-state')) !== 'signed_out') await page.keyboard.press('F2');
  await state(page, 'signed_out');
  return page;
}

test('sign in, busy with a reason, idle and sign out by keys alone', async () => {
  const page = await openSignedOut();
  await assertAccessible(page, 'agent page signed out');
  await page.keyboard.press('F2');
  await state(page, 'idle');
  await page.keyboard.press('F8');
  const reason = page.locator('[data-reason]').first();
  await reason.waitFor();
  await assertAccessible(page, 'agent page with busy reasons');
  const name = (await reason.locator('span').innerText()).trim();
  await page.keyboard.press('1');
  await state(page, 'busy');
  assert.equal((await page.locator('[data-test=my-reason]').innerText()).trim(), name);
  await page.locator('[data-test=said]', { hasText: name }).waitFor({ state: 'attached' });
  await page.keyboard.press('F4');
  await state(page, 'idle');
  await page.keyboard.press('F2');
  await state(page, 'signed_out');
  await finish(page);
});

test('each button shows and declares its key', async () => {
  const page = await openSignedOut();
  for (const key of ['F2', 'F4', 'F8', 'F9']) {
    assert.equal(await page.locator(`button[aria-keyshortcuts=${key}] kbd`).innerText(), key);
  }
  await finish(page);
});

test('a call rings, is talked, wrapped up and counted', onlyMock, async () => {
  const page = await openSignedOut();
  await page.keyboard.press('F2');
  await state(page, 'idle');
  const before = Number(await page.locator('[data-test=answered-today]').innerText());
  await tools.make('ring');
  await state(page, 'ringing');
  const caller = (await page.locator('[data-test=caller]').innerText()).trim();
  assert.match(caller, /^1\d\d \d{4} \d{4}$/);
  assert.ok((await timer(page, 'waited')) >= 14, 'the wait in the queue is shown');
  assert.match(await page.title(), /来电 1/);
  assert.equal(await page.getAttribute('#favicon', 'href'), '/favicon-ringing.svg');
  assert.match(await page.locator('[role=alert][data-test=said]').innerText(), /来电/);
  await assertAccessible(page, 'agent page ringing');
  await tools.make('answer');
  await state(page, 'talking');
  assert.equal(await page.getAttribute('#favicon', 'href'), '/favicon.svg');
  assert.equal((await page.locator('[data-test=caller]').innerText()).trim(), caller);
  await tools.make('caller-hangs-up');
  await state(page, 'wrap_up');
  await page.locator('[data-test=wrap-up]').waitFor();
  await assertAccessible(page, 'agent page in wrap-up');
  await page.keyboard.press('F4');
  await state(page, 'idle');
  assert.equal(Number(await page.locator('[data-test=answered-today]').innerText()), before + 1);
  await finish(page);
});

test('busy during a call is noted, survives a reload, and comes after wrap-up', onlyMock, async () => {
  const page = await openSignedOut();
  await page.keyboard.press('F2');
  await state(page, 'idle');
  await tools.make('ring');
  await tools.make('answer');
  await state(page, 'talking');
  await page.keyboard.press('F8');
  await page.locator('[data-reason=meal]').click();
  await page.locator('[data-test=kept]', { hasText: '用餐' }).waitFor();
  await page.reload();
  await state(page, 'talking');
  await page.locator('[data-test=kept]', { hasText: '用餐' }).waitFor();
  await page.keyboard.press('F9');
  await state(page, 'busy');
  assert.equal(await page.locator('[data-test=kept]').count(), 0);
  await finish(page);
});

test('a lost connection is said at once, the page reconnects by itself and shows the state of now', onlyMock, async () => {
  const page = await openSignedOut();
  await page.keyboard.press('F2');
  await state(page, 'idle');
  await page.context().setOffline(true);
  await tools.make('cut');
  await page.locator('[data-test=connection-lost]').waitFor();
  assert.ok(await page.locator('button[aria-keyshortcuts=F8]').isDisabled(), 'no command into the void');
  await tools.make('sign-out');
  await page.context().setOffline(false);
  await state(page, 'signed_out');
  await page.locator('[data-test=connection-restored]').waitFor();
  assert.equal(await page.getAttribute('[data-test=link-state]', 'data-state'), 'open');
  await finish(page);
});

test('timers come from the server: a browser clock that is wrong by an hour changes nothing', onlyMock, async () => {
  const page = await tools.open();
  await page.context().addInitScript(() => {
    const real = Date.now;
    Date.now = () => real() - 3_600_000;
  });
  await page.reload();
  await page.fill('input[name=user_name]', 'agent');
  await page.fill('input[name=password]', 'agent-demo');
  await page.click('[data-test=log-in]');
  await state(page, 'signed_out');
  await page.keyboard.press('F2');
  await state(page, 'idle');
  assert.ok((await timer(page, 'my-timer')) < 30);
  await finish(page);
});

test('a phone that is not registered is named with what to do', onlyMock, async () => {
  const page = await openSignedOut();
  await tools.make('phone?registered=0');
  await page.locator('[data-test=no-phone]', { hasText: '8001' }).waitFor();
  await assertAccessible(page, 'agent page without phone');
  await tools.make('phone?registered=1');
  await page.locator('[data-test=no-phone]').waitFor({ state: 'detached' });
  await finish(page);
});
