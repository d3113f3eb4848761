/** Connecting a CRM, what its card says, and its end. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { go, inspect, LOOKS, visit, WORDS } from './visit';

const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
const CLOUD = { ja: '見本クラウドCRM', en: 'Sample cloud CRM' };

/** As far as the form of a CRM that takes mail in by itself. */
async function begin(page: Page, words: (typeof WORDS)['en'], kind: string): Promise<void> {
  await go(page, words, 'connections');
  await press(page, words.connections_add_crm);
  await page.getByRole('radio', { name: kind }).check();
  await press(page, words.common_next);
}

async function signIn(page: Page, words: (typeof WORDS)['en'], key: string): Promise<void> {
  await page.locator('input[name="key"]').fill(key);
  await press(page, words.first_run_test);
}

describe.each(LOOKS)('in $language and $scheme', (look) => {
  const words = WORDS[look.language];

  test('every step to a CRM, its card and its end can be read by everybody', async () => {
    const page = await visit({ ...look });
    await go(page, words, 'connections');
    await press(page, words.connections_add_crm);
    await page.getByRole('radio', { name: CLOUD[look.language] }).check();
    await inspect(page, 'crm-choose', look);
    await press(page, words.common_next);
    await page.locator('input[name="key"]').waitFor();
    await inspect(page, 'crm-sign_in', look);
    await signIn(page, words, 'narrow');
    await page.getByText(words.crm_missing, { exact: true }).waitFor();
    await inspect(page, 'crm-missing', look);
    await signIn(page, words, 'right');
    await page.getByText(words.crm_remark).waitFor();
    await inspect(page, 'crm-check', look);
    await press(page, words.common_next);
    await page.getByRole('radio', { name: words.crm_captures_yes, exact: false }).first().check();
    await inspect(page, 'crm-captures', look);
    await press(page, words.first_run_crm_connect);
    await page.getByRole('heading', { name: words.crm_sync_done }).waitFor();
    await inspect(page, 'crm-sync', look);
    await press(page, words.common_next);
    await page.getByText(words.crm_records).waitFor();
    await inspect(page, 'crm-choices', look);
    await press(page, words.common_next);
    await page.getByText(words.crm_sample_link).waitFor();
    await inspect(page, 'crm-sample', look);
    await press(page, words.crm_finish);
    await page.getByText(words.crm_captures_warning).waitFor();
    await page.getByText(words.crm_captures_warning).scrollIntoViewIfNeeded();
    await inspect(page, 'crm-card', look);
    await page.getByRole('article', { name: 'Minato CRM' }).getByRole('button', { name: words.connections_remove }).click();
    await page.getByRole('dialog').waitFor();
    await inspect(page, 'crm-remove', look);
    await page.getByRole('radio', { name: words.connections_remove_retract }).check();
    await page.getByRole('dialog').getByRole('button', { name: words.connections_remove }).click();
    await page.getByRole('button', { name: words.connections_former_forget }).waitFor();
    await page.getByRole('button', { name: words.connections_former_forget }).scrollIntoViewIfNeeded();
    await inspect(page, 'crm-leaving', look);
  });

  test('whatever is in the way of the contacts is said to everybody, and one may go on', async () => {
    for (const [key, sentence] of [
      ['slow', words.crm_sync_background],
      ['down', words.error_crm_unavailable],
      ['empty', words.crm_sync_empty],
    ] as const) {
      const page = await visit({ ...look, state: 'empty' });
      await begin(page, words, CLOUD[look.language]);
      await signIn(page, words, key);
      await press(page, words.common_next);
      await page.getByRole('radio', { name: words.crm_captures_no, exact: false }).first().check();
      await press(page, words.first_run_crm_connect);
      await page.getByText(sentence).waitFor();
      await inspect(page, `crm-sync_${key}`, look);
      await press(page, words.common_next);
      await press(page, words.common_next);
      await page.getByText(words.crm_sample_made_up).waitFor();
      if (key === 'empty') await inspect(page, 'crm-sample_made_up', look);
    }
  });

  test('other records for a shared mail can be chosen by everybody', async () => {
    const page = await visit({ ...look });
    await go(page, words, 'history');
    await page.getByRole('button', { name: words.history_relink }).first().click();
    await page.getByRole('combobox', { name: words.link_search }).fill('田中');
    await page.getByRole('dialog').getByRole('option').first().waitFor();
    await inspect(page, 'history-relink', look);
  });
});

test('a folder is connected in three steps', async () => {
  const words = WORDS.en;
  const page = await visit({ language: 'en' });
  await begin(page, words, 'Folder');
  await page.locator('input[name="path"]').fill('/home/mori/crm');
  await press(page, words.first_run_test);
  await page.getByRole('heading', { name: words.crm_sync_done }).waitFor();
  await press(page, words.crm_finish);
  await page.getByRole('heading', { name: 'Folder' }).waitFor();
});

test('the keyboard alone leads there and back', async () => {
  const words = WORDS.en;
  const page = await visit({ language: 'en' });
  await begin(page, words, CLOUD.en);
  await page.locator('input[name="key"]').fill('right');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: words.crm_check_title.replace('{crm}', CLOUD.en) }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('sheet-title');
  await page.getByRole('button', { name: words.common_back, exact: true }).focus();
  await page.keyboard.press('Enter');
  expect(await page.locator('input[name="key"]').inputValue()).toBe('right');
});

test('a CRM that was removed is forgotten once everything is taken back, and the history still names it', async () => {
  const words = WORDS.en;
  const page = await visit({ language: 'en' });
  await go(page, words, 'connections');
  await press(page, words.connections_rename);
  await page.getByRole('dialog').locator('input[name="name"]').fill('Harbour');
  await press(page, words.connections_save);
  const card = page.getByRole('article', { name: 'Harbour' });
  await card.getByRole('button', { name: words.connections_remove }).click();
  await page.getByRole('radio', { name: words.connections_remove_retract }).check();
  await page.getByRole('dialog').getByRole('button', { name: words.connections_remove }).click();
  await page.getByRole('button', { name: words.connections_former_forget }).waitFor();
  await page.getByText(words.connections_no_crm).waitFor();
  await go(page, words, 'history');
  await page.getByText('Harbour').first().waitFor();
  expect(await page.getByRole('button', { name: words.history_retract }).count()).toBe(0);
});

test('other records are found and chosen by the keys alone, and the one that the keys are on stays in sight', async () => {
  const words = WORDS.en;
  const page = await visit({ language: 'en', size: 'zoom200' });
  await go(page, words, 'history');
  await page.getByRole('button', { name: words.history_relink }).first().click();
  const field = page.getByRole('combobox', { name: words.link_search });
  expect(await field.evaluate((input) => input === document.activeElement)).toBe(true);
  await page.keyboard.type('example');
  await page.getByRole('dialog').getByRole('option').nth(4).waitFor();
  await page.keyboard.press('ArrowUp');
  const active = page.locator(`[id="${await field.getAttribute('aria-activedescendant')}"]`);
  expect(await active.evaluate((option) => option.nextElementSibling)).toBe(null);
  expect(await isInSight(active)).toBe(true);
  await page.keyboard.press('Enter');
  expect(await active.getAttribute('aria-selected')).toBe('true');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

/** Whether it is seen where it stands: neither scrolled away nor cut off. */
const isInSight = (locator: Locator): Promise<boolean> =>
  locator.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const at = (y: number): boolean => element.contains(document.elementFromPoint(left + width / 2, y));
    return at(top + 4) && at(top + height - 4);
  });
