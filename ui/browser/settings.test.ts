/** The choices of the person, and the facts that others have set. */
import { describe, expect, test } from 'vitest';
import { go, inspect, LOOKS, restart, visit, WORDS } from './visit';

describe.each(LOOKS)('in $language and $scheme', (look) => {
  const words = WORDS[look.language];

  test('every state can be read by everybody', async () => {
    const page = await visit({ ...look });
    for (const [state, sentence] of [
      ['running', words.settings_privacy],
      ['sharing_stopped', words.error_policy_invalid],
      ['governed', words.history_export_forbidden],
      ['sample', words.connections_sample_text],
    ] as const) {
      await restart(page, state);
      await go(page, words, 'settings');
      await page.getByText(sentence).first().waitFor();
      await inspect(page, `settings-${state}`, look);
    }
    await page.context().close();
  });
});

test('another language keeps the screen', async () => {
  const page = await visit({ language: 'ja' });
  await go(page, WORDS.ja, 'settings');
  await page.getByText('English').click();
  await page.getByRole('heading', { name: WORDS.en.frame_settings }).waitFor();
});

test('single keys that were switched off stay off after the next start', async () => {
  const words = WORDS.en;
  const page = await visit({ state: 'troubled', language: 'en' });
  await go(page, words, 'settings');
  await page.getByLabel(words.settings_single_keys).uncheck();
  await restart(page, 'troubled');
  await go(page, words, 'queue');
  const first = await page.locator('li[aria-current]').innerText();
  await page.keyboard.press('j');
  expect(await page.locator('li[aria-current]').innerText()).toBe(first);
  await page.locator('li[aria-current]').focus();
  await page.keyboard.press('ArrowDown');
  expect(await page.locator('li[aria-current]').innerText()).not.toBe(first);
});

test('forced colours and reduced motion leave everything there', async () => {
  const page = await visit({ language: 'en', forcedColors: 'active', reducedMotion: 'reduce' });
  await go(page, WORDS.en, 'settings');
  await inspect(page, 'settings-forced_colors', { language: 'en', scheme: 'light' });
});
