/** What holds for mail in general. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { go, inspect, LOOKS, overhang, restart, visit, WORDS } from './visit';

type Words = (typeof WORDS)['en'];

/** Opens the form and fills in what a rule is about. */
async function fill(page: Page, words: Words, kind: string, value: string): Promise<void> {
  await page.getByRole('button', { name: words.rules_add, exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(words.rules_kind, { exact: true }).selectOption(kind);
  const field = dialog.locator('[name="value"]');
  if (kind === words.rules_kind_folder || kind === words.rules_kind_account) await field.selectOption(value);
  else await field.fill(value);
}

describe.each(LOOKS)('in $language and $scheme', (look) => {
  const words = WORDS[look.language];

  test('every state can be read by everybody', async () => {
    const page = await visit({ ...look });
    for (const [state, sentence] of [
      ['running', words.rules_group_policy],
      ['empty', words.rules_empty],
      ['broken', words.error_database_failed],
      ['loading', words.common_loading],
    ] as const) {
      await restart(page, state);
      await go(page, words, 'rules');
      await page.getByText(sentence).first().waitFor();
      await inspect(page, `rules-${state}`, look);
    }
    await page.context().close();
  });

  test('the form can be read by everybody, and so can what a rule changes', async () => {
    const page = await visit({ ...look });
    await go(page, words, 'rules');
    await page.getByRole('button', { name: words.rules_add, exact: true }).click();
    await inspect(page, 'rules-add', look);
    await page.keyboard.press('Escape');
    await restart(page, 'long');
    await go(page, words, 'rules');
    await fill(page, words, words.rules_kind_domain, 'minato.example');
    await page.getByText(words.rules_effect_examples).waitFor();
    await inspect(page, 'rules-add_effect', look);
    await restart(page, 'running');
    await go(page, words, 'rules');
    await fill(page, words, words.rules_kind_folder, 'INBOX');
    await page.getByText(words.rules_wide, { exact: true }).waitFor();
    await page.getByLabel(words.rules_wide_agree).scrollIntoViewIfNeeded();
    await inspect(page, 'rules-add_wide', look);
    await page.keyboard.press('Escape');
    await fill(page, words, words.rules_kind_contact, 'Weber');
    await page.getByRole('radio', { name: 'Daniel Weber' }).waitFor();
    await inspect(page, 'rules-add_contact', look);
    await page.getByRole('dialog').getByRole('button', { name: words.common_cancel }).click();
    await page.getByRole('button', { name: new RegExp(words.rules_remove_one.replace('{what}', '')) }).first().click();
    await page.getByText(words.rules_effect_none.replace('{days}', '90')).waitFor();
    await inspect(page, 'rules-remove', look);
  });
});

test('a rule is added after it was seen what it changes, and goes again', async () => {
  const words = WORDS.en;
  const page = await visit({ language: 'en' });
  await go(page, words, 'rules');
  await fill(page, words, words.rules_kind_domain, 'minato.example');
  const dialog = page.getByRole('dialog');
  await dialog.getByText(words.rules_effect_excluded.replace('{count}', '1')).waitFor();
  await dialog.getByLabel(words.rules_reason, { exact: true }).fill('Bank');
  await dialog.getByRole('button', { name: words.rules_save, exact: true }).click();
  const row = page.locator('main li', { hasText: 'minato.example' });
  await row.getByText('Bank').waitFor();
  await page.keyboard.press('z');
  await row.waitFor({ state: 'detached' });
});

test('a removed rule comes back as it was', async () => {
  const words = WORDS.en;
  const page = await visit({ language: 'en' });
  await go(page, words, 'rules');
  const row = page.locator('main li', { hasText: '健康診断' });
  await row.getByRole('button').click();
  await page.getByRole('dialog').getByRole('button', { name: words.rules_remove, exact: true }).click();
  await row.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: words.rules_undo }).click();
  await row.getByText(/病院・健康/).waitFor();
});

test('a rule about nearly everything is only saved if it is meant', async () => {
  const words = WORDS.en;
  const page = await visit({ language: 'en' });
  await go(page, words, 'rules');
  await fill(page, words, words.rules_kind_folder, 'INBOX');
  const dialog = page.getByRole('dialog');
  const save = dialog.getByRole('button', { name: words.rules_save, exact: true });
  await dialog.getByText(words.rules_wide, { exact: true }).waitFor();
  expect(await save.isDisabled()).toBe(true);
  await dialog.getByLabel(words.rules_wide_agree).check();
  expect(await save.isEnabled()).toBe(true);
});

test('what cannot be a rule is said at its place', async () => {
  const words = WORDS.en;
  const page = await visit({ language: 'en' });
  await go(page, words, 'rules');
  await fill(page, words, words.rules_kind_domain, 'bank');
  await page.getByText(words.rules_flaw_about).waitFor();
  await page.locator('[name="value"]').fill('gmail.com');
  await page.getByRole('dialog').locator('label', { hasText: words.rules_then_share }).click();
  await page.getByText(words.rules_flaw_then).waitFor();
  expect(await page.getByRole('dialog').getByRole('button', { name: words.rules_save, exact: true }).isDisabled()).toBe(true);
});

test('a person is chosen with the keyboard alone, and the rule names them', async () => {
  const words = WORDS.en;
  const page = await visit({ language: 'en' });
  await page.getByRole('listbox').waitFor();
  await page.keyboard.press('Control+5');
  await page.getByRole('heading', { name: words.frame_rules, exact: true }).waitFor();
  await page.keyboard.press('a');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(words.rules_kind, { exact: true }).selectOption(words.rules_kind_contact);
  await dialog.locator('[name="value"]').fill('weber');
  await dialog.getByRole('radio', { name: 'Daniel Weber' }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await dialog.getByText('Daniel Weber').waitFor();
  await dialog.getByRole('button', { name: words.rules_save, exact: true }).click();
  await page.locator('main li', { hasText: 'Daniel Weber' }).waitFor();
});

test('hostile names neither widen the page nor turn the reading direction', async () => {
  const page = await visit({ state: 'hostile', language: 'en', size: '400' });
  await go(page, WORDS.en, 'rules');
  await page.locator('main li').first().waitFor();
  expect(await overhang(page)).toBe(0);
});

test('forced colours leave everything there', async () => {
  const page = await visit({ language: 'en', forcedColors: 'active', reducedMotion: 'reduce' });
  await go(page, WORDS.en, 'rules');
  await page.getByText(WORDS.en.rules_group_policy).waitFor();
  await inspect(page, 'rules-forced_colors', { language: 'en', scheme: 'light' });
});
