import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, choose, finish, onlyMock, useBrowser } from './support.mjs';

const tools = useBrowser();
const rows = (page) => page.locator('[data-test=call-row]');
const settled = (page) => page.locator('section[aria-busy=false]').waitFor();

test('the list opens with today and is accessible', async () => {
  for (const language of ['zh-CN', 'en']) {
    const page = await tools.openAs('supervisor', '/calls', { language });
    await page.locator('[data-range=today][aria-pressed=true]').waitFor();
    await settled(page);
    await assertAccessible(page, `call list ${language}`);
    await finish(page);
  }
});

test('filters are kept in the address and work again from it', onlyMock, async () => {
  const page = await tools.openAs('supervisor', '/calls?range=week');
  await rows(page).first().waitFor();
  await choose(page, '结果', '放弃');
  await page.waitForURL(/result=abandoned/);
  const onlyAbandoned = () => {
    const results = [...document.querySelectorAll('[data-test=call-row] [data-result]')];
    return results.length > 0 && results.every((one) => one.dataset.result === 'abandoned');
  };
  await page.waitForFunction(onlyAbandoned);
  await page.reload();
  await page.waitForFunction(onlyAbandoned);
  await page.goBack();
  await page.locator('[data-test=call-row] [data-result=answered]').first().waitFor();
  await finish(page);
});

test('a number that nobody has gives an empty list that says what to do', async () => {
  const page = await tools.openAs('supervisor', '/calls?number=999999999999');
  await page.locator('[data-test=no-calls]').waitFor();
  await assertAccessible(page, 'empty call list');
  await finish(page);
});

test('more calls are loaded behind the first page, each once', onlyMock, async () => {
  const page = await tools.openAs('supervisor', '/calls?range=week');
  await rows(page).nth(49).waitFor();
  const first = await rows(page).count();
  await page.click('[data-test=more]');
  await rows(page).nth(first).waitFor();
  const opened = await page.locator('[data-test=call-row] button').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
  assert.equal(new Set(opened).size, opened.length);
  await finish(page);
});

test('custom times are of the tenant, not of the browser', onlyMock, async () => {
  const page = await tools.openAs('supervisor', '/calls');
  const [request] = await Promise.all([
    page.waitForRequest(/\/api\/v1\/calls\?.*from=2026-01-01T16%3A00%3A00\.000Z&to=2026-01-02T16%3A00%3A00/),
    page.goto(`${tools.url}/calls?range=custom&from=2026-01-02+00:00:00&to=2026-01-03+00:00:00`),
  ]);
  assert.ok(request);
  await finish(page);
});

test('a call opens with legs, time line and a recording that plays, seeks and downloads', onlyMock, async () => {
  const page = await tools.openAs('supervisor', '/calls?range=week&result=answered');
  await rows(page).nth(20).click();
  await page.locator('[data-test=call-detail]').waitFor();
  await page.waitForURL(/call=\d+/);
  const line = await page.locator('[data-test=time-line]').innerText();
  for (const words of ['系统应答', '进入队列', '分配给座席员', '开始通话', '通话结束']) assert.ok(line.includes(words), words);
  assert.ok(!line.includes('其他事件'), 'every event has its words');
  const slider = page.locator('[data-test=waveform]');
  await page.waitForFunction(() => Number(document.querySelector('[data-test=waveform]').ariaValueMax) > 10);
  await assertAccessible(page, 'call with recording');

  const box = await slider.boundingBox();
  await slider.click({ position: { x: box.width / 2, y: box.height / 2 } });
  const most = Number(await slider.getAttribute('aria-valuemax'));
  const middle = Number(await slider.getAttribute('aria-valuenow'));
  assert.ok(Math.abs(middle - most / 2) <= 1, `clicked the middle of ${most} s, is at ${middle} s`);
  await slider.press('ArrowLeft');
  assert.ok(Number(await slider.getAttribute('aria-valuenow')) < middle);
  await slider.press(' ');
  await page.locator('[data-test=player][data-playing=true]').waitFor();
  const from = Number(await slider.getAttribute('aria-valuenow'));
  await page.waitForFunction((at) => Number(document.querySelector('[data-test=waveform]').ariaValueNow) > at, from);
  await page.click('[data-test=play]');
  await page.locator('[data-test=player][data-playing=false]').waitFor();

  const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-test=download]')]);
  assert.match(download.suggestedFilename(), /\.wav$/);
  await page.keyboard.press('Escape');
  await page.locator('[data-test=call-detail]').waitFor({ state: 'hidden' });
  await finish(page);
});

test('closing a call while its recording plays stops it without an error', onlyMock, async () => {
  const page = await tools.openAs('supervisor', '/calls?range=week&result=answered');
  await rows(page).nth(20).click();
  await page.click('[data-test=play]');
  await page.locator('[data-test=player][data-playing=true]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('[data-test=player]').waitFor({ state: 'detached' });
  await finish(page);
});

test('a link to one call opens it', onlyMock, async () => {
  const page = await tools.openAs('supervisor', '/calls?call=3');
  await page.locator('[data-test=call-detail]').waitFor();
  await finish(page);
});
