/** What is seen while the program isn't there. */
import { describe, expect, test } from 'vitest';
import { inspect, LOOKS, picture, restart, visit, WORDS } from './visit';

describe.each(LOOKS)('in $language and $scheme', (look) => {
  const words = WORDS[look.language];

  test.each([
    ['starting', words.gate_starting],
    ['failed', words.error_database_failed],
    ['unexpected', words.error_internal],
    ['locked', words.error_key_store_locked],
    ['passphrase', words.gate_enter],
    ['no_key_store', words.gate_forgotten],
  ])('%s is said, and can be read by everybody', async (state, sentence) => {
    const page = await visit({ ...look, state });
    await page.getByText(sentence, { exact: true }).waitFor();
    await inspect(page, `gate-${state}`, look);
    await page.context().close();
  });
});

test('trying again opens the desk once the store is unlocked', async () => {
  const page = await visit({ state: 'locked', language: 'en' });
  const again = page.getByRole('button', { name: WORDS.en.common_try_again });
  await again.click();
  await page.getByText(WORDS.en.error_key_store_locked, { exact: true }).waitFor();
  await page.evaluate(() => dispatchEvent(new Event('otomo:mend')));
  await again.click();
  await page.getByRole('navigation').waitFor();
});

test('a wrong passphrase is said at its field, the right one opens the desk', async () => {
  const page = await visit({ state: 'passphrase', language: 'en' });
  const field = page.getByLabel(WORDS.en.gate_passphrase, { exact: true });
  await field.fill('wrong');
  await field.press('Enter');
  await page.getByText(WORDS.en.error_passphrase_wrong).waitFor();
  expect(await field.getAttribute('aria-invalid')).toBe('true');
  await picture(page, 'gate-passphrase-wrong-en-light');
  await field.fill('right');
  await field.press('Enter');
  await page.getByRole('navigation').waitFor();
});

test('a new passphrase is shown on demand and has to be written twice', async () => {
  const page = await visit({ state: 'no_key_store', language: 'en' });
  const fields = page.getByLabel(/^Passphrase/);
  await fields.nth(0).fill('a short sentence');
  await fields.nth(1).fill('another sentence');
  await page.getByRole('button', { name: WORDS.en.gate_set }).click();
  await page.getByText(WORDS.en.gate_flaw_unequal).waitFor();
  await page.getByRole('button', { name: WORDS.en.common_show_characters }).first().click();
  expect(await fields.nth(0).getAttribute('type')).toBe('text');
  await fields.nth(1).fill('a short sentence');
  await page.getByRole('button', { name: WORDS.en.gate_set }).click();
  await page.getByRole('navigation').waitFor();
});

test('the keyboard reaches every choice and one sees where it is', async () => {
  const page = await visit({ state: 'failed', language: 'en' });
  const reached: string[] = [];
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press('Tab');
    reached.push(await page.evaluate(() => document.activeElement?.closest('fieldset, button, summary')?.tagName ?? ''));
  }
  expect(reached).toEqual(['BUTTON', 'SUMMARY', 'FIELDSET', 'FIELDSET']);
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  expect(await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle)).toBe('solid');
});

test('another language is spoken at once and after the next start', async () => {
  const page = await visit({ state: 'failed' });
  await page.getByText('English').click();
  await page.getByText(WORDS.en.error_database_failed, { exact: true }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  await restart(page, 'failed');
  await page.getByText(WORDS.en.error_database_failed, { exact: true }).waitFor();
});

test('the chosen theme wins over the system', async () => {
  const page = await visit({ state: 'failed', language: 'en' });
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.getByText(WORDS.en.appearance_theme_dark, { exact: true }).click();
  expect(await background()).not.toBe(light);
});
