/** The review desk: every state in every look, and a list that is too long to draw. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { go, inspect, LOOKS, picture, restart, visit, violations, WORDS } from './visit';

const option = (page: Page, place: number) => page.locator(`[role=option][aria-posinset="${place}"]`);

/** Goes to a tab. */
const open = (page: Page, tab: string): Promise<void> => page.locator(`input[type=radio][value=${tab}]`).check({ force: true });
/** How many rows the list has. */
const size = (page: Page, n: number) => page.waitForFunction((n) => document.querySelector('[role=option]')?.getAttribute('aria-setsize') === `${n}`, n);

describe.each(LOOKS)('in $language and $scheme', (look) => {
  const words = WORDS[look.language];
  const name = (state: string): string => `review-${state}-${look.language}-${look.scheme}`;

  test('the desk can be read and used by everybody, whatever state it is in', async () => {
    const page = await visit(look);
    await option(page, 1).waitFor();
    await page.getByText('森様').first().waitFor();
    await inspect(page, 'review-running', look);

    await page.keyboard.press('1');
    await page.getByRole('button', { name: words.mail_undo }).waitFor();
    await inspect(page, 'review-undo', look);

    await page.keyboard.press('x');
    await page.keyboard.press('Shift+J');
    await page.getByRole('button', { name: words.mail_share_many.replace('{n}', '2'), exact: true }).waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, name('chosen'));

    await page.keyboard.press('Escape');

    for (const tab of ['unmatched', 'excluded'] as const) {
      await open(page, tab);
      await page.getByText(words[`mail_not_${tab}`]).waitFor();
      expect(await violations(page)).toEqual([]);
      await picture(page, name(tab));
    }
    await open(page, 'later');
    await page.getByText(words.ask_past_why).waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, name('later'));
  });

  test('what one should know of a mail before it is shared is said', async () => {
    const page = await visit(look);
    await option(page, 1).waitFor();
    await open(page, 'first');
    await page.getByRole('group', { name: words.first_question }).waitFor();
    await inspect(page, 'review-first', look);
    await page.keyboard.press('j');
    await page.getByRole('button', { name: new RegExp(words.sensitive_bank_account) }).waitFor();
    await page.locator('mark.sensitive').waitFor();
    await inspect(page, 'review-sensitive', look);
    await page.getByRole('button', { name: new RegExp(words.sensitive_bank_account) }).click();
    await page.locator('mark.redacted').waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, name('redacted'));

    await page.keyboard.press('3');
    await page.getByRole('dialog').waitFor();
    await inspect(page, 'review-put-off', look);
    await page.keyboard.press('Escape');
    await page.keyboard.press('n');
    await page.getByText(words.never_text).waitFor();
    await page.getByText('90').waitFor();
    await inspect(page, 'review-never-log', look);
    await page.keyboard.press('Escape');
    await open(page, 'all');
    await page.keyboard.press('Control+a');
    await page.keyboard.press('1');
    await page.getByText(words.mail_confirm_sensitive.replace('{n}', '1')).waitFor();
    await inspect(page, 'review-confirm-sensitive', look);
  });

  test('what keeps mail from being shared is said in its place', async () => {
    const page = await visit({ ...look, state: 'refusing' });
    await option(page, 1).waitFor();
    await page.keyboard.press('1');
    await page.getByText(words.error_conflict, { exact: true }).waitFor();
    expect(await option(page, 1).getAttribute('aria-selected')).toBe('true');
    await inspect(page, 'review-refused', look);

    await restart(page, 'sharing_stopped');
    await page.getByText(words.mail_sharing_stopped).waitFor();
    await inspect(page, 'review-stopped', look);

    await restart(page, 'offline');
    await page.getByText(words.frame_offline).waitFor();
    await option(page, 1).waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, name('offline'));
  });

  test('a desk without mail says what will come, and a broken one what to do', async () => {
    const page = await visit({ ...look, state: 'empty' });
    await page.getByText(words.review_empty, { exact: true }).waitFor();
    await inspect(page, 'review-empty', look);

    await restart(page, 'no_crm');
    await page.getByText(words.review_no_crm, { exact: true }).waitFor();
    await inspect(page, 'review-no-crm', look);

    await restart(page, 'broken');
    await page.getByText(words.error_database_failed, { exact: true }).waitFor();
    await inspect(page, 'review-failed', look);

    await restart(page, 'loading');
    await page.getByText(words.common_loading).first().waitFor({ state: 'attached' });
    await page.waitForTimeout(500);
    expect(await violations(page)).toEqual([]);
    await picture(page, name('loading'));
  });
});

test('a hundred thousand mails are as quick as ten, to their end', async () => {
  const page = await visit({ state: 'many' });
  await option(page, 1).waitFor();
  const nodes = (): Promise<number> => page.evaluate(() => document.querySelectorAll('*').length);
  expect(await nodes()).toBeLessThan(600);
  await page.evaluate(() => document.querySelector('[role=listbox]')?.scrollTo(0, 1e9));
  await page.waitForFunction(() => document.querySelector('[role=option][aria-posinset="74994"]'));
  expect(await nodes()).toBeLessThan(600);
  expect(await page.locator('[role=option]').first().getAttribute('aria-setsize')).toBe('74994');

  const decided = await page.evaluate(async () => {
    const start = performance.now();
    const before = document.querySelector('h2')?.textContent;
    dispatchEvent(new KeyboardEvent('keydown', { key: '1' }));
    await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
    return { took: performance.now() - start, turned: document.querySelector('h2')?.textContent !== before };
  });
  expect(decided.turned).toBe(true);
  expect(decided.took).toBeLessThan(500);

  await page.keyboard.press('Control+a');
  await page.keyboard.press('1');
  await page.getByText(WORDS.ja.mail_confirm_share.replace('{n}', '74,993')).waitFor();
  expect(await violations(page)).toEqual([]);
  await picture(page, 'review-confirm-ja-light');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

test('a decision that is over can not be taken back any more', async () => {
  const page = await visit({ state: 'quick', language: 'en' });
  await option(page, 1).waitFor();
  await page.keyboard.press('1');
  const undo = page.getByRole('button', { name: WORDS.en.mail_undo });
  await undo.waitFor();
  await undo.waitFor({ state: 'detached' });
  await page.keyboard.press('z');
  expect(await page.locator('[role=option]').first().getAttribute('aria-setsize')).toBe('5');
});

test.each(['ja', 'en'] as const)('an undoing that comes too late says so in %s, and what helps', async (language) => {
  const page = await visit({ state: 'quick', language });
  await size(page, 6);
  // The window's clock stands still: the program is ahead of the countdown.
  await page.evaluate(() => {
    const now = Date.now();
    Date.now = () => now;
  });
  await page.keyboard.press('1');
  await size(page, 5);
  await page.waitForTimeout(1800);
  await page.keyboard.press('z');
  await page.getByText(WORDS[language].error_too_late, { exact: true }).waitFor();
  await page.getByText(WORDS[language].error_too_late_hint, { exact: true }).waitFor();
  await size(page, 5);
  expect(await page.getByText(WORDS[language].mail_said_undone.replace('{n}', '1')).count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  await picture(page, `review-too-late-${language}-light`);
});

test('the colours of the system and stillness are respected', async () => {
  const page = await visit({ language: 'en', forcedColors: 'active', reducedMotion: 'reduce' });
  await option(page, 1).waitFor();
  await page.keyboard.press('1');
  const bar = page.getByRole('button', { name: WORDS.en.mail_undo });
  await bar.waitFor();
  expect(await bar.evaluate((button) => getComputedStyle(button.parentElement as Element).animationDuration)).toBe('0s');
  await picture(page, 'review-forced-colours');
});

test('a program that ends under the window leaves what is there in sight, and goes on when asked to', async () => {
  const page = await visit({ language: 'en' });
  await option(page, 1).waitFor();
  await page.keyboard.press('j');
  const subject = page.getByRole('heading', { level: 2 });
  const read = await subject.innerText();
  await page.evaluate(() => dispatchEvent(new Event('otomo:stop')));
  await page.getByText(WORDS.en.error_engine_stopped, { exact: true }).first().waitFor();
  expect(await subject.innerText()).toBe(read);
  expect(await violations(page)).toEqual([]);
  await picture(page, 'review-engine-stopped-en-light');
  await page.keyboard.press('1');
  expect(await option(page, 1).getAttribute('aria-setsize')).toBe('6');

  await page.evaluate(() => dispatchEvent(new Event('otomo:mend')));
  await page.getByRole('button', { name: WORDS.en.common_try_again }).click();
  await page.getByRole('button', { name: WORDS.en.common_try_again }).waitFor({ state: 'detached' });
  expect(await subject.innerText()).toBe(read);
  await page.keyboard.press('1');
  await page.waitForFunction(() => document.querySelector('[role=option]')?.getAttribute('aria-setsize') === '5');
});

test('another screen and back finds the desk as fresh as before', async () => {
  const page = await visit({ language: 'en' });
  await option(page, 1).waitFor();
  await page.keyboard.press('1');
  await go(page, WORDS.en, 'mailbox');
  await page.locator('[role=option]', { hasText: WORDS.en.state_scheduled }).first().waitFor();
  await go(page, WORDS.en, 'review');
  await option(page, 1).waitFor();
  expect(await option(page, 1).getAttribute('aria-setsize')).toBe('5');
});

test('an answer about somebody new holds from now on, and undo takes it back', async () => {
  const page = await visit({ language: 'en' });
  await option(page, 1).waitFor();
  await open(page, 'first');
  await size(page, 2);
  await page.keyboard.press('Shift+Digit1');
  await page.getByText(WORDS.en.mail_always_undo_rule, { exact: true }).waitFor();
  await size(page, 1);
  await page.keyboard.press('z');
  await size(page, 2);
  await page.getByRole('button', { name: WORDS.en.first_never }).click();
  await page.getByText('stays private from now on').first().waitFor();
  await size(page, 1);
});

test('mail that was put off waits in its tab, and comes back with undo', async () => {
  const page = await visit({ language: 'en' });
  await size(page, 6);
  await page.keyboard.press('h');
  await page.keyboard.press('2');
  await size(page, 5);
  await open(page, 'later');
  await size(page, 2);
  await page.keyboard.press('z');
  await size(page, 1);
  await open(page, 'all');
  await size(page, 6);
});

test('mail that was kept out can be decided on all the same', async () => {
  const page = await visit({ language: 'en' });
  await size(page, 6);
  await open(page, 'excluded');
  await size(page, 3);
  await page.getByRole('button', { name: WORDS.en.mail_include }).waitFor();
  await page.keyboard.press('i');
  await size(page, 2);
});

test('the never-log list takes such mail away, and gives it back', async () => {
  const page = await visit({ language: 'en' });
  await size(page, 6);
  await page.keyboard.press('n');
  await page.getByText(WORDS.en.never_domain).click();
  await page.getByText(/^In the last 90 days: /).waitFor();
  await page.keyboard.press('Control+Enter');
  await size(page, 5);
  await page.keyboard.press('z');
  await size(page, 6);
  await page.getByText(WORDS.en.mail_said_rule_removed).waitFor({ state: 'attached' });
});

test('a dialog is about the mail under the cursor: where another comes there, it begins anew', async () => {
  const page = await visit({ language: 'en' });
  await page.clock.install();
  await size(page, 6);
  const subject = await page.locator('.reader h2').innerText();
  await page.keyboard.press('h');
  await page.keyboard.press('1');
  await size(page, 5);
  await open(page, 'later');
  await size(page, 2);
  await page.getByRole('option').filter({ hasText: subject }).click();
  await page.keyboard.press('n');
  const named = page.getByRole('dialog').locator('fieldset b').first();
  const before = await named.innerText();
  // It wakes up, and leaves the list that it stood in.
  await page.clock.fastForward(200 * 3_600_000);
  await size(page, 1);
  expect(await named.innerText()).not.toBe(before);
});

test('the list has a tab beside each tab', async () => {
  const page = await visit({ language: 'en' });
  await size(page, 6);
  await page.keyboard.press('ArrowRight');
  await size(page, 2);
  await page.keyboard.press('.');
  await size(page, 3);
  await page.keyboard.press(',');
  await page.keyboard.press('ArrowLeft');
  await size(page, 6);
});
