/** The whole desk without a pointer, with an input method, and with the keys of a person who has switched some off. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { inspect, LOOKS, picture, visit, violations, WORDS } from './visit';

const words = WORDS.en;
const rows = async (page: Page): Promise<number> => Number(await page.getByRole('option').first().getAttribute('aria-setsize'));
const subject = (page: Page): Promise<string> => page.getByRole('heading', { level: 2 }).innerText();
const dialog = (page: Page) => page.getByRole('dialog');

async function desk(size: 'wide' | '400' = 'wide'): Promise<Page> {
  const page = await visit({ language: 'en', size });
  await page.getByRole('option').first().waitFor();
  return page;
}

test('mail is read, decided on, taken back and looked at by keys alone', async () => {
  const page = await desk();
  const first = await subject(page);
  await page.keyboard.press('j');
  const second = await subject(page);
  expect(second).not.toBe(first);
  await page.keyboard.press('k');
  expect(await subject(page)).toBe(first);

  await page.keyboard.press('1');
  expect(await subject(page)).toBe(second);
  expect(await rows(page)).toBe(5);
  await page.keyboard.press('p');
  expect(await rows(page)).toBe(4);
  await page.keyboard.press('z');
  expect(await subject(page)).toBe(second);
  await page.keyboard.press('Control+z');
  expect(await subject(page)).toBe(first);
  expect(await rows(page)).toBe(6);

  await page.keyboard.press('d');
  await dialog(page).getByText('SHA-256').waitFor();
  await dialog(page).getByRole('button', { name: words.preview_share }).and(page.locator(':enabled')).waitFor();
  await page.keyboard.press('Control+Enter');
  await dialog(page).waitFor({ state: 'detached' });
  expect(await rows(page)).toBe(5);
});

test('several are chosen and decided on together, and Escape lets go of them', async () => {
  const page = await desk();
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+J');
  await page.getByText(words.mail_chosen.replace('{n}', '2')).waitFor();
  await page.keyboard.press('Escape');
  await page.getByText(words.mail_chosen.replace('{n}', '2')).waitFor({ state: 'detached' });
  await page.keyboard.press('Control+a');
  await page.keyboard.press('2');
  await page.getByText(words.review_empty, { exact: true }).waitFor();
  await page.keyboard.press('z');
  expect(await rows(page)).toBe(6);
});

test('the list is one stop of the Tab key, and its arrows are its own', async () => {
  const page = await desk();
  const first = await subject(page);
  const list = page.getByRole('listbox');
  for (let i = 0; i < 20 && !(await list.evaluate((box) => box === document.activeElement)); i++) await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  expect(await subject(page)).not.toBe(first);
  const active = await list.getAttribute('aria-activedescendant');
  expect(await page.locator(`[id="${active}"]`).getAttribute('aria-selected')).toBe('true');
  await page.keyboard.press('End');
  expect(await page.locator('[role=option][aria-selected=true]').getAttribute('aria-posinset')).toBe('6');
  await page.keyboard.press('Home');
  expect(await subject(page)).toBe(first);
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  expect(await subject(page)).toBe(first);
  await page.keyboard.press('j');
  expect(await subject(page)).not.toBe(first);
});

test('a key that is held decides once', async () => {
  const page = await desk();
  for (let i = 0; i < 5; i++) await page.keyboard.down('1');
  await page.keyboard.up('1');
  expect(await rows(page)).toBe(5);
});

test('a digit that is still held, or belongs to the window, puts no mail off', async () => {
  const page = await desk();
  const dialog = page.getByRole('dialog', { name: WORDS.en.mail_later });
  await page.keyboard.down('3');
  await dialog.waitFor();
  for (let i = 0; i < 3; i++) await page.keyboard.down('3');
  await page.keyboard.up('3');
  await page.keyboard.press('Control+1');
  expect([await dialog.isVisible(), await rows(page)]).toEqual([true, 6]);
  await page.keyboard.press('1');
  await dialog.waitFor({ state: 'detached' });
  expect(await rows(page)).toBe(5);
});

test('keys of an input method do nothing', async () => {
  const page = await desk();
  const before = await subject(page);
  for (const key of ['1', '2', 'j', 'Enter', 'z']) {
    await page.evaluate((key) => dispatchEvent(new KeyboardEvent('keydown', { key, isComposing: true })), key);
    await page.evaluate((key) => dispatchEvent(new KeyboardEvent('keydown', { key, keyCode: 229 })), key);
  }
  expect([await rows(page), await subject(page)]).toEqual([6, before]);
});

test('in a narrow window Enter opens the mail and Escape leads back to the list', async () => {
  const page = await desk('400');
  expect(await page.getByRole('heading', { level: 2 }).isVisible()).toBe(false);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 2 }).waitFor();
  expect(await page.getByRole('listbox').isVisible()).toBe(false);
  await page.keyboard.press('v');
  await page.getByText(words.side_match, { exact: true }).waitFor();
  expect(await violations(page)).toEqual([]);
  await picture(page, 'review-side-400-en-light');
  await page.keyboard.press('Escape');
  await page.getByText(words.side_match, { exact: true }).waitFor({ state: 'hidden' });
  expect(await page.getByRole('heading', { level: 2 }).isVisible()).toBe(true);
  await page.keyboard.press('Escape');
  await page.getByRole('listbox').waitFor();
});

test('the palette finds what can be done and does it', async () => {
  const page = await desk();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('don');
  await page.getByRole('option', { name: words.mail_keep_private, exact: true }).waitFor();
  await page.keyboard.press('Enter');
  await dialog(page).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: words.mail_undo }).waitFor();
  expect(await rows(page)).toBe(5);

  await page.keyboard.press('Control+k');
  await page.keyboard.type('settings');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: words.frame_settings, exact: true }).and(page.locator('[aria-current=page]')).waitFor();
});

test('the palette waits for a word that is being composed', async () => {
  const page = await desk();
  await page.keyboard.press('Control+k');
  const box = page.getByRole('combobox');
  await box.waitFor();
  const before = await page.getByRole('option').count();
  await box.evaluate((input: HTMLInputElement) => {
    input.value = 'せってい';
    input.dispatchEvent(new InputEvent('input', { isComposing: true, bubbles: true }));
    input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }));
  });
  expect([await page.getByRole('option').count(), await dialog(page).isVisible()]).toEqual([before, true]);
  await box.evaluate((input: HTMLInputElement) => input.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true })));
  await page.getByText(words.palette_none).waitFor();
});

test.each(LOOKS)('palette and shortcuts can be read by everybody in $language and $scheme', async (look) => {
  const page = await visit(look);
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
  await inspect(page, 'palette-open', look);
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.getByText(WORDS[look.language].palette_everywhere).waitFor();
  await inspect(page, 'palette-shortcuts', look);
});

test('an action is given another key, and the old one does nothing any more', async () => {
  const page = await desk();
  await page.keyboard.press('?');
  await page.getByRole('button', { name: words.keys_change.replace('{action}', words.mail_share), exact: true }).click();
  await page.getByText(words.keys_press, { exact: true }).waitFor();
  await page.keyboard.press('2');
  await page.getByText(words.keys_clash.replace('{key}', '2').replace('{action}', words.mail_keep_private)).waitFor();
  expect(await violations(page)).toEqual([]);
  await picture(page, 'palette-clash-en-light');
  await page.keyboard.press('y');
  await page.getByText(words.keys_clash.slice(0, 12)).waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
  await page.keyboard.press('1');
  expect(await rows(page)).toBe(6);
  await page.keyboard.press('y');
  expect(await rows(page)).toBe(5);
  await page.reload();
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('y');
  expect(await rows(page)).toBe(5);
  await page.keyboard.press('?');
  await page.getByRole('button', { name: words.keys_reset_all }).click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('1');
  expect(await rows(page)).toBe(4);
});

test('Escape gives up a new key before it leaves the list', async () => {
  const page = await desk();
  await page.keyboard.press('?');
  await page.getByRole('button', { name: words.keys_change.replace('{action}', words.mail_share), exact: true }).click();
  await page.keyboard.press('Escape');
  await page.getByText(words.keys_press, { exact: true }).waitFor({ state: 'detached' });
  expect(await dialog(page).isVisible()).toBe(true);
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
});

test('the space bar pages through a mail from the list', async () => {
  const page = await visit({ language: 'en', size: 'zoom200' });
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Enter');
  const place = () => page.getByRole('article').evaluate((article) => article.scrollTop);
  await page.keyboard.press('Space');
  await page.waitForFunction(() => (document.querySelector('article')?.scrollTop ?? 0) > 0);
  await page.keyboard.press('Shift+Space');
  await page.waitForFunction(() => document.querySelector('article')?.scrollTop === 0);
  expect(await place()).toBe(0);
});

test('two keys lead to a screen', async () => {
  const page = await desk();
  await page.keyboard.press('g');
  await page.keyboard.press('q');
  await page.getByRole('button', { name: words.frame_queue }).and(page.locator('[aria-current=page]')).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.getByRole('option').first().waitFor();
});
