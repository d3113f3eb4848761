/**
 * A real browser in front of the made-up program. A test file that imports this has both, from its first test to its
 * last. Pictures go to target/screens/.
 */
import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { preview, type PreviewServer } from 'vite';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import en from '../messages/en.json';
import ja from '../messages/ja.json';
import type { Screen } from '../src/desk.svelte';

const PICTURES = '../target/screens';
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Window sizes in CSS pixels. `zoom200` is the smallest window of the product at 200 % zoom. */
const SIZES = {
  wide: { width: 1180, height: 760 },
  '760': { width: 760, height: 760 },
  '400': { width: 400, height: 760 },
  zoom200: { width: 590, height: 380 },
} as const;

export type Language = 'ja' | 'en';
export type Size = keyof typeof SIZES;

/** Every visible word, by language. */
export const WORDS: Record<Language, typeof en> = { en, ja };

/** A window in one language and one theme. */
export interface Look {
  language: Language;
  scheme: 'light' | 'dark';
}

/** The four looks that every screen and state is checked in. */
export const LOOKS: readonly Look[] = [
  { language: 'ja', scheme: 'light' },
  { language: 'ja', scheme: 'dark' },
  { language: 'en', scheme: 'light' },
  { language: 'en', scheme: 'dark' },
];

let server: PreviewServer;
let browser: Browser;

beforeAll(async () => {
  server = await preview({ build: { outDir: process.env.UI_FAKE ?? '../target/ui-fake' }, preview: { port: 0, host: '127.0.0.1' } });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** A window ends with its test. */
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});

interface Visit extends Partial<Look> {
  /** How the made-up program does (`host/fake`). */
  state?: string;
  size?: Size;
  reducedMotion?: 'reduce' | 'no-preference';
  forcedColors?: 'active' | 'none';
}

/** Opens a window of its own. An error that the page doesn't catch fails the test. */
export async function visit({ state = 'running', language = 'ja', scheme = 'light', size = 'wide', ...media }: Visit): Promise<Page> {
  const locale = language === 'ja' ? 'ja-JP' : 'en-GB';
  const context = await browser.newContext({ locale, colorScheme: scheme, viewport: SIZES[size], ...media });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  page.on('pageerror', (error) => expect.unreachable(error.message));
  await restart(page, state);
  return page;
}

/** Starts the program behind the page anew, in another state. What the window keeps by itself stays. */
export async function restart(page: Page, state: string): Promise<void> {
  await page.goto(`${server.resolvedUrls?.local[0]}?state=${state}`);
  await page.waitForSelector('#app > *');
}

/** Goes to a screen by the rail. */
export async function go(page: Page, words: typeof en, screen: Screen): Promise<void> {
  await page.getByRole('navigation').getByRole('button', { name: words[`frame_${screen}`] }).click();
}

/** What is in the way of people who see, hear or move differently (WCAG 2.2 A and AA and the field's good practice). */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
  });
}

/** How many pixels wider the page is than its window: more than none means scrolling sideways. */
export function overhang(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${PICTURES}/${name}.png`, animations: 'disabled' });
}

/**
 * Takes a picture of the page as it stands, `<name>-<ja|en>-<light|dark>.png`, and checks that everybody can use it. In
 * light Japanese and dark English, which are both languages and both themes, it is also shown in a narrow window and at
 * 200 % zoom. `name` is the screen and its state, as in `queue-empty`.
 */
export async function inspect(page: Page, name: string, { language, scheme }: Look): Promise<void> {
  const file = `${name}-${language}-${scheme}`;
  expect(await page.locator('html').getAttribute('lang')).toBe(language);
  await picture(page, file);
  expect(await violations(page), file).toEqual([]);
  if ((language === 'ja') !== (scheme === 'light')) return;
  for (const size of ['760', 'zoom200', '400'] as const) {
    await page.setViewportSize(SIZES[size]);
    expect(await overhang(page), `${file} at ${size}`).toBe(0);
    if (size !== '400') await picture(page, `${file}-${size}`);
  }
  await page.setViewportSize(SIZES.wide);
}
