/** From nothing to the first mail, and how a further mailbox is added. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { go, inspect, LOOKS, visit, WORDS, type Language } from './visit';

const said = (language: Language) => WORDS[language];

async function fill(page: Page, name: string, text: string): Promise<void> {
  await page.locator(`input[name="${name}"]`).fill(text);
}

const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
const focused = (page: Page): Promise<string | null> => page.evaluate(() => document.activeElement?.getAttribute('name') ?? null);

describe.each(LOOKS)('in $language and $scheme', (look) => {
  const words = said(look.language);

  test('every step of the way can be read by everybody', async () => {
    const page = await visit({ ...look, state: 'first_run' });
    await page.getByRole('heading', { name: words.app_name }).waitFor();
    await inspect(page, 'first_run-welcome', look);

    await press(page, words.first_run_connect);
    await fill(page, 'address', 'mori＠example.co.jp');
    await fill(page, 'port', '0');
    await press(page, words.first_run_test);
    await page.getByText(words.first_run_flaw_port).waitFor();
    await page.locator('summary').click();
    await inspect(page, 'first_run-account', look);
    await page.getByText(words.first_run_kind_files).click();
    await inspect(page, 'first_run-files', look);
    await page.getByText(words.first_run_kind_imap).click();

    await fill(page, 'password', 'slow');
    await fill(page, 'port', '993');
    await press(page, words.first_run_test);
    await page.getByText(words.first_run_test_running).first().waitFor();
    await page.waitForTimeout(500);
    await inspect(page, 'first_run-testing', look);
    await press(page, words.common_stop);
    await page.getByText(words.first_run_test_stopped).first().waitFor();
    await inspect(page, 'first_run-stopped', look);

    await press(page, words.common_back);
    await fill(page, 'password', 'wrong');
    await press(page, words.first_run_test);
    await page.getByText(words.error_sign_in_refused).first().waitFor();
    await inspect(page, 'first_run-refused', look);
    await press(page, words.first_run_ask);
    await page.getByRole('dialog').waitFor();
    await inspect(page, 'first_run-ask_it', look);
    await page.keyboard.press('Escape');

    await press(page, words.first_run_password_again);
    await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'password');
    await fill(page, 'password', 'right');
    await page.keyboard.press('Enter');
    await page.locator('button:not(:disabled)', { hasText: words.common_next }).waitFor();
    await inspect(page, 'first_run-passed', look);
    await press(page, words.common_next);

    await page.getByText(words.crm_kind_rest, { exact: true }).click();
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
    await page.getByRole('heading', { name: words.first_run_ready }).waitFor();
    await inspect(page, 'first_run-ready', look);
    await press(page, words.first_run_open);
    await page.getByRole('navigation').waitFor();
    await page.context().close();
  });
});

test('full-width characters are put right with a notice', async () => {
  const page = await visit({ state: 'first_run', language: 'ja' });
  await press(page, said('ja').first_run_connect);
  await fill(page, 'address', 'ｍｏｒｉ＠ｅｘａｍｐｌｅ．ｃｏ．ｊｐ');
  await page.keyboard.press('Tab');
  expect(await page.locator('input[name="address"]').inputValue()).toBe('mori@example.co.jp');
  expect(await page.locator('input[name="host"]').inputValue()).toBe('imap.example.co.jp');
  await page.getByText(said('ja').first_run_corrected).first().waitFor();
});

test('a wrong server name leads back to its field, with everything still there', async () => {
  const words = said('en');
  const page = await visit({ state: 'first_run', language: 'en' });
  await press(page, words.first_run_connect);
  await fill(page, 'address', 'mori@example.co.jp');
  await fill(page, 'password', 'right');
  await fill(page, 'host', 'nowhere.example');
  await press(page, words.first_run_test);
  await press(page, words.first_run_edit);
  await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'host');
  expect(await page.locator('input[name="password"]').inputValue()).toBe('right');
  await fill(page, 'host', 'private.example');
  await press(page, words.first_run_test);
  await page.getByText(words.error_certificate_unknown_issuer).first().waitFor();
  expect(await page.getByRole('button', { name: words.first_run_ask }).count()).toBe(1);
});

test('a pasted password loses the blanks around it', async () => {
  const page = await visit({ state: 'first_run', language: 'en' });
  await press(page, said('en').first_run_connect);
  const field = page.locator('input[name="password"]');
  await field.focus();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text', '  secret \n');
    document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  expect(await field.inputValue()).toBe('secret');
});

test('a language chosen on the way back keeps what was filled in', async () => {
  const page = await visit({ state: 'first_run', language: 'en' });
  await press(page, said('en').first_run_connect);
  await fill(page, 'address', 'mori@example.co.jp');
  await press(page, said('en').common_back);
  await page.getByText('日本語').click();
  await press(page, said('ja').first_run_connect);
  expect(await page.locator('input[name="address"]').inputValue()).toBe('mori@example.co.jp');
});

test('the sample data opens the desk and closing it leads back', async () => {
  const words = said('en');
  const page = await visit({ state: 'first_run', language: 'en' });
  await press(page, words.first_run_sample);
  await page.getByRole('navigation').waitFor();
  await page.getByRole('contentinfo').getByRole('button', { name: words.connections_close_sample }).click();
  await page.getByRole('button', { name: words.first_run_connect }).waitFor();
});

test('by keyboard alone a further mailbox is added', async () => {
  const words = said('en');
  const page = await visit({ language: 'en' });
  await go(page, words, 'connections');
  await page.getByRole('button', { name: words.connections_add_account }).focus();
  await page.keyboard.press('Enter');
  await page.locator('input[name="address"]').focus();
  await page.keyboard.type('second@example.co.jp');
  await page.keyboard.press('Tab');
  expect(await focused(page)).toBe('password');
  await page.keyboard.type('right');
  await page.keyboard.press('Enter');
  await page.locator('button:not(:disabled)', { hasText: words.common_next }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'second@example.co.jp' }).waitFor();
});
