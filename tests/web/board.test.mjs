import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, choose, finish, onlyMock, useBrowser } from './support.mjs';

const tools = useBrowser();
const tiles = (page) => page.locator('[data-test=agent-tile]');

for (const language of ['zh-CN', 'en']) {
  test(`the board shows queues and agents and is accessible (${language})`, async () => {
    const page = await tools.openAs('supervisor', '/board', { language });
    await page.locator('[data-test=queue-tile]').first().waitFor();
    await tiles(page).first().waitFor();
    await assertAccessible(page, 'board');
    await finish(page);
  });
}

test('twenty agents fit on a screen of 1366 x 768', onlyMock, async () => {
  for (const language of ['zh-CN', 'en']) {
    const page = await tools.openAs('supervisor', '/board', { language });
    await tiles(page).nth(19).waitFor();
    const box = await tiles(page).nth(19).boundingBox();
    assert.ok(box.y + box.height <= 768, `the last agent ends at ${box.y + box.height}`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing to scroll sideways');
    await finish(page);
  }
});

test('agents can be searched and filtered by state', onlyMock, async () => {
  const page = await tools.openAs('supervisor', '/board');
  await tiles(page).nth(19).waitFor();
  await page.getByRole('textbox', { name: '工号或姓名' }).fill('8003');
  await page.waitForFunction(() => document.querySelectorAll('[data-test=agent-tile]').length === 1);
  await page.getByRole('textbox', { name: '工号或姓名' }).fill('');
  await choose(page, '状态', /^签出/);
  await page.waitForFunction(() => {
    const shown = [...document.querySelectorAll('[data-test=agent-tile]')];
    return shown.length > 0 && shown.every((tile) => tile.dataset.state === 'signed_out');
  });
  await finish(page);
});

test('a change of an agent arrives without a reload', onlyMock, async () => {
  const page = await tools.openAs('supervisor', '/board');
  const first = tiles(page).filter({ hasText: '8001' });
  await first.waitFor();
  const agent = await tools.openAs('agent', '/agent');
  await agent.locator('[data-test=my-state][data-state=signed_out]').waitFor();
  await agent.keyboard.press('F2');
  await page.locator('[data-test=agent-tile][data-state=idle]', { hasText: '8001' }).waitFor();
  await finish(agent);
  await finish(page);
});

test('the callers who wait are listed, in order', onlyMock, async () => {
  const page = await tools.openAs('supervisor', '/board');
  await page.locator('[data-test=waiting]').first().click();
  await page.getByRole('dialog').waitFor();
  await assertAccessible(page, 'waiting callers');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await finish(page);
});

test('the wallboard fills the window and goes by Escape', async () => {
  const page = await tools.openAs('supervisor', '/board');
  await page.locator('[data-test=queue-tile]').first().waitFor();
  await page.click('[data-test=wallboard]');
  await page.locator('[data-test=board].wall').waitFor();
  await assertAccessible(page, 'wallboard');
  await page.keyboard.press('Escape');
  await page.locator('[data-test=board]:not(.wall)').waitFor();
  await finish(page);
});
