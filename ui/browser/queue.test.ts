/** What is on its way to the CRM. */
import { describe, expect, test } from 'vitest';
import { go, inspect, LOOKS, overhang, restart, visit, WORDS } from './visit';

describe.each(LOOKS)('in $language and $scheme', (look) => {
  const words = WORDS[look.language];

  test('every state can be read by everybody', async () => {
    const page = await visit({ ...look, state: 'troubled' });
    for (const [state, sentence] of [
      ['troubled', words.error_crm_sign_in_needed],
      ['no_crm', words.queue_empty],
      ['offline', words.queue_offline],
      ['sharing_stopped', words.queue_stopped],
      ['broken', words.error_database_failed],
      ['loading', words.common_loading],
    ] as const) {
      await restart(page, state);
      await go(page, words, 'queue');
      await page.getByText(sentence).first().waitFor();
      await inspect(page, `queue-${state}`, look);
    }
    await page.context().close();
  });
});

test('keys choose a row, bring it on and take it back', async () => {
  const words = WORDS.en;
  const page = await visit({ state: 'troubled', language: 'en' });
  await go(page, words, 'queue');
  const current = page.locator('li[aria-current]');
  await current.waitFor();
  for (let i = 0; i < 3; i++) await page.keyboard.press('j');
  expect(await current.innerText()).toContain(words.queue_send_now);
  await page.keyboard.press('2');
  await page.getByText(words.queue_kept).waitFor({ state: 'attached' });
  await page.locator('li', { hasText: '秋モデル' }).waitFor({ state: 'detached' });
});

test.each(['queue_there', 'queue_not_there'] as const)('of a mail that may be in the CRM the rep says which it is: %s', async (answer) => {
  const words = WORDS.en;
  const page = await visit({ state: 'troubled', language: 'en' });
  await go(page, words, 'queue');
  const row = page.locator('li', { hasText: words.error_crm_maybe_logged });
  await row.getByRole('button', { name: words[answer] }).press('Enter');
  await row.waitFor({ state: 'detached' });
  await page.getByText(words[`${answer}_said`]).waitFor({ state: 'attached' });
});

test('a mail that is sent now leaves the queue', async () => {
  const words = WORDS.en;
  const page = await visit({ state: 'troubled', language: 'en' });
  await go(page, words, 'queue');
  const row = page.locator('li', { hasText: '秋モデル' });
  await row.getByRole('button', { name: words.queue_send_now }).click();
  await row.waitFor({ state: 'detached' });
});

test('what was decided on the desk is taken back from the queue, all of it together', async () => {
  const words = WORDS.en;
  const page = await visit({ language: 'en' });
  await page.getByRole('listbox').waitFor();
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+j');
  await page.keyboard.press('1');
  await go(page, words, 'queue');
  await page.getByRole('button', { name: words.queue_undo_many.replace('{n}', '2') }).first().click();
  await page.getByText(words.mail_said_undone.replace('{n}', '2')).waitFor({ state: 'attached' });
  expect(await page.getByRole('button', { name: words.queue_undo_many.replace('{n}', '2') }).count()).toBe(0);
});

test('what the CRM refused is opened, among all that needs the rep', async () => {
  const words = WORDS.en;
  const page = await visit({ language: 'en' });
  await go(page, words, 'queue');
  await page.getByRole('button', { name: words.queue_fix }).click();
  await page.locator('nav button[aria-current]', { hasText: words.frame_mailbox }).waitFor();
  const rows = page.getByRole('listbox').getByRole('option');
  await rows.filter({ hasText: 'Invoice 2026-1108' }).waitFor();
  expect(await rows.count()).toBe(1);
});

test('hostile mail neither widens the page nor turns the reading direction', async () => {
  const page = await visit({ state: 'hostile_decided', language: 'en', size: '400' });
  await go(page, WORDS.en, 'queue');
  await page.locator('main li').first().waitFor();
  expect(await overhang(page)).toBe(0);
  expect(await page.locator('main').innerText()).not.toMatch(/[\u200b\u202a-\u202e\u2066-\u2069]/);
});
