/** The reader: what was written to break it, to trick the person or to phone home stays without effect. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import conf from '../../tauri.conf.json';
import { inspect, LOOKS, overhang, picture, restart, visit, violations, WORDS } from './visit';

const words = WORDS.en;
const heading = (page: Page, subject: string) => page.getByRole('heading', { level: 2, name: subject, exact: true });

/** Goes to the mail with this subject by the keyboard. */
async function read(page: Page, subject: string): Promise<void> {
  await page.getByRole('option').first().waitFor();
  for (let i = 0; i < 30 && !(await heading(page, subject).isVisible()); i++) await page.keyboard.press('j');
  await heading(page, subject).waitFor();
}

async function hostile(subject: string): Promise<Page> {
  const page = await visit({ state: 'hostile', language: 'en' });
  await read(page, subject);
  return page;
}

const follow = (page: Page, url: string): Promise<boolean> =>
  page.evaluate((detail) => dispatchEvent(new CustomEvent('otomo:link', { detail })), url);

describe.each(LOOKS)('in $language and $scheme', (look) => {
  test('formatted mail can be read by everybody', async () => {
    const page = await visit(look);
    await read(page, '展示会のご案内（12月10日・11日）');
    await page.locator('iframe').waitFor();
    await inspect(page, 'reader-formatted', look);
    await page.keyboard.press('t');
    await page.locator('iframe').waitFor({ state: 'detached' });
    await picture(page, `reader-text-${look.language}-${look.scheme}`);
  });

  test('what is wrong with a mail is said', async () => {
    const page = await visit({ ...look, state: 'hostile' });
    await read(page, 'Sign in now');
    await page.getByText(WORDS[look.language].mail_defect_repeated_from).waitFor();
    await inspect(page, 'reader-defects', look);
    await read(page, 'Programs');
    await page.getByText(WORDS[look.language].mail_caution_macros).waitFor();
    await inspect(page, 'reader-files', look);
  });
});

test('hostile mail runs nothing, fetches nothing and breaks nothing', async () => {
  const page = await visit({ state: 'hostile', language: 'en' });
  const elsewhere: string[] = [];
  // What a policy refuses is announced as a request, too; what comes here would really go.
  await page.context().route(({ href }) => !href.startsWith('http://127.0.0.1'), (route) => {
    elsewhere.push(route.request().url());
    return route.abort();
  });
  page.on('dialog', () => expect.unreachable('a script ran'));
  await page.getByRole('option').first().waitFor();
  for (let i = 0; i < 13; i++) {
    await page.waitForTimeout(100);
    expect(await overhang(page)).toBe(0);
    expect(await page.evaluate(() => document.querySelectorAll('article img, article script, article form').length)).toBe(0);
    expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(1500);
    for (const place of ['[role=listbox]', 'article header']) {
      expect(await page.locator(place).innerText()).not.toMatch(/[\u200b\u202a-\u202e\u2066-\u2069]/);
    }
    await page.keyboard.press('j');
  }
  expect(elsewhere).toEqual([]);
  await page.evaluate(() => fetch('https://control.example/').catch(() => null));
  expect(elsewhere).toEqual(['https://control.example/']);
  expect(await page.title()).not.toBe('owned');
});

test("under the window's own policy a formatted mail is shown, with its colours", async () => {
  const page = await visit({ language: 'en' });
  const policy = Object.entries(conf.app.security.csp).map(([directive, sources]) => `${directive} ${sources}`);
  await page.context().route('**/*', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy.join('; ') } });
  });
  const refused: string[] = [];
  page.on('console', (message) => void (message.text().includes('Content Security Policy') && refused.push(message.text())));
  await restart(page, 'running');
  await read(page, '展示会のご案内（12月10日・11日）');
  const title = page.frameLocator('iframe').getByRole('heading', { level: 2 });
  await title.waitFor();
  expect(await title.evaluate((element) => getComputedStyle(element).color)).toBe('rgb(31, 95, 79)');
  expect(refused.filter((text) => !text.includes('favicon'))).toEqual([]);
});

describe('a link', () => {
  test('is opened after its true target was shown', async () => {
    const page = await visit({ language: 'en' });
    await page.getByRole('link', { name: 'https://files.minato.example/2026/autumn-240.pdf' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('files.minato.example', { exact: true }).waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, 'reader-link-en-light');
    await dialog.getByRole('button', { name: words.link_open, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  });

  test('whose words name another host is warned of', async () => {
    const page = await hostile('Sign in now');
    await follow(page, 'https://evil.example/login');
    await page.getByText(words.link_warning_other_host).waitFor();
    await page.getByText('evil.example', { exact: true }).waitFor();
    await picture(page, 'reader-link-warning-en-light');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('of another kind is not opened at all', async () => {
    const page = await hostile('Sign in now');
    await follow(page, 'javascript:alert(1)');
    await page.getByText(words.link_title_refused, { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: words.link_open, exact: true }).count()).toBe(0);
  });
});

describe('attached files', () => {
  test('go along only when they are chosen, and are saved without being opened', async () => {
    const page = await visit({ language: 'en' });
    await page.getByText(words.mail_files_none).waitFor();
    await page.getByLabel('見積書.pdf').first().check();
    await page.getByText(words.mail_files_taken.replace('{taken}', '1').replace('{n}', '2')).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    expect(await page.getByLabel('見積書.pdf').first().isChecked()).toBe(true);
    await page.getByRole('button', { name: '見積書.pdf' }).click();
    await page.getByRole('article').getByText(words.mail_saved.replace('{name}', '見積書.pdf')).waitFor();
    await page.getByRole('button', { name: words.mail_reveal }).click();
    await picture(page, 'reader-saved-en-light');
  });

  test('that run programs are told by their true ending', async () => {
    const page = await hostile('Programs');
    await page.getByText(words.mail_caution_program).waitFor();
    await page.getByText(words.mail_caution_page).waitFor();
    expect(await page.getByText('invoice\ufffdfdp.exe', { exact: true }).count()).toBe(1);
  });

  test('two thousand of them stay usable', async () => {
    const page = await hostile('Files');
    await page.getByRole('button', { name: words.mail_more_files.replace('{n}', '1,990') }).click();
    await page.getByText('file-5.pdf', { exact: true }).waitFor();
    expect(await page.locator('article *').count()).toBeLessThan(600);
  });
});

test('three hundred receivers are folded, and can all be read', async () => {
  const page = await hostile('300 receivers');
  await page.getByRole('button', { name: words.mail_unfold.replace('{n}', '298') }).click();
  await page.getByText('person-299@list.example').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await page.getByRole('button', { name: words.mail_unfold.replace('{n}', '298') }).waitFor();
});

test('ten megabytes are shown as text, formatted only when asked for', async () => {
  const page = await hostile('Ten megabytes');
  await page.getByText(words.mail_much_html).waitFor();
  expect(await page.locator('iframe').count()).toBe(0);
  await page.getByRole('button', { name: words.mail_show_more }).click();
  await page.getByRole('button', { name: words.mail_formatted_anyway }).click();
  await page.locator('iframe').waitFor();
});

test('keys stay in the frame that was reached with Tab, wherever the pointer is', async () => {
  const page = await visit({ language: 'en' });
  await read(page, '展示会のご案内（12月10日・11日）');
  await page.frameLocator('iframe').getByRole('heading', { level: 2 }).waitFor();
  const inFrame = () => page.evaluate(() => document.activeElement?.tagName === 'IFRAME');
  for (let i = 0; i < 20 && !(await inFrame()); i++) await page.keyboard.press('Tab');
  await page.locator('iframe').hover();
  await page.mouse.move(500, 5, { steps: 3 });
  expect(await inFrame()).toBe(true);
});

test('keys pressed in the frame come back to the window with the pointer', async () => {
  const page = await visit({ language: 'en' });
  await read(page, '展示会のご案内（12月10日・11日）');
  const frame = page.locator('iframe');
  await page.frameLocator('iframe').getByRole('heading', { level: 2 }).waitFor();
  await frame.hover();
  await frame.click({ position: { x: 150, y: 200 } });
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('IFRAME');
  await page.mouse.move(500, 5, { steps: 3 });
  await page.waitForFunction(() => document.activeElement?.tagName === 'ARTICLE');
  await page.keyboard.press('k');
  await heading(page, '【ご相談】納期の前倒しは可能でしょうか').waitFor();
});
