/** The catalogue of everything that can go wrong, as a page: code, sentence and way on in both languages, the one button. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import en from '../messages/en.json';
import ja from '../messages/ja.json';
import { ACTION_WORDS } from '../src/features/connect/actions';
import type { Action } from '../src/gen/api';
import { overhang, visit, violations } from './visit';

const PAGE = '../target/screens/errors.html';
const english: Record<string, string> = en;
const japanese: Record<string, string> = ja;

/** Every code, from the types that the command table gives. */
const CODES = [...(/export type Code = ([^;]+);/.exec(readFileSync('src/gen/api.ts', 'utf8'))?.[1] ?? '').matchAll(/"(\w+)"/g)].map(([, code]) => code ?? '');

const ACTIONS = actions(readFileSync('../src-tauri/crates/api/src/error.rs', 'utf8'));

/** Which button each code has, from the one `match` that says so. */
function actions(source: string): Map<string, Action> {
  const [, body = ''] = /pub fn action\(self\) -> Action \{([\s\S]*?)\n    \}\n/.exec(source) ?? [];
  const arms = [...body.matchAll(/((?:\w+\s*\|?\s*)+)=>\s*\{?\s*Action::(\w+)/g)];
  const snake = (word: string): string => word.replace(/(?<!^)[A-Z]/g, '_$&').toLowerCase();
  return new Map(arms.flatMap(([, codes = '', action = '']) => codes.split('|').map((code) => [snake(code.trim()), snake(action) as Action] as const)));
}

const button = (code: string, locale: 'en' | 'ja'): string => {
  const action = ACTIONS.get(code);
  return action ? ACTION_WORDS[action]({}, { locale }) : '';
};

const escaped = (text = ''): string => text.replace(/[&<>]/g, (mark) => `&#${mark.charCodeAt(0)};`);

function row(code: string): string {
  const cell = (words: Record<string, string>, lang: 'ja' | 'en'): string =>
    `<td lang="${lang}"><b>${escaped(words[`error_${code}`])}</b><br>${escaped(words[`error_${code}_hint`])}<br><span>${escaped(button(code, lang))}</span></td>`;
  return `<tr><th scope="row"><code>${code}</code><br><small>${ACTIONS.get(code) ?? ''}</small></th>${cell(japanese, 'ja')}${cell(english, 'en')}</tr>`;
}

const STYLE = `:root{color-scheme:light dark;font:14px/1.7 system-ui,"Noto Sans CJK JP",sans-serif}body{max-width:1180px;margin:32px auto;padding:0 16px}
table{width:100%;border-collapse:collapse}th,td{padding:12px;border-top:1px solid #8888;text-align:start;vertical-align:top;font-weight:400}
td{width:40%}td span{display:inline-block;margin-top:6px;padding:2px 12px;border:1px solid;border-radius:6px;font-weight:700}code{font-weight:700}`;

const page = (): string =>
  `<!doctype html><html lang="ja"><meta charset="utf-8"><title>Otomo: errors</title><style>${STYLE}</style>
<main><h1>${CODES.length} errors</h1><table><thead><tr><th scope="col">code</th><th scope="col">日本語</th><th scope="col">English</th></tr></thead><tbody>${CODES.map(row).join('\n')}</tbody></table></main></html>`;

describe('every code', () => {
  test('is known with its button, and no button is for a code that is gone', () => {
    expect(CODES.length).toBeGreaterThan(80);
    expect([...ACTIONS.keys()].sort()).toEqual([...CODES].sort());
  });

  test.each(CODES)('%s has a sentence, a way on and a button in both languages', (code) => {
    const words = [english, japanese].flatMap((words) => [words[`error_${code}`], words[`error_${code}_hint`]]);
    const missing = [...words, button(code, 'en'), button(code, 'ja')].filter((text) => !text);
    expect(missing).toEqual([]);
  });
});

test('the page shows them all, and everybody can read it', async () => {
  mkdirSync('../target/screens', { recursive: true });
  writeFileSync(PAGE, page());
  const shown = await visit({ language: 'en' });
  await shown.setContent(page());
  expect(await shown.locator('tbody tr').count()).toBe(CODES.length);
  expect(await violations(shown)).toEqual([]);
  expect(await overhang(shown)).toBe(0);
});
