/** The wizard that connects a mailbox, on every way there is, in every look. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { inspect, LOOKS, visit, WORDS, type Look } from './visit';

type Words = (typeof WORDS)['en'];

/** A person in front of the wizard. */
class Person {
  readonly page: Page;
  readonly words: Words;
  readonly look: Look;
  readonly state: string;

  constructor(page: Page, look: Look, state: string) {
    [this.page, this.words, this.look, this.state] = [page, WORDS[look.language], look, state];
  }

  press = (key: keyof Words): Promise<void> => this.page.getByRole('button', { name: this.words[key], exact: true }).click();
  sees = (key: keyof Words): Promise<void> => this.page.getByText(this.words[key]).first().waitFor();
  fill = (name: string, text: string): Promise<void> => this.page.locator(`input[name="${name}"]`).fill(text);
  shows = (step: string): Promise<void> => inspect(this.page, `connect-${this.state}-${step}`, this.look);
  /** Waits for a step by its heading. */
  at = (key: keyof Words): Promise<void> => this.page.getByRole('heading', { level: 1, name: this.words[key] }).waitFor();

  async types(address = 'mori@example.co.jp'): Promise<void> {
    await this.press('first_run_connect');
    await this.fill('address', address);
    await this.press('common_next');
  }

  /** From the choice to the sign-in. */
  async agrees(): Promise<void> {
    await this.press('common_next');
    await this.at('connect_promise');
    await this.press('connect_promise_go');
  }

  async signsIn(password = 'right'): Promise<void> {
    await this.fill('password', password);
    await this.press('first_run_test');
  }

  /** From a passed test to the last step. */
  async toPast(): Promise<void> {
    await this.page.locator('button:not(:disabled)', { hasText: this.words.common_next }).click();
    await this.at('connect_share_title');
    await this.press('common_next');
    await this.at('connect_past_title');
  }
}

async function begin(state: string, look: Look): Promise<Person> {
  const page = await visit({ ...look, state });
  return new Person(page, look, state);
}

const passwords = (page: Page): Promise<number> => page.locator('input[type="password"]').count();

/** Each way, with the steps that are its own. */
const WAYS: [state: string, walk: (person: Person) => Promise<void>][] = [
  [
    'self_hosted',
    async (p) => {
      await p.press('first_run_connect');
      await p.at('first_run_connect');
      await p.shows('address');
      await p.press('connect_words');
      await p.page.getByRole('dialog').waitFor();
      await p.shows('words');
      await p.page.keyboard.press('Escape');
      await p.page.getByRole('dialog').waitFor({ state: 'detached' });
      await p.fill('address', 'mori＠example.co.jp');
      await p.press('common_next');
      await p.at('connect_found');
      await p.shows('choose');
      await p.press('common_next');
      await p.at('connect_promise');
      await p.shows('promise');
      await p.press('connect_promise_go');
      await p.at('connect_password_title');
      await p.shows('password');
      await p.signsIn('wrong');
      await p.sees('error_sign_in_refused');
      await p.shows('refused');
      await p.press('first_run_password_again');
      await p.signsIn();
      await p.page.locator('button:not(:disabled)', { hasText: p.words.common_next }).waitFor();
      await p.shows('passed');
      await p.page.locator('button:not(:disabled)', { hasText: p.words.common_next }).click();
      await p.at('connect_share_title');
      await p.shows('share');
      await p.page.locator('summary', { hasText: p.words.sharing_more }).click();
      await p.page.getByLabel(p.words.sharing_quiet).check();
      await p.shows('share_details');
      await p.press('common_next');
      await p.sees('folder_inbox');
      await p.shows('past');
      await p.press('connect_go');
      await p.at('connect_done');
      await p.page.getByText('Daniel Weber').waitFor();
      await p.press('connect_send_test');
      await p.page.getByText(p.words.connect_send_test_sent.replace('{address}', 'mori@example.co.jp')).waitFor();
      await p.shows('done');
    },
  ],
  [
    'searching',
    async (p) => {
      await p.types();
      await p.page.locator('li.running').last().waitFor();
      await p.page.waitForFunction(() => document.querySelectorAll('li.nothing').length === 4);
      await p.shows('finding');
      await p.press('common_stop');
      await p.sees('connect_finding_ended');
      await p.shows('stopped');
      await p.press('connect_manual');
      await p.at('connect_manual_title');
      await p.fill('port', '0');
      await p.press('common_next');
      await p.sees('first_run_flaw_port');
      await p.shows('manual');
    },
  ],
  [
    'google',
    async (p) => {
      await p.types();
      await p.at('connect_found');
      await p.shows('choose');
      await p.press('common_next');
      await p.at('connect_promise');
      await p.shows('promise');
      await p.press('connect_promise_go');
      await p.sees('connect_browser_open');
      await p.shows('sign_in');
      expect(await passwords(p.page)).toBe(0);
    },
  ],
  [
    'waiting',
    async (p) => {
      await p.types();
      await p.at('connect_found');
      await p.agrees();
      await p.press('connect_browser_open');
      await p.sees('connect_browser_link');
      await p.shows('browser');
      await p.press('common_cancel');
      await p.sees('connect_browser_cancelled');
      await p.shows('cancelled');
    },
  ],
  [
    'wrong_account',
    async (p) => {
      await p.types();
      await p.at('connect_found');
      await p.agrees();
      await p.press('connect_browser_open');
      await p.sees('connect_other_accept');
      await p.shows('asked');
    },
  ],
  [
    'permission',
    async (p) => {
      await p.types();
      await p.at('connect_found');
      await p.agrees();
      await p.press('connect_browser_open');
      await p.sees('connect_missing');
      await p.shows('missing');
    },
  ],
  [
    'approval',
    async (p) => {
      await p.types();
      await p.at('connect_found');
      await p.agrees();
      await p.press('connect_browser_open');
      await p.sees('error_approval_needed');
      await p.shows('refused');
    },
  ],
  [
    'gateway',
    async (p) => {
      await p.types('sales@example.co.jp');
      await p.at('connect_gateway');
      await p.shows('choose');
    },
  ],
  [
    'google_without_client',
    async (p) => {
      await p.types();
      await p.at('connect_found');
      await p.shows('choose');
      await p.agrees();
      await p.at('connect_password_title');
      await p.shows('app_password');
    },
  ],
  [
    'microsoft_without_client',
    async (p) => {
      await p.types();
      await p.at('connect_found');
      await p.agrees();
      await p.at('connect_ask_first');
      expect(await passwords(p.page)).toBe(0);
      await p.shows('sign_in');
      await p.press('first_run_ask');
      await p.page.getByRole('dialog').waitFor();
      await p.shows('ask_it');
    },
  ],
  [
    'foreign',
    async (p) => {
      await p.types();
      await p.at('connect_found');
      await p.shows('choose');
    },
  ],
  [
    'pop3',
    async (p) => {
      await p.types();
      await p.at('connect_found');
      await p.press('connect_manual');
      await p.sees('connect_pop3_note');
      await p.shows('manual');
      await p.press('common_back');
      await p.agrees();
      await p.signsIn();
      await p.toPast();
      await p.sees('connect_estimate_none');
      await p.shows('past');
    },
  ],
  ...(['certificate_name', 'certificate_issuer'] as const).map((state): [string, (p: Person) => Promise<void>] => [
    state,
    async (p) => {
      await p.types();
      await p.at('connect_found');
      await p.agrees();
      await p.signsIn();
      await p.press('action_certificate');
      await p.page.getByRole('dialog').waitFor();
      await p.shows('compare');
      if (state === 'certificate_issuer') await p.page.getByRole('checkbox').check();
      await p.press(state === 'certificate_name' ? 'connect_certificate_name' : 'connect_certificate_trust');
      await p.page.locator('button:not(:disabled)', { hasText: p.words.common_next }).waitFor();
    },
  ]),
  [
    'certificate_changed',
    async (p) => {
      await p.types();
      await p.at('connect_found');
      await p.agrees();
      await p.signsIn();
      await p.sees('error_certificate_key_changed');
      await p.shows('refused');
      expect(await p.page.getByText(p.words.connect_certificate_trust).count()).toBe(0);
      expect(await p.page.getByRole('button', { name: p.words.action_certificate }).count()).toBe(0);
    },
  ],
  [
    'clear_text',
    async (p) => {
      await p.types();
      await p.sees('connect_clear_title');
      expect(await p.page.getByRole('button', { name: p.words.common_next }).isDisabled()).toBe(true);
      await p.shows('choose');
      await p.page.getByRole('checkbox').check();
      await p.press('common_next');
      await p.at('connect_promise');
    },
  ],
  [
    'clear_text_forbidden',
    async (p) => {
      await p.types();
      await p.sees('connect_clear_forbidden');
      expect(await p.page.getByRole('checkbox').count()).toBe(0);
      await p.shows('choose');
    },
  ],
  [
    'no_network',
    async (p) => {
      await p.types();
      await p.at('connect_offline');
      await p.shows('choose');
      await p.press('common_back');
      expect(await p.page.locator('input[name="address"]').inputValue()).toBe('mori@example.co.jp');
    },
  ],
  [
    'unsupported_proton',
    async (p) => {
      await p.types();
      await p.at('connect_unsupported');
      await p.shows('choose');
    },
  ],
  [
    'smtp_disabled',
    async (p) => {
      await p.types();
      await p.at('connect_found');
      await p.agrees();
      await p.press('connect_browser_open');
      await p.sees('error_smtp_auth_disabled');
      await p.shows('refused');
      await p.press('action_graph');
      await p.page.getByText(p.words.first_run_test_passed.split('{')[0] ?? '').first().waitFor();
      await p.shows('graph');
    },
  ],
  [
    'sending_failed',
    async (p) => {
      await p.types();
      await p.at('connect_found');
      await p.agrees();
      await p.signsIn();
      await p.sees('error_send_as_denied');
      await p.shows('refused');
      await p.press('connect_without_sending');
      await p.at('connect_share_title');
      await p.press('common_next');
      await p.press('connect_go');
      await p.at('connect_done');
      await p.sees('connect_receives_only');
      await p.shows('done');
    },
  ],
  [
    'many_folders',
    async (p) => {
      await p.types();
      await p.at('connect_found');
      await p.agrees();
      await p.signsIn();
      await p.toPast();
      await p.fill('folder', '123');
      await p.page.getByText('123 北陸製作所').waitFor();
      await p.page.getByText('123 北陸製作所').click();
      await p.shows('past');
    },
  ],
  [
    'preset',
    async (p) => {
      await p.types('info@example.co.jp');
      await p.at('connect_found');
      await p.shows('choose');
      await p.agrees();
      await p.signsIn();
      await p.page.locator('button:not(:disabled)', { hasText: p.words.common_next }).click();
      await p.at('connect_share_title');
      await p.shows('share');
    },
  ],
  [
    'thunderbird',
    async (p) => {
      await p.press('first_run_connect');
      await p.sees('connect_here');
      await p.shows('address');
      await p.page.getByRole('button', { name: 'mori@example.co.jp' }).click();
      await p.page.getByText('192.168.0.10:993').waitFor();
    },
  ],
  [
    'files',
    async (p) => {
      await p.press('first_run_connect');
      await p.press('connect_files');
      await p.at('connect_files_title');
      await p.press('common_next');
      await p.sees('first_run_flaw_path');
      await p.shows('files');
      await p.fill('address', 'mori@example.co.jp');
      await p.press('common_choose');
      await p.press('common_next');
      await p.press('connect_promise_go');
      await p.page.locator('button:not(:disabled)', { hasText: p.words.common_next }).waitFor();
      await p.shows('passed');
    },
  ],
];

describe.each(LOOKS)('in $language and $scheme', (look) => {
  test.each(WAYS)('the way %s can be gone by everybody', async (state, walk) => {
    const person = await begin(state === 'files' ? 'first_run' : state, look);
    await walk(Object.assign(person, { state }));
  });
});

const ENGLISH: Look = { language: 'en', scheme: 'light' };

test.each(['google', 'microsoft'])('for %s no password is ever asked for, from the address to the end', async (state) => {
  const p = await begin(state, ENGLISH);
  await p.types();
  await p.at('connect_found');
  const seen = [await passwords(p.page)];
  await p.agrees();
  seen.push(await passwords(p.page));
  await p.press('connect_browser_open');
  await p.toPast();
  seen.push(await passwords(p.page));
  await p.press('connect_go');
  await p.at('connect_done');
  expect(seen).toEqual([0, 0, 0]);
});

test('nor where its servers are typed by hand', async () => {
  const p = await begin('microsoft', ENGLISH);
  await p.types();
  await p.at('connect_found');
  await p.press('connect_manual');
  await p.fill('host', 'imap-mail.outlook.com');
  await p.press('common_next');
  await p.press('connect_promise_go');
  await p.at('connect_ask_first');
  expect(await passwords(p.page)).toBe(0);
});

test('an account that only sends needs no incoming server', async () => {
  const p = await begin('self_hosted', ENGLISH);
  await p.press('first_run_connect');
  await p.fill('address', 'mori@example.co.jp');
  await p.press('connect_manual');
  await p.page.getByText(p.words.connect_send_only, { exact: true }).click();
  await p.sees('connect_send_only_text');
  await p.press('common_next');
  await p.press('connect_promise_go');
  await p.signsIn();
  await p.sees('connect_test_sends');
  await p.press('connect_go');
  await p.at('connect_done');
  expect(await p.page.getByText(p.words.connect_newest).count()).toBe(0);
});

test('by keyboard alone a mailbox is connected, and every step begins at its heading', async () => {
  const page = await visit({ state: 'self_hosted', language: 'en' });
  const words = WORDS.en;
  const { keyboard } = page;
  const begins = (text: string): Promise<unknown> =>
    page.waitForFunction((text) => document.activeElement?.id === 'sheet-title' && document.activeElement.textContent === text, text);
  const tabTo = async (name: string): Promise<void> => {
    for (let i = 0; i < 30; i++) {
      await keyboard.press('Tab');
      if ((await page.evaluate(() => document.activeElement?.textContent?.trim() ?? '')) === name) return;
    }
    expect.unreachable(`no way to ${name} by the Tab key`);
  };
  await tabTo(words.first_run_connect);
  await keyboard.press('Enter');
  await begins(words.first_run_connect);
  await keyboard.press('Tab');
  await keyboard.type('mori@example.co.jp');
  await keyboard.press('Enter');
  await begins(words.connect_found);
  await keyboard.press('Escape');
  await begins(words.first_run_connect);
  await keyboard.press('Tab');
  await keyboard.press('Enter');
  await begins(words.connect_found);
  await tabTo(words.common_next);
  await keyboard.press('Enter');
  await begins(words.connect_promise);
  await tabTo(words.connect_promise_go);
  await keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'password');
  await keyboard.type('right');
  await keyboard.press('Enter');
  await begins('mori@example.co.jp');
  await page.locator('button:not(:disabled)', { hasText: words.common_next }).waitFor();
  await tabTo(words.common_next);
  await keyboard.press('Enter');
  await begins(words.connect_share_title);
  await keyboard.press('Tab');
  await keyboard.press('ArrowDown');
  await tabTo(words.common_next);
  await keyboard.press('Enter');
  await begins(words.connect_past_title);
  await tabTo(words.connect_go);
  await keyboard.press('Enter');
  await begins(words.connect_done);
  await page.getByText(words.connect_mode_manual, { exact: false }).first().waitFor();
});

test('Enter that confirms a word of an input method sends nothing, and Escape leaves the word alone', async () => {
  const p = await begin('self_hosted', ENGLISH);
  await p.press('first_run_connect');
  await p.page.locator('input[name="address"]').focus();
  await p.page.evaluate(() => {
    const press = (key: string) => document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, keyCode: 229, bubbles: true, cancelable: true }));
    press('Escape');
  });
  await p.at('first_run_connect');
});

test('a refused sign-in and a wrong server name lead back to their fields with everything still there', async () => {
  const p = await begin('self_hosted', ENGLISH);
  await p.types();
  await p.at('connect_found');
  await p.press('connect_manual');
  await p.fill('host', 'nowhere.example');
  await p.press('common_next');
  await p.press('connect_promise_go');
  await p.signsIn();
  await p.press('first_run_edit');
  await p.page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'host');
  await p.fill('host', 'imap.example.co.jp');
  await p.press('common_next');
  await p.press('connect_promise_go');
  expect(await p.page.locator('input[name="password"]').inputValue()).toBe('right');
});

test('a pasted password loses the blanks around it', async () => {
  const p = await begin('self_hosted', ENGLISH);
  await p.types();
  await p.at('connect_found');
  await p.agrees();
  const field = p.page.locator('input[name="password"]');
  await field.focus();
  await p.page.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text', '  secret \n');
    document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  expect(await field.inputValue()).toBe('secret');
});
