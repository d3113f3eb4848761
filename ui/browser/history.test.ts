/** Everything that was decided. */
import { describe, expect, test } from 'vitest';
import { go, inspect, LOOKS, overhang, restart, visit, WORDS } from './visit';

describe.each(LOOKS)('in $language and $scheme', (look) => {
  const words = WORDS[look.language];

  test('every state can be read by everybody', async () => {
    const page = await visit({ ...look, state: 'long' });
    for (const [state, sentence] of [
      ['running', words.history_private],
      ['no_crm', words.history_empty],
      ['broken', words.error_database_failed],
      ['loading', words.common_loading],
      ['long', words.history_retract],
    ] as const) {
      await restart(page, state);
      await go(page, words, 'history');
      await page.getByText(sentence).last().waitFor({ state: 'attached' });
      await inspect(page, `history-${state}`, look);
    }
    await page.getByRole('button', { name: words.history_trace, exact: true }).first().click();
    await page.getByRole('dialog').getByText(words.act_delivered).waitFor();
    await inspect(page, 'history-trace', look);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: words.history_export }).click();
    await inspect(page, 'history-export', look);
    await page.getByRole('button', { name: words.history_export_go }).click();
    await page.getByRole('button', { name: words.history_reveal }).waitFor();
    await inspect(page, 'history-exported', look);
    await page.getByRole('button', { name: words.history_retract, exact: true }).first().click();
    await page.getByText(words.history_retract_warning.replace('{crm}', 'Minato CRM')).waitFor();
    await inspect(page, 'history-retract', look);
    await page.keyboard.press('Escape');
    await page.getByText(words.history_view_coverage, { exact: true }).click();
    await page.getByText('mori@example.co.jp').first().waitFor();
    await page.locator('summary', { hasText: words.coverage_table }).first().click();
    await inspect(page, 'history-coverage', look);
    await page.getByText(words.history_view_audit, { exact: true }).click();
    await page.getByRole('button', { name: words.audit_verify }).click();
    await page.getByText(words.audit_intact, { exact: true }).waitFor();
    await inspect(page, 'history-audit', look);
    await page.context().close();
  });
});

test('only what the window can hold is drawn, and scrolling reaches the first decision', async () => {
  const page = await visit({ state: 'long', language: 'en' });
  await go(page, WORDS.en, 'history');
  await page.locator('article').first().waitFor();
  expect(await page.locator('article').count()).toBeLessThan(60);
  const list = page.getByLabel(WORDS.en.frame_history).last();
  for (let i = 0; i < 40; i++) await list.evaluate((element) => element.scrollBy(0, 20_000));
  expect(await page.locator('article').count()).toBeLessThan(60);
});

test('a mail that is taken back is found among the retracted ones', async () => {
  const words = WORDS.en;
  const page = await visit({ language: 'en' });
  await go(page, words, 'history');
  await page.getByRole('button', { name: words.history_retract }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: words.history_retract }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByText(words.history_retract_said).waitFor({ state: 'attached' });
  await page.getByText(words.history_retracted, { exact: true }).first().click();
  await page.locator('article', { hasText: 'Shipment schedule' }).waitFor();
});

test('private decisions have their own filter', async () => {
  const words = WORDS.en;
  const page = await visit({ language: 'en' });
  await go(page, words, 'history');
  await page.locator('article').first().waitFor();
  await page.locator('label', { hasText: words.history_private }).click();
  await page.locator('article', { hasText: 'Shipment schedule' }).waitFor({ state: 'detached' });
  expect(await page.locator('article').allInnerTexts()).toEqual([expect.stringContaining('請求書の宛名変更')]);
});

test('words, people and days narrow the list, and clearing brings all of it back', async () => {
  const words = WORDS.en;
  const page = await visit({ state: 'long', language: 'en' });
  await go(page, words, 'history');
  const search = page.getByRole('searchbox', { name: words.history_search });
  await search.fill('invoice');
  await page.locator('article', { hasText: 'Shipment schedule' }).first().waitFor({ state: 'detached' });
  expect(await page.locator('article').first().innerText()).toContain('Invoice');
  await page.getByText(words.history_view_audit, { exact: true }).click();
  await page.getByText(words.history_view_list, { exact: true }).click();
  expect(await search.inputValue()).toBe('invoice');
  await page.getByLabel(words.history_filter_who).selectOption(words.history_filter_who + ': ' + words.history_who_by_itself);
  await page.getByText(words.history_none).waitFor();
  await page.getByRole('button', { name: words.history_clear }).click();
  await page.locator('article', { hasText: 'Shipment schedule' }).first().waitFor();
  expect(await search.inputValue()).toBe('');
});

test('where the company forbids files, nothing can be written and it says so', async () => {
  const words = WORDS.en;
  const page = await visit({ state: 'governed', language: 'en' });
  await go(page, words, 'history');
  await page.getByText(words.history_export_forbidden).waitFor();
  expect(await page.getByRole('button', { name: words.history_export }).isDisabled()).toBe(true);
  await page.getByText(words.history_view_audit, { exact: true }).click();
  expect(await page.getByRole('button', { name: words.audit_export }).isDisabled()).toBe(true);
});

test('hostile mail neither widens the page nor turns the reading direction', async () => {
  const page = await visit({ state: 'hostile_decided', language: 'en', size: '400' });
  await go(page, WORDS.en, 'history');
  await page.locator('article').first().waitFor();
  expect(await overhang(page)).toBe(0);
  expect(await page.locator('main').innerText()).not.toMatch(/[\u200b\u202a-\u202e\u2066-\u2069]/);
});
