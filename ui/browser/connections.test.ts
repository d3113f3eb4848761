/** The mailboxes and CRMs that are connected. */
import { describe, expect, test } from 'vitest';
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

describe.each(LOOKS)('in $language and $scheme', (look) => {
  const words = WORDS[look.language];

  test('everything about a mailbox can be changed by everybody', async () => {
    const page = await visit({ ...look });
    await go(page, words, 'connections');
    const card = page.getByRole('article', { name: 'mori@example.co.jp' });
    await card.getByRole('button', { name: words.connections_edit, exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(words.connections_edit_server).waitFor();
    await inspect(page, 'connections-edit_server', look);
    for (const [section, label] of [
      ['share', words.connect_stage_share],
      ['past', words.connections_edit_past],
      ['senders', words.connections_edit_senders],
    ] as const) {
      await dialog.getByText(label, { exact: true }).first().click();
      await inspect(page, `connections-edit_${section}`, look);
    }
    await page.keyboard.press('Escape');
    await restart(page, 'governed');
    await go(page, words, 'connections');
    await card.getByRole('button', { name: words.connections_share, exact: true }).click();
    await dialog.getByText(words.sharing_practice, { exact: true }).waitFor();
    await inspect(page, 'connections-share_governed', look);
    await dialog.getByLabel(words.sharing_grace, { exact: true }).scrollIntoViewIfNeeded();
    await inspect(page, 'connections-share_governed_more', look);
    await page.keyboard.press('Escape');
    await card.getByRole('button', { name: words.connections_remove, exact: true }).click();
    await dialog.waitFor();
    await inspect(page, 'connections-remove', look);
  });
});

test('a change is kept, and what the server refuses is said', async () => {
  const words = WORDS.en;
  const page = await visit({ language: 'en' });
  await go(page, words, 'connections');
  const card = page.getByRole('article', { name: 'mori@example.co.jp' });
  await card.getByRole('button', { name: words.connections_edit, exact: true }).click();
  const dialog = page.getByRole('dialog');
  const save = dialog.getByRole('button', { name: words.connections_save });
  await dialog.locator('input[name="host"]').fill('nowhere.example');
  await save.click();
  await dialog.getByText(words.error_host_unknown).waitFor();
  await dialog.locator('input[name="host"]').fill('imap2.example.co.jp');
  await dialog.getByText(words.connect_sends_not, { exact: true }).click();
  await save.click();
  await dialog.getByText(words.connections_saved).waitFor();
  await dialog.getByText(words.connect_stage_share, { exact: true }).click();
  await dialog.getByRole('radio', { name: words.connect_mode_manual }).check();
  await save.click();
  await dialog.getByText(words.connections_saved).waitFor();
  await dialog.getByText(words.connections_edit_senders, { exact: true }).click();
  await dialog.getByRole('button', { name: words.connections_senders_refresh }).click();
  await dialog.getByText('mori+sales@example.co.jp').waitFor();
  await dialog.locator('input[name="sender"]').fill('team@example.co.jp');
  await page.keyboard.press('Enter');
  await save.click();
  await dialog.getByText(words.connections_saved).waitFor();
  await dialog.getByRole('button', { name: words.common_close }).last().click();
  await card.getByText('imap2.example.co.jp:993', { exact: false }).waitFor();
  await card.getByText(words.connections_sending_off, { exact: true }).waitFor();
  await card.getByText(words.connect_mode_manual, { exact: true }).waitFor();
});

test('a mailbox is removed, after it was said what happens', async () => {
  const words = WORDS.en;
  const page = await visit({ language: 'en' });
  await go(page, words, 'connections');
  const card = page.getByRole('article', { name: 'sales@example.co.jp' });
  await card.getByRole('button', { name: words.connections_remove, exact: true }).click();
  await page.getByRole('dialog').getByRole('radio', { name: words.connections_remove_wipe, exact: false }).last().check();
  await page.getByRole('dialog').getByRole('button', { name: words.connections_remove, exact: true }).click();
  await card.waitFor({ state: 'detached' });
});

test('a new password brings a mailbox back, a wrong one is said', async () => {
  const words = WORDS.en;
  const page = await visit({ state: 'troubled', language: 'en' });
  await go(page, words, 'connections');
  const card = page.getByRole('article', { name: 'mori@example.co.jp' });
  await card.getByRole('button', { name: words.connections_sign_in }).click();
  const field = page.getByRole('dialog').getByLabel(words.connect_password);
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

test('how a mailbox shares is kept, all of it', async () => {
  const words = WORDS.en;
  const page = await visit({ language: 'en' });
  await go(page, words, 'connections');
  const card = page.getByRole('article', { name: 'mori@example.co.jp' });
  const dialog = page.getByRole('dialog');
  const open = (): Promise<void> => card.getByRole('button', { name: words.connections_share, exact: true }).click();
  await open();
  await dialog.getByRole('radio', { name: words.connect_mode_share }).first().check();
  await dialog.getByLabel(words.sharing_grace, { exact: true }).selectOption('1 minute');
  await dialog.getByLabel(words.sharing_quiet).check();
  await dialog.getByLabel(words.sharing_quiet_from, { exact: true }).selectOption('19:30');
  await dialog.locator('label', { hasText: words.level_subject }).click();
  await dialog.getByLabel(words.sharing_signature).check();
  await dialog.getByRole('radio', { name: words.sharing_files_up_to }).check();
  await dialog.getByLabel(words.sharing_files_size).fill('3');
  await dialog.getByRole('button', { name: words.connections_save }).click();
  await dialog.getByText(words.connections_saved).waitFor();
  await page.keyboard.press('Escape');
  await page.getByText(words.app_promise_auto).first().waitFor();
  await open();
  expect(await dialog.getByLabel(words.sharing_grace, { exact: true }).inputValue()).toBe('60');
  expect(await dialog.getByLabel(words.sharing_quiet_from, { exact: true }).inputValue()).toBe('19:30');
  expect(await dialog.getByRole('radio', { name: words.level_subject }).isChecked()).toBe(true);
  expect(await dialog.getByLabel(words.sharing_signature).isChecked()).toBe(true);
  expect(await dialog.getByLabel(words.sharing_files_size).inputValue()).toBe('3');
});

test('what the company fixed is shown and cannot be chosen', async () => {
  const words = WORDS.en;
  const page = await visit({ state: 'governed', language: 'en' });
  await go(page, words, 'connections');
  const card = page.getByRole('article', { name: 'mori@example.co.jp' });
  await card.getByText(words.sharing_policy, { exact: false }).waitFor();
  await card.getByRole('button', { name: words.connections_share, exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(words.sharing_grace_least.replace('{time}', '2 minutes')).waitFor();
  await dialog.getByText(words.sharing_level_most.replace('{level}', words.level_subject)).waitFor();
  expect(await dialog.getByRole('radio', { name: words.level_full }).count()).toBe(0);
  expect(await dialog.getByRole('radio', { name: words.connect_mode_manual, exact: true }).count()).toBe(0);
});
