/** The mailboxes and CRMs that are connected. */
import { describe, test } from 'vitest';
import { go, inspect, LOOKS, restart, visit, WORDS } from './visit';

describe.each(LOOKS)('in $language and $scheme', (look) => {
  const words = WORDS[look.language];

  test('every state can be read by everybody', async () => {
    const page = await visit({ ...look });
    for (const [state, sentence] of [
      ['running', 'Minato CRM'],
      ['offline', words.error_unreachable],
      ['no_crm', words.connections_no_crm],
      ['sample', words.connections_sample],
      ['troubled', words.error_sign_in_refused],
    ] as const) {
      await restart(page, state);
      await go(page, words, 'connections');
      await page.getByText(sentence).first().waitFor();
      await inspect(page, `connections-${state}`, look);
    }
    await page.getByRole('button', { name: words.connections_sign_in }).first().click();
    await page.getByRole('dialog').waitFor();
    await inspect(page, 'connections-sign_in', look);
    await page.context().close();
  });
});

test('a new password brings a mailbox back, a wrong one is said', async () => {
  const words = WORDS.en;
  const page = await visit({ state: 'troubled', language: 'en' });
  await go(page, words, 'connections');
  const card = page.getByRole('article', { name: 'mori@example.co.jp' });
  await card.getByRole('button', { name: words.connections_sign_in }).click();
  const field = page.getByRole('dialog').getByLabel(words.first_run_password);
  await field.fill('wrong');
  await field.press('Enter');
  await page.getByRole('dialog').getByText(words.error_sign_in_refused).waitFor();
  await field.fill('right');
  await field.press('Enter');
  await card.getByText(words.connections_active, { exact: true }).waitFor();
});

test('what is paused goes on again', async () => {
  const words = WORDS.en;
  const page = await visit({ language: 'en' });
  await go(page, words, 'connections');
  const card = page.getByRole('article', { name: 'Minato CRM' });
  await card.getByRole('button', { name: words.connections_pause }).click();
  await card.getByText(words.connections_paused, { exact: true }).waitFor();
  await card.getByRole('button', { name: words.connections_resume }).click();
  await card.getByText(words.connections_active, { exact: true }).waitFor();
});
