import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, finish, logIn, onlyMock, useBrowser, users } from './support.mjs';

const tools = useBrowser();
const problem = (page) => page.locator('[data-test=login-problem]');

test('empty fields are named before anything is sent', async () => {
  const page = await tools.open();
  await page.click('[data-test=log-in]');
  assert.equal((await problem(page).innerText()).trim(), '请输入用户名。');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'user_name');
  await finish(page);
});

test('a wrong password is said in plain words and the field is ready for another try', async () => {
  const page = await tools.open('/', { language: 'en' });
  await logIn(page, { name: `nobody-${Date.now()}`, password: 'wrong' });
  assert.match(await problem(page).innerText(), /user name or password is wrong/);
  await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'password');
  assert.equal(await page.inputValue('input[name=password]'), '');
  await assertAccessible(page, 'log-in with an error');
  await finish(page);
});

test('too many tries: the wait is shown and counted down, the button rests', onlyMock, async () => {
  const page = await tools.open();
  for (let i = 0; i < 6; i += 1) {
    await logIn(page, { name: 'guesser', password: `wrong${i}` });
    await page.waitForFunction(() => document.querySelector('input[name=password]').value === '' || document.querySelector('[data-test=log-in]').disabled);
  }
  await page.waitForFunction(() => /请在 \d+ 秒后再试/.test(document.querySelector('[data-test=login-problem]')?.textContent ?? ''));
  assert.ok(await page.locator('[data-test=log-in]').isDisabled());
  await finish(page);
});

test('after log-in the page asked for opens, and a reload keeps it', async () => {
  const page = await tools.open('/calls?range=week');
  await page.waitForURL(/\/login\?next=/);
  await logIn(page, users.supervisor);
  await page.waitForURL((url) => url.pathname === '/calls' && url.search === '?range=week');
  await page.reload();
  await page.locator('[data-range=week][aria-pressed=true]').waitFor();
  await finish(page);
});

test('the language is kept in this browser', async () => {
  const page = await tools.openAs('supervisor');
  await page.locator('h1', { hasText: '实时看板' }).waitFor();
  await page.click('[data-test=language-en]');
  await page.locator('h1', { hasText: 'Live board' }).waitFor();
  await page.reload();
  await page.locator('h1', { hasText: 'Live board' }).waitFor();
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  await finish(page);
});

test('log out ends the session', async () => {
  const page = await tools.openAs('supervisor');
  await page.click('[data-test=log-out]');
  await page.locator('[data-test=log-in]').waitFor();
  await page.goto(`${tools.url}/board`);
  await page.locator('[data-test=log-in]').waitFor();
  await finish(page);
});

test('an agent sees neither the board nor other agents', async () => {
  const page = await tools.openAs('agent', '/board');
  await page.locator('[data-test=my-state]').waitFor();
  assert.equal(await page.locator('nav a').count(), 2);
  await finish(page);
});

test('a session that the server forgot leads to the log-in page with the reason', onlyMock, async () => {
  const page = await tools.openAs('supervisor', '/calls');
  await page.locator('[data-test=call-row]').first().waitFor();
  await tools.make('forget-sessions');
  await page.click('[data-range=hour]');
  await page.locator('[role=status]', { hasText: '登录已失效' }).waitFor();
  await finish(page);
});
