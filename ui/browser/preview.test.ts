/** What would be sent, blacking out, why, and whom a mail belongs to: by the keys alone, in every look. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { inspect, LOOKS, picture, restart, visit, violations, WORDS } from './visit';

const option = (page: Page, place: number) => page.locator(`[role=option][aria-posinset="${place}"]`);
const dialog = (page: Page) => page.getByRole('dialog');
const button = (page: Page, name: string) => dialog(page).getByRole('button', { name, exact: true });
const shares = (page: Page) => dialog(page).locator('footer button').last();
const sha256 = (page: Page) => dialog(page).locator('code').first().textContent();

/** The desk with its mail, the cursor on the mail with these words in its text. */
async function read(page: Page, text: string): Promise<void> {
  await option(page, 1).waitFor();
  for (let step = 0; step < 8 && !(await page.getByText(text).first().isVisible()); step++) {
    await page.keyboard.press('j');
    await page.waitForTimeout(60);
  }
  await page.getByText(text).first().waitFor();
}

/** Opens a dialog by its key, with the mail in sight. */
async function open(page: Page, key: string, title: string): Promise<void> {
  await page.keyboard.press(key);
  await page.getByRole('dialog', { name: title }).waitFor();
}

const choose = (page: Page, label: string) => dialog(page).locator('label').filter({ hasText: label }).first().click();

describe.each(LOOKS)('in $language and $scheme', (look) => {
  const words = WORDS[look.language];
  const name = (state: string): string => `preview-${state}-${look.language}-${look.scheme}`;

  test('what would be sent is shown as a mail, next to the original, and byte for byte', async () => {
    const page = await visit(look);
    await read(page, '資料はこちらに置きました');
    await open(page, 'd', words.mail_preview);
    await page.getByText('SHA-256').waitFor();
    await inspect(page, 'preview-sent', look);

    await choose(page, words.preview_view_diff);
    await dialog(page).getByText(words.diff_cut, { exact: true }).first().waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, name('diff'));

    await choose(page, words.preview_view_raw);
    await choose(page, words.preview_bytes);
    const payload = JSON.parse((await dialog(page).locator('pre').textContent()) ?? '');
    expect([payload.digest, payload.share_level]).toEqual([await sha256(page), 'full']);
    expect(payload.body_text).not.toContain('TEL 03-5550-0142');
    expect(await violations(page)).toEqual([]);
    await picture(page, name('raw'));
  });

  test('what is sensitive, undecided or too large is said before anything is sent', async () => {
    const page = await visit(look);
    await read(page, '資料はこちらに置きました');
    await open(page, 'd', words.mail_preview);
    await choose(page, words.preview_quotes);
    await dialog(page).getByText(words.preview_quotes_title).waitFor();
    expect(await shares(page).isDisabled()).toBe(true);
    expect(await violations(page)).toEqual([]);
    await picture(page, name('quotes'));
    await choose(page, words.preview_quotes_agree);
    expect(await shares(page).isEnabled()).toBe(true);
    await page.keyboard.press('Escape');

    await read(page, '東北精機の小野寺');
    await open(page, 'd', words.mail_preview);
    await dialog(page).locator('li input[type=checkbox]').first().click();
    await dialog(page).getByText(words.preview_too_large).waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, name('too-large'));
    await page.keyboard.press('Escape');

    await read(page, 'みなと銀行 本店');
    await open(page, 'd', words.mail_preview);
    await dialog(page).getByText(words.preview_sensitive.replace('{n}', '1')).waitFor();
    await inspect(page, 'preview-sensitive', look);
    await dialog(page).getByRole('button', { name: new RegExp(words.redact_piece.replace('{kind}', words.sensitive_bank_account).replace('{text}', '.*')) }).first().click();
    await dialog(page).getByText(words.preview_left_redacted.replace('{n}', '1')).waitFor();
    await dialog(page).getByText(words.preview_sensitive.replace('{n}', '1')).waitFor({ state: 'detached' });
  });

  test('words are blacked out by the keys alone, and the original stays as it is', async () => {
    const page = await visit(look);
    await read(page, 'みなと銀行 本店');
    await open(page, 'm', words.redact_title);
    await dialog(page).getByRole('textbox', { name: words.side_body }).focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await dialog(page).getByText('森様', { exact: true }).first().waitFor();
    await inspect(page, 'redact-selected', look);
    await page.keyboard.press('Enter');
    await dialog(page).locator('li').filter({ hasText: '森様' }).waitFor();
    await choose(page, words.sensitive_bank_account);
    expect(await violations(page)).toEqual([]);
    await picture(page, name('redact'));

    await choose(page, words.preview_view_sent);
    await dialog(page).getByText(words.redact_bar, { exact: true }).first().waitFor({ state: 'attached' });
    expect(await dialog(page).locator('.sheet').textContent()).not.toContain('1234567');
    expect(await violations(page)).toEqual([]);
    await picture(page, name('redact-sent'));

    await page.keyboard.press('Control+Enter');
    await dialog(page).waitFor({ state: 'detached' });
    await page.getByText('みなと銀行 本店').first().waitFor();
  });

  test('each check is told in its order, with the rule and the words that it met', async () => {
    const page = await visit(look);
    await read(page, '資料はこちらに置きました');
    await open(page, 'w', words.mail_why);
    await inspect(page, 'why', look);
    await page.keyboard.press('Escape');
    await page.locator('label').filter({ hasText: words.review_tab_excluded }).click();
    await read(page, '11月のご利用明細');
    await open(page, 'w', words.mail_why);
    await dialog(page).getByText(words.why_wins, { exact: true }).waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, name('why-excluded'));
  });

  test('whom a mail belongs to is searched for, chosen, and made where nobody is found', async () => {
    const page = await visit(look);
    await read(page, '資料はこちらに置きました');
    await open(page, 'l', words.link_change);
    await page.keyboard.type('tanaka');
    await dialog(page).getByText('taro.tanaka@kita.example').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await dialog(page).getByText(words.link_chosen.replace('{n}', '2')).waitFor();
    await inspect(page, 'link-found', look);

    await dialog(page).getByRole('combobox').fill('だれもいない');
    await dialog(page).getByText(words.link_nobody_text).waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, name('link-nobody'));

    await button(page, words.link_search_crm.replace('{crm}', 'Minato CRM')).click();
    await dialog(page).getByText(words.link_nobody_crm_text.replace('{crm}', 'Minato CRM')).waitFor();
    expect(await dialog(page).getByRole('combobox').evaluate((field) => field === document.activeElement)).toBe(true);
    await dialog(page).getByRole('combobox').fill('Toyama');
    await button(page, words.link_search_crm.replace('{crm}', 'Minato CRM')).click();
    await dialog(page).getByText('toyama@far.example').waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, name('link-crm'));

    await button(page, words.link_create).click();
    await dialog(page).getByText(words.link_create_now_text).waitFor();
    await inspect(page, 'link-create', look);
    await button(page, words.link_create_send).click();
    await dialog(page).getByText(words.link_chosen.replace('{n}', '1')).waitFor();
  });

  test('whom the rep chose is named where the mail goes, and with others it stays behind', async () => {
    const page = await visit(look);
    await read(page, '資料はこちらに置きました');
    await open(page, 'l', words.link_change);
    await page.keyboard.press('Enter');
    await page.keyboard.type('tanaka');
    await dialog(page).getByText('taro.tanaka@kita.example').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await button(page, words.link_confirm).click();
    await dialog(page).waitFor({ state: 'detached' });
    await page.getByText(words.side_linked).first().waitFor();
    const bar = page.getByRole('group', { name: words.mail_share, exact: true });
    const named = await page.locator('aside .card strong').first().innerText();
    expect(await bar.innerText()).toContain(named);
    await inspect(page, 'linked', look);
    await page.keyboard.press('Control+a');
    await bar.getByText(words.mail_some_linked.replace('{n}', '1')).waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, name('linked-many'));
  });

  test('a program that is slow, broken or offline says so in the dialog', async () => {
    const page = await visit({ ...look, state: 'refusing' });
    await read(page, '資料はこちらに置きました');
    await open(page, 'd', words.mail_preview);
    await page.getByText('SHA-256').waitFor();
    await page.keyboard.press('Control+Enter');
    await dialog(page).getByText(words.error_conflict, { exact: true }).waitFor();
    await inspect(page, 'preview-refused', look);

    for (const [key, title] of [['d', words.mail_preview], ['w', words.mail_why], ['m', words.redact_title]] as const) {
      await restart(page, 'one_broken');
      await read(page, '資料はこちらに置きました');
      await open(page, key, title);
      await dialog(page).getByText(words.error_database_failed, { exact: true }).waitFor();
      expect(await violations(page)).toEqual([]);
      await picture(page, name(`failed-${key}`));
    }

    await restart(page, 'one_loading');
    await read(page, '資料はこちらに置きました');
    await open(page, 'd', words.mail_preview);
    await page.waitForTimeout(400);
    await dialog(page).getByText(words.common_loading).waitFor({ state: 'attached' });
    expect(await shares(page).isDisabled()).toBe(true);
    expect(await violations(page)).toEqual([]);
    await picture(page, name('loading'));

    await restart(page, 'offline');
    await read(page, '資料はこちらに置きました');
    await open(page, 'l', words.link_change);
    await button(page, words.link_create).click();
    await button(page, words.link_create_send).click();
    await dialog(page).getByText(words.error_unreachable, { exact: true }).waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, name('link-offline'));
  });
});

test('what is blacked out where the CRM needs it is refused in the dialog, with the way back', async () => {
  const page = await visit({ language: 'en' });
  const words = WORDS.en;
  await read(page, '資料はこちらに置きました');
  await open(page, 'm', words.redact_title);
  const body = dialog(page).getByRole('textbox', { name: words.side_body });
  await body.focus();
  await page.evaluate(() => {
    const nodes = [...(document.querySelectorAll('dialog [role=textbox]')[1]?.childNodes ?? [])];
    const node = nodes.find(({ nodeValue }) => nodeValue?.includes('minato.example')) as Text;
    const at = node.data.indexOf('minato.example');
    getSelection()?.setBaseAndExtent(node, at, node, at + 'minato.example'.length);
  });
  await page.keyboard.press('Enter');
  await dialog(page).getByText(words.error_cannot_redact, { exact: true }).waitFor();
  expect(await violations(page)).toEqual([]);
  await picture(page, 'redact-refused-en-light');
  await page.keyboard.press('Control+z');
  await dialog(page).getByText(words.error_cannot_redact, { exact: true }).waitFor({ state: 'detached' });
});

test('a word that an input method is still composing is not searched for', async () => {
  const page = await visit({ language: 'ja' });
  await read(page, '資料はこちらに置きました');
  await open(page, 'l', WORDS.ja.link_change);
  const field = dialog(page).getByRole('combobox');
  const compose = (type: string, data: string) =>
    field.evaluate(
      (input: HTMLInputElement, [type, data]) => {
        input.value = data ?? '';
        if (type === 'end') input.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true, data: data ?? '' }));
        else input.dispatchEvent(new InputEvent('input', { bubbles: true, isComposing: true, data: data ?? '' }));
      },
      [type, data] as const,
    );
  await compose('input', 'たなk');
  await page.waitForTimeout(400);
  await dialog(page).getByText(WORDS.ja.link_candidates, { exact: true }).waitFor();
  await compose('end', '田中');
  await dialog(page).getByText('田中 太郎').waitFor();
});

test('the colours of the system are respected', async () => {
  const page = await visit({ language: 'ja', forcedColors: 'active', reducedMotion: 'reduce' });
  await read(page, 'みなと銀行 本店');
  await open(page, 'd', WORDS.ja.mail_preview);
  await page.getByText('SHA-256').waitFor();
  await picture(page, 'preview-forced-colours');
});

test('names that were made to deceive stay where they belong', async () => {
  const page = await visit({ language: 'en', state: 'hostile' });
  await option(page, 1).waitFor();
  for (const [key, title] of [['d', WORDS.en.mail_preview], ['w', WORDS.en.mail_why], ['l', WORDS.en.link_change]] as const) {
    await open(page, key, title);
    await page.waitForTimeout(300);
    expect(await dialog(page).locator('bdi').allTextContents()).not.toEqual(expect.arrayContaining([expect.stringMatching(/[\u202a-\u202e\u2066-\u2069]/)]));
    expect(await violations(page)).toEqual([]);
    await picture(page, `preview-hostile-${key}`);
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
  }
});
