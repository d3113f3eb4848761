/**
 * The screens in a real browser, in front of the made-up program: their words, whether everybody can use them, and
 * pictures of them in target/screens/.
 */
import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { preview, type PreviewServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import en from '../messages/en.json';
import ja from '../messages/ja.json';

const PICTURES = '../target/screens';
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

let server: PreviewServer;
let browser: Browser;

beforeAll(async () => {
  server = await preview({ build: { outDir: '../target/ui-fake' }, preview: { port: 0, host: '127.0.0.1' } });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

interface Visit {
  state?: string;
  locale?: string;
  colorScheme?: 'light' | 'dark';
  width?: number;
}

async function visit({ state = 'running', locale = 'ja-JP', colorScheme = 'light', width = 1180 }: Visit): Promise<Page> {
  const context = await browser.newContext({ locale, colorScheme, viewport: { width, height: 760 } });
  const page = await context.newPage();
  page.on('pageerror', (error) => expect.unreachable(error.message));
  await page.goto(`${server.resolvedUrls?.local[0]}?state=${state}`);
  await page.waitForSelector('main section');
  return page;
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
  });
  return found;
}

const languages = [
  ['ja', ja, 'ja-JP'],
  ['en', en, 'en-GB'],
] as const;

describe.each(languages)('in %s', (language, words, locale) => {
  describe.each(['light', 'dark'] as const)('and %s', (colorScheme) => {
    test.each([
      ['running', words.status_running],
      ['failed', words.error_key_store_locked],
      ['unexpected', words.error_internal],
      ['sharing_stopped', words.status_sharing_stopped],
      ['starting', words.status_starting],
    ])('%s is said, and can be read by everybody', async (state, sentence) => {
      const page = await visit({ state, locale, colorScheme });
      await page.getByText(sentence, { exact: true }).waitFor();
      expect(await page.locator('html').getAttribute('lang')).toBe(language);
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: `${PICTURES}/status-${state}-${language}-${colorScheme}.png` });
    });
  });

  test('nothing is cut off in a narrow window', async () => {
    const page = await visit({ locale, width: 400 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
    await page.screenshot({ path: `${PICTURES}/status-narrow-${language}.png` });
  });
});

test('the keyboard reaches every choice and one sees where it is', async () => {
  const page = await visit({ state: 'failed', locale: 'en-GB' });
  const reached: string[] = [];
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press('Tab');
    reached.push(await page.evaluate(() => document.activeElement?.closest('fieldset, button, summary')?.tagName ?? ''));
  }
  expect(reached).toEqual(['FIELDSET', 'FIELDSET', 'BUTTON', 'SUMMARY']);
  await page.keyboard.press('Shift+Tab');
  const ring = await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle);
  expect(ring).toBe('solid');
  await page.screenshot({ path: `${PICTURES}/status-focus.png` });
});

test('another language is spoken at once and after the next start', async () => {
  const page = await visit({ locale: 'ja-JP' });
  await page.getByText('English').click();
  await page.getByText(en.status_running, { exact: true }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  await page.reload();
  await page.getByText(en.status_running, { exact: true }).waitFor();
});

test('the chosen theme wins over the system', async () => {
  const page = await visit({ locale: 'en-GB', colorScheme: 'light' });
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.getByText(en.appearance_theme_dark, { exact: true }).click();
  expect(await background()).not.toBe(light);
});
