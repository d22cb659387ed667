// Both languages say the same things: same keys, same placeholders, no empty text. Read by the TypeScript compiler's own
// transpiler, so that the files need no build.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const ts = require('typescript');

async function messages(file, name) {
  const source = readFileSync(new URL(`../../web/src/i18n/${file}`, import.meta.url), 'utf8');
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: 'ESNext', target: 'ES2022' } });
  return (await import(`data:text/javascript;base64,${Buffer.from(outputText).toString('base64')}`))[name];
}

function flat(tree, prefix = '') {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value]] : flat(value, `${prefix}${key}.`));
}
const placeholders = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

const zh = new Map(flat(await messages('zh-CN.ts', 'zhCN')));
const en = new Map(flat(await messages('en.ts', 'en')));

test('both languages have the same keys', () => {
  assert.deepEqual([...en.keys()].sort(), [...zh.keys()].sort());
});

test('every text is there and uses the same values in both languages', () => {
  for (const [key, text] of zh) {
    assert.ok(text.trim() && en.get(key).trim(), key);
    assert.deepEqual(placeholders(en.get(key)), placeholders(text), key);
  }
});

test('the terms of the specification are used', () => {
  const terms = { 'agent.signIn': '签入', 'agent.signOut': '签出', 'agent.busy': '示忙', 'agent.idle': '示闲', 'state.wrap_up': '事后处理', 'nav.board': '实时看板', 'nav.calls': '通话详单', 'calls.caller': '主叫', 'calls.called': '被叫' };
  for (const [key, term] of Object.entries(terms)) assert.equal(zh.get(key), term, key);
});

test('every text has a use', async () => {
  const { readdirSync } = await import('node:fs');
  const root = new URL('../../web/src/', import.meta.url);
  const files = readdirSync(root).concat(...['pages', 'components', 'lib', 'stores'].map((d) => readdirSync(new URL(`${d}/`, root)).map((f) => `${d}/${f}`)));
  const code = files.filter((f) => /\.(vue|ts)$/.test(f)).map((f) => readFileSync(new URL(f, root), 'utf8')).join('\n');
  // A key is used whole, or through a computed last part such as `state.${state}`.
  const unused = [...zh.keys()].filter((key) => {
    const folder = key.slice(0, key.lastIndexOf('.') + 1);
    const leaf = key.slice(folder.length);
    return !code.includes(`'${key}'`) && !code.includes(`\`${folder}\${`) && !new RegExp(`['"]${leaf}['"]`).test(code);
  });
  assert.deepEqual(unused, []);
});
