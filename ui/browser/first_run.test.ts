/** From nothing to the desk, and how a further mailbox is added. The mailbox's own steps are in `connect.test.ts`. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { go, inspect, LOOKS, visit, WORDS } from './visit';

const fill = (page: Page, name: string, text: string): Promise<void> => page.locator(`input[name="${name}"]`).fill(text);
const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

/** Connects the mailbox that the made-up program finds. */
async function connect(page: Page, words: (typeof WORDS)['en'], address: string): Promise<void> {
  await fill(page, 'address', address);
  await press(page, words.common_next);
  await page.getByRole('heading', { name: words.connect_found }).waitFor();
  await press(page, words.common_next);
  await press(page, words.connect_promise_go);
  await fill(page, 'password', 'right');
  await press(page, words.first_run_test);
  await page.locator('button:not(:disabled)', { hasText: words.common_next }).click();
  await press(page, words.common_next);
  await press(page, words.connect_go);
  await page.getByRole('heading', { name: words.connect_done }).waitFor();
  await press(page, words.connect_finish);
}

describe.each(LOOKS)('in $language and $scheme', (look) => {
  const words = WORDS[look.language];

  test('every step of the way can be read by everybody', async () => {
    const page = await visit({ ...look, state: 'first_run' });
    await page.getByRole('heading', { name: words.app_name }).waitFor();
    await inspect(page, 'first_run-welcome', look);
    await press(page, words.first_run_connect);
    await connect(page, words, 'mori@example.co.jp');

    await page.getByRole('radio', { name: look.language === 'ja' ? 'Otomo連携APIのCRM' : "CRM with Otomo's API" }).check();
    await press(page, words.common_next);
    await fill(page, 'url', 'https://crm.example.co.jp/otomo');
    await fill(page, 'token', 'wrong');
    await press(page, words.first_run_test);
    await page.getByText(words.error_crm_sign_in_needed).waitFor();
    await inspect(page, 'first_run-crm_refused', look);
    await fill(page, 'token', 'right');
    await press(page, words.first_run_test);
    await page.getByText(words.first_run_identity).waitFor();
    await inspect(page, 'first_run-crm', look);
    await press(page, words.first_run_crm_connect);
    await page.getByRole('heading', { name: words.crm_sync_done }).waitFor();
    await press(page, words.common_next);
    await press(page, words.common_next);
    await page.getByRole('heading', { name: words.crm_sample_title }).waitFor();
    await press(page, words.crm_finish);
    await page.getByRole('heading', { name: words.first_run_ready }).waitFor();
    await inspect(page, 'first_run-ready', look);
    await press(page, words.first_run_open);
    await page.getByRole('navigation').waitFor();
  });
});

test('full-width characters are put right with a notice', async () => {
  const page = await visit({ state: 'first_run', language: 'ja' });
  await press(page, WORDS.ja.first_run_connect);
  await fill(page, 'address', 'ｍｏｒｉ＠ｅｘａｍｐｌｅ．ｃｏ．ｊｐ');
  await page.keyboard.press('Tab');
  expect(await page.locator('input[name="address"]').inputValue()).toBe('mori@example.co.jp');
  await page.getByText(WORDS.ja.first_run_corrected).first().waitFor();
});

test('a language chosen on the way back keeps what was filled in', async () => {
  const page = await visit({ state: 'first_run', language: 'en' });
  await press(page, WORDS.en.first_run_connect);
  await fill(page, 'address', 'mori@example.co.jp');
  await press(page, WORDS.en.common_back);
  await page.getByText('日本語').click();
  await press(page, WORDS.ja.first_run_connect);
  expect(await page.locator('input[name="address"]').inputValue()).toBe('mori@example.co.jp');
});

test('the sample data opens the desk and closing it leads back', async () => {
  const words = WORDS.en;
  const page = await visit({ state: 'first_run', language: 'en' });
  await press(page, words.first_run_sample);
  await page.getByRole('navigation').waitFor();
  await page.getByRole('contentinfo').getByRole('button', { name: words.connections_close_sample }).click();
  await page.getByRole('button', { name: words.first_run_connect }).waitFor();
});

test('a further mailbox is added; one that was begun is gone on with', async () => {
  const words = WORDS.en;
  const page = await visit({ language: 'en' });
  await go(page, words, 'connections');
  await press(page, words.connections_add_account);
  await fill(page, 'address', 'second@example.co.jp');
  await press(page, words.common_cancel);
  await press(page, words.connections_add_account);
  expect(await page.locator('input[name="address"]').inputValue()).toBe('second@example.co.jp');
  await connect(page, words, 'second@example.co.jp');
  await page.getByRole('heading', { name: 'second@example.co.jp' }).waitFor();
});
