/** The mailbox: all mail, with a CRM and without one. */
import { describe, expect, test } from 'vitest';
import { go, inspect, LOOKS, picture, restart, violations, visit, WORDS } from './visit';

describe.each(LOOKS)('in $language and $scheme', (look) => {
  const words = WORDS[look.language];

  test('all mail can be read by everybody', async () => {
    const page = await visit(look);
    await go(page, words, 'mailbox');
    await page.getByText(words.state_logged, { exact: true }).waitFor();
    await page.keyboard.press('Shift+J');
    await inspect(page, 'mailbox-running', look);

    await restart(page, 'empty');
    await go(page, words, 'mailbox');
    await page.getByText(words.mailbox_empty, { exact: true }).waitFor();
    await inspect(page, 'mailbox-empty', look);

    await restart(page, 'no_crm');
    await go(page, words, 'mailbox');
    await page.locator('[role=option]').first().waitFor();
    await inspect(page, 'mailbox-no-crm', look);

    await restart(page, 'broken');
    await go(page, words, 'mailbox');
    await page.getByText(words.error_database_failed, { exact: true }).waitFor();
    await inspect(page, 'mailbox-failed', look);
  });
});

test('one account at a time, or all of them', async () => {
  const page = await visit({ language: 'en' });
  await go(page, WORDS.en, 'mailbox');
  const rows = (count: number) => page.waitForFunction((n) => document.querySelector('[role=option]')?.getAttribute('aria-setsize') === `${n}`, count);
  await rows(16);
  const choice = page.getByLabel(WORDS.en.mailbox_account, { exact: true });
  await choice.selectOption({ label: 'sales@example.co.jp' });
  await rows(3);
  await choice.selectOption({ label: WORDS.en.mailbox_all_accounts });
  await rows(16);
});

test('a decision stays in sight, and nothing is decided about what is in the CRM', async () => {
  const page = await visit({ language: 'en' });
  await go(page, WORDS.en, 'mailbox');
  await page.locator('[role=option]').first().waitFor();
  await page.keyboard.press('2');
  await page.locator('[role=option]', { hasText: WORDS.en.state_private }).first().waitFor();
  expect(await page.locator('[aria-posinset="2"]').getAttribute('aria-selected')).toBe('true');
  for (let i = 0; i < 5; i++) await page.keyboard.press('j');
  await page.getByText(WORDS.en.mail_not_state.replace('{state}', WORDS.en.state_logged)).waitFor();
  expect(await page.getByRole('button', { name: WORDS.en.mail_share, exact: true }).count()).toBe(0);
});

test('mail that goes by itself says when, and can be kept private until then', async () => {
  const page = await visit({ language: 'en' });
  await go(page, WORDS.en, 'mailbox');
  await page.locator('[role=option]').first().waitFor();
  await page.getByRole('listbox').press('End');
  await page.locator('[role=option][aria-selected=true]', { hasText: /Scheduled 1\d:\d\d|\d\d:\d\d/ }).waitFor();
  await page.getByRole('group', { name: WORDS.en.mail_share }).getByText('by itself').waitFor();
  await picture(page, 'mailbox-by-itself-en-light');
  await page.keyboard.press('2');
  await page.locator('[role=option][aria-selected=true]', { hasText: WORDS.en.state_private }).waitFor();
});

test('with two CRMs one chooses whose mail is shown, and each has its own decisions', async () => {
  const page = await visit({ language: 'en', state: 'two_crms' });
  const size = (n: number) => page.waitForFunction((n) => document.querySelector('[role=option]')?.getAttribute('aria-setsize') === `${n}`, n);
  await size(6);
  await page.keyboard.press('1');
  await size(5);
  await page.getByLabel(WORDS.en.mail_connection, { exact: true }).selectOption({ label: 'Archive' });
  // Nothing has been decided there: not what was decided a moment ago, nor what was before.
  await size(12);
  expect(await violations(page)).toEqual([]);
  await picture(page, 'review-two-crms-en-light');
  await page.keyboard.press('z');
  await page.getByLabel(WORDS.en.mail_connection, { exact: true }).selectOption({ label: 'Minato CRM' });
  await size(6);
});
