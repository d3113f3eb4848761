import { beforeEach, describe, expect, test } from 'vitest';
import { Desk } from '../../desk.svelte';
import type { ApiError, CertificateInfo, Detected, Event, Offer, PolicyView, Step, StepOutcome, Verdict } from '../../gen/api';
import { Scripted, settled } from '../../host/scripted';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { helpFor } from './help';
import { Connecting } from './model.svelte';
import { requestText } from './request';

const OFFER: Offer = {
  service: null,
  protocol: 'imap',
  receive: { host: 'imap.example.co.jp', port: 993, security: 'tls' },
  send: { host: 'smtp.example.co.jp', port: 465, security: 'tls' },
  user: 'mori@example.co.jp',
  send_user: null,
  sign_in: { kind: 'password' },
  app_password: null,
  origin: 'autoconfig',
  foreign: false,
  warning: null,
  locked: false,
};
const GOOGLE: Offer = { ...OFFER, service: 'Google', receive: { host: 'imap.gmail.com', port: 993, security: 'tls' }, sign_in: { kind: 'oauth', provider: 'google' } };
const WRONG: ApiError = {
  code: 'sign_in_refused',
  message: { en: 'Not accepted.', ja: '受け付けられませんでした。' },
  hint: { en: '', ja: '' },
  action: 'sign_in',
  detail: 'AUTHENTICATIONFAILED',
  certificate: null,
};
const POLICY = { error: null, grace_seconds: 30, max_level: null, preset_domains: [], share_mode: null, providers: [] } as unknown as PolicyView;

const offers = (...all: Offer[]): Verdict => ({ kind: 'offers', offers: all });
const detected = (verdict: Verdict, change: Partial<Detected> = {}): Detected => ({ address: 'mori@example.co.jp', normalised: false, looks_shared: false, verdict, ...change });

/** A wizard whose address is typed. */
async function begun(policy: Partial<PolicyView> = {}) {
  const host = new Scripted().always('op.cancel', () => ({ done: true })).always('policy.get', () => ({ ...POLICY, ...policy }));
  const desk = new Desk(host);
  await desk.policy.ask();
  const connecting = new Connecting(desk);
  connecting.address = 'mori@example.co.jp';
  const last = (name: string): number => host.asked.findLastIndex((asked) => asked.name === name);
  return { host, connecting, last };
}

/** A wizard that has found this. */
async function found(verdict: Verdict, policy: Partial<PolicyView> = {}, change: Partial<Detected> = {}) {
  const all = await begun(policy);
  void all.connecting.find();
  await all.host.answer(all.last('accounts.detect'), detected(verdict, change));
  return all;
}

/** A wizard whose test is under way. */
async function probing(offer: Offer = OFFER, policy: Partial<PolicyView> = {}) {
  const all = await found(offers(offer), policy);
  const { connecting, host } = all;
  connecting.accept();
  connecting.go('sign_in');
  connecting.password = 'pw';
  connecting.probe();
  const op = host.argsOf('accounts.test').at(-1)?.op ?? 0;
  const tell = (step: Step, outcome: StepOutcome): Promise<void> => host.tell({ event: 'step', op, step, outcome } as Event);
  return { ...all, op, tell };
}

const PASSED = { folders: [], inbox: 7, sending: { state: 'ready' } } as const;
const NO_DIALOGS = { ask: () => {}, compare: () => {} };

beforeEach(() => overwriteGetLocale(() => 'ja'));

describe('the address', () => {
  test('is put right, and what breaks the rule is not searched for', async () => {
    const { connecting, host } = await begun();
    connecting.address = ' ｍｏｒｉ＠ｅｘａｍｐｌｅ．ｃｏ．ｊｐ ';
    expect([connecting.readAddress(), connecting.address, connecting.corrected]).toEqual([true, 'mori@example.co.jp', true]);
    connecting.address = 'mori';
    void connecting.find();
    expect([connecting.stage, connecting.focus, host.argsOf('accounts.detect').length]).toEqual(['address', 'address', 0]);
  });

  test('of a team is taken for one until the person says otherwise', async () => {
    const { connecting } = await begun();
    connecting.address = 'sales-tokyo@example.co.jp';
    expect([connecting.sharing.audience, connecting.sharing.role, connecting.sharing.mode]).toEqual(['team', 'shared_address', 'share']);
    connecting.sharing.audience = 'mine';
    expect([connecting.sharing.audience, connecting.sharing.role]).toEqual(['mine', 'rep']);
  });
});

describe('what was found', () => {
  test('is shown with its first offer chosen', async () => {
    const { connecting } = await found(offers(GOOGLE, OFFER));
    expect([connecting.stage, connecting.offer?.service, connecting.way.kind]).toEqual(['choose', 'Google', 'browser']);
  });

  test('sources are shown as they are told, and only those of this search', async () => {
    const { connecting, host } = await begun();
    void connecting.find();
    const op = host.argsOf('accounts.detect')[0]?.op ?? 0;
    await host.tell({ event: 'finding', op, origin: 'mx', finding: { outcome: 'found', detail: 'x' } });
    await host.tell({ event: 'finding', op: op + 1, origin: 'srv', finding: { outcome: 'nothing' } });
    expect(connecting.search.findings).toEqual({ mx: { outcome: 'found', detail: 'x' } });
  });

  test('comes too late once the search was stopped or left', async () => {
    const { connecting, host, last } = await begun();
    void connecting.find();
    connecting.back();
    expect(host.argsOf('op.cancel').length).toBe(1);
    await host.answer(last('accounts.detect'), detected(offers(OFFER)));
    expect([connecting.stage, connecting.search.course, connecting.offer]).toEqual(['address', 'stopped', null]);
  });

  test('behind a gateway is asked about, and only what fits the answer is offered', async () => {
    const { connecting } = await found({ kind: 'ask', gateway: 'Mimecast', likely: null, offers: [GOOGLE, OFFER] });
    expect([connecting.stage, connecting.offers.length, connecting.offer]).toEqual(['choose', 0, null]);
    connecting.name('google');
    expect(connecting.offer?.service).toBe('Google');
    connecting.name('microsoft');
    expect([connecting.offers.length, connecting.offer]).toEqual([0, null]);
    connecting.accept();
    expect(connecting.stage).toBe('manual');
  });

  test('on somebody else’s domain has to be looked at', async () => {
    const { connecting } = await found(offers({ ...OFFER, foreign: true }, OFFER));
    connecting.accept();
    expect(connecting.stage).toBe('choose');
    connecting.foreignAgreed = true;
    connecting.choose(OFFER);
    connecting.choose({ ...OFFER, foreign: true });
    expect(connecting.foreignAgreed).toBe(false);
    connecting.foreignAgreed = true;
    connecting.accept();
    expect(connecting.stage).toBe('promise');
  });

  test('without TLS has to be agreed to', async () => {
    const { connecting } = await found(offers({ ...OFFER, receive: { host: 'x.example', port: 143, security: 'clear' } }));
    connecting.accept();
    expect(connecting.stage).toBe('choose');
    connecting.servers.clearAgreed = true;
    connecting.accept();
    expect(connecting.stage).toBe('promise');
  });

  test('is nothing: the form is filled in as far as can be guessed', async () => {
    const { connecting } = await found({ kind: 'manual', guess: null });
    expect([connecting.stage, connecting.servers.receive.host, connecting.servers.user]).toEqual(['manual', 'imap.example.co.jp', 'mori@example.co.jp']);
  });
});

describe('going back', () => {
  test('loses nothing, and never leads to the search', async () => {
    const { connecting } = await probing();
    connecting.back();
    expect([connecting.stage, connecting.password]).toEqual(['sign_in', 'pw']);
    const stages = ['promise', 'choose', 'address'].map(() => {
      connecting.back();
      return connecting.stage;
    });
    expect(stages).toEqual(['promise', 'choose', 'address']);
    expect([connecting.trail.canGoBack, connecting.offer]).toEqual([false, OFFER]);
  });

  test('keeps the choice where the same address is searched for again, and not for another one', async () => {
    const { connecting, host, last } = await found(offers(GOOGLE, OFFER));
    connecting.choose(OFFER);
    connecting.back();
    connecting.address = 'other@example.co.jp';
    void connecting.find();
    await host.answer(last('accounts.detect'), detected(offers(GOOGLE), { address: 'other@example.co.jp' }));
    expect([connecting.offer?.service, connecting.address]).toEqual(['Google', 'other@example.co.jp']);
  });
});

test('only the steps of one’s own way are counted', async () => {
  const { connecting } = await found(offers(OFFER));
  expect(connecting.progress).toEqual({ step: 2, of: 7 });
  const files = (await begun()).connecting;
  files.go('files');
  expect(files.progress).toEqual({ step: 2, of: 6 });
  files.path = '/mail';
  files.acceptFiles();
  expect([files.stage, files.progress, files.args()]).toMatchObject(['promise', { step: 3, of: 6 }, { address: 'mori@example.co.jp', path: '/mail' }]);
  expect(files.args()).not.toHaveProperty('password');
});

describe('the sign-in in the browser', () => {
  async function waiting(policy: Partial<PolicyView> = {}) {
    const all = await found(offers(GOOGLE), policy);
    all.connecting.accept();
    all.connecting.go('sign_in');
    void all.connecting.authorise();
    return all;
  }

  test('asks for what is really done, and goes on by itself', async () => {
    const { connecting, host, last } = await waiting();
    const { op, ...asked } = host.argsOf('accounts.authorise')[0] ?? { op: 0 };
    expect(asked).toEqual({ provider: 'google', purpose: 'imap', sends: true, address: 'mori@example.co.jp' });
    await host.tell({ event: 'browse', op, url: 'https://accounts.example/' });
    expect(connecting.browser.url).toBe('https://accounts.example/');
    await host.answer(last('accounts.authorise'), { ticket: 5, address: 'mori@example.co.jp', matches: true, missing: [] });
    expect([connecting.stage, host.argsOf('accounts.test')[0]?.ticket, host.argsOf('accounts.test')[0]?.password]).toEqual(['test', 5, undefined]);
  });

  test('as somebody else is asked about, never kept silently', async () => {
    const { connecting, host, last } = await waiting();
    await host.answer(last('accounts.authorise'), { ticket: 5, address: 'b@example.co.jp', matches: false, missing: [] });
    expect([connecting.stage, host.argsOf('accounts.test').length]).toEqual(['sign_in', 0]);
    connecting.acceptOther();
    expect(host.argsOf('accounts.test')[0]).toMatchObject({ address: 'b@example.co.jp', user: 'b@example.co.jp', ticket: 5 });
  });

  test('as somebody with rights to a shared mailbox opens that mailbox', async () => {
    const { connecting, host, last } = await waiting();
    await host.answer(last('accounts.authorise'), { ticket: 5, address: 'b@example.co.jp', matches: false, missing: [] });
    connecting.acceptDelegate();
    expect(host.argsOf('accounts.test')[0]).toMatchObject({ address: 'mori@example.co.jp', delegate: 'b@example.co.jp', ticket: 5 });
  });

  test('without a permission says so before it goes on', async () => {
    const { connecting, host, last } = await waiting();
    await host.answer(last('accounts.authorise'), { ticket: 5, address: null, matches: true, missing: ['SMTP.Send'] });
    expect([connecting.stage, connecting.browser.ready]).toEqual(['sign_in', true]);
    connecting.probe();
    expect(connecting.stage).toBe('test');
  });

  test('that was cancelled tells the program, and its late answer counts for nothing', async () => {
    const { connecting, host, last } = await waiting();
    connecting.browser.cancel();
    expect(host.argsOf('op.cancel')).toEqual([{ op: host.argsOf('accounts.authorise')[0]?.op }]);
    await host.answer(last('accounts.authorise'), { ticket: 5, address: null, matches: true, missing: [] });
    expect([connecting.browser.course, connecting.browser.done, connecting.stage]).toEqual(['cancelled', null, 'sign_in']);
  });

  test('that failed says why, and can be begun again', async () => {
    const { connecting, host, last } = await waiting();
    await host.refuse(last('accounts.authorise'), WRONG);
    expect([connecting.browser.course, connecting.browser.reason]).toEqual(['failed', WRONG]);
    void connecting.authorise();
    expect([connecting.browser.course, connecting.browser.reason]).toEqual(['waiting', null]);
  });
});

describe('the test', () => {
  test('has the steps of receiving and sending, shown as they are told', async () => {
    const { connecting, host, op, tell } = await probing();
    await tell('name', { outcome: 'passed', detail: '192.0.2.14' });
    await host.tell({ event: 'step', op: op + 1, step: 'folders', outcome: { outcome: 'running' } });
    expect(connecting.test.outcomes).toEqual({ name: { outcome: 'passed', detail: '192.0.2.14' } });
    expect(connecting.test.steps.at(-1)).toBe('send_as');
  });

  test('asks for the password first', async () => {
    const { connecting, host } = await found(offers(OFFER));
    connecting.probe();
    expect([connecting.focus, [...connecting.flaws], host.argsOf('accounts.test').length]).toEqual(['password', ['password'], 0]);
  });

  test('stops at once, and its late end changes nothing', async () => {
    const { connecting, host, op, last, tell } = await probing();
    await tell('name', { outcome: 'running' });
    connecting.test.stop();
    expect([connecting.test.course, connecting.test.outcomes.name, host.argsOf('op.cancel')]).toEqual(['stopped', undefined, [{ op }]]);
    await host.refuse(last('accounts.test'), WRONG);
    expect(connecting.test.course).toBe('stopped');
  });

  test('leaves the company’s own servers to the program', async () => {
    const { host } = await probing({ ...OFFER, locked: true, origin: 'policy' });
    const args = host.argsOf('accounts.test')[0] ?? {};
    expect(args).toMatchObject({ protocol: 'imap', password: 'pw' });
    expect(['endpoint', 'sending', 'user'].filter((key) => key in args)).toEqual([]);
  });

  test('of what only sends names no incoming server, and is the last step', async () => {
    const { connecting, host, last } = await begun();
    connecting.byHand();
    Object.assign(connecting.servers, { receives: false });
    connecting.servers.receive.host = '';
    connecting.accept();
    connecting.go('sign_in');
    connecting.password = 'pw';
    expect([connecting.stage, connecting.progress]).toEqual(['sign_in', { step: 4, of: 5 }]);
    connecting.probe();
    const args = host.argsOf('accounts.test')[0] ?? {};
    expect(args).toMatchObject({ send_only: true, sending: { kind: 'smtp' } });
    expect('endpoint' in args).toBe(false);
    await host.answer(last('accounts.test'), PASSED);
    connecting.proceed();
    expect([host.argsOf('accounts.add').length, host.argsOf('accounts.survey').length]).toEqual([1, 0]);
  });

  test('that only sending fails is a valid end', async () => {
    const { connecting, host, last } = await probing();
    await host.answer(last('accounts.test'), { ...PASSED, sending: { state: 'failed', error: WRONG } });
    expect([connecting.test.course, connecting.test.fault]).toEqual(['passed', WRONG]);
    connecting.withoutSending();
    expect(connecting.args().sending).toEqual({ kind: 'off' });
  });
});

describe('the one button after a failure', () => {
  async function failed(change: Partial<ApiError>, offer = OFFER) {
    const all = await probing(offer);
    await all.tell('certificate', { outcome: 'running' });
    await all.host.refuse(all.last('accounts.test'), { ...WRONG, ...change });
    return all;
  }

  test('leads to the password, with everything still there', async () => {
    const { connecting } = await failed({});
    expect(connecting.test.failedAt).toBe('certificate');
    helpFor(connecting, NO_DIALOGS).act();
    expect([connecting.stage, connecting.focus, connecting.password]).toEqual(['sign_in', 'password', 'pw']);
  });

  test.each([
    ['host_unknown', 'host'],
    ['connection_refused', 'port'],
    ['starttls_missing', 'port'],
  ] as const)('after %s leads to the field %s', async (code, focus) => {
    const { connecting } = await failed({ code, action: 'edit_settings' });
    helpFor(connecting, NO_DIALOGS).act();
    expect([connecting.stage, connecting.focus]).toEqual(['manual', focus]);
  });

  test('compares the certificate that was refused, and tests again with what was agreed to', async () => {
    const certificate = { host: 'imap.example.co.jp', port: 993, spki: 'ab', usable_name: null } as CertificateInfo;
    const { connecting, host } = await failed({ action: 'compare_certificate', certificate });
    let compared = false;
    helpFor(connecting, { ...NO_DIALOGS, compare: () => (compared = true) }).act();
    connecting.servers.receive.agree({ by: 'key', spki: 'ab' });
    connecting.probe();
    expect([compared, host.argsOf('accounts.test')[1]?.endpoint?.trust]).toEqual([true, { by: 'key', spki: 'ab' }]);
  });

  test('sends through Graph where SMTP is switched off', async () => {
    const { connecting, host, last } = await probing();
    await host.answer(last('accounts.test'), { ...PASSED, sending: { state: 'failed', error: { ...WRONG, code: 'smtp_auth_disabled', action: 'send_by_graph' } } });
    helpFor(connecting, NO_DIALOGS).act();
    expect(host.argsOf('accounts.test')[1]?.sending).toEqual({ kind: 'graph' });
  });

  test('opens the request to IT where only IT can help', async () => {
    let asked = false;
    const { connecting } = await failed({ action: 'ask_it' });
    helpFor(connecting, { ...NO_DIALOGS, ask: () => (asked = true) }).act();
    expect(asked).toBe(true);
  });

  test('tests again where that may help', async () => {
    const { connecting, host } = await failed({ action: 'retry' });
    helpFor(connecting, NO_DIALOGS).act();
    expect(host.argsOf('accounts.test').length).toBe(2);
  });
});

describe('the end', () => {
  test('connects what was tested, with role and mode, and forgets the password', async () => {
    const { connecting, host, last } = await probing();
    await host.answer(last('accounts.test'), PASSED);
    connecting.proceed();
    connecting.sharing.role = 'executive';
    const connected = connecting.connect();
    await host.answer(last('accounts.add'), { id: 1, address: 'mori@example.co.jp' });
    expect(await connected).toBe(true);
    expect(host.argsOf('accounts.add')[0]).toMatchObject({ address: 'mori@example.co.jp', password: 'pw', role: 'executive', share_mode: 'manual' });
    expect([connecting.stage, connecting.password, connecting.trail.canGoBack]).toEqual(['done', '', false]);
  });

  test('keeps how it shares, where that was changed', async () => {
    const { connecting, host, last } = await probing();
    connecting.details.level = 'subject';
    const connected = connecting.connect();
    await host.answer(last('accounts.add'), { id: 8, address: 'mori@example.co.jp' });
    expect(host.argsOf('accounts.adjust')).toMatchObject([{ id: 8, sharing: { level: 'subject' } }]);
    await host.refuse(last('accounts.adjust'), WRONG);
    expect([await connected, connecting.stage, connecting.notSaved]).toEqual([true, 'done', WRONG]);
  });

  test('says why it could not connect, and stays', async () => {
    const { connecting, host, last } = await probing();
    const connected = connecting.connect();
    await host.refuse(last('accounts.add'), WRONG);
    expect([await connected, connecting.reason, connecting.busy]).toEqual([false, WRONG, false]);
  });

  test('has the mode that the company set, whatever is chosen', async () => {
    const { connecting } = await probing(OFFER, { share_mode: 'manual' });
    connecting.sharing.mode = 'share';
    expect([connecting.sharing.mode, connecting.args().share_mode]).toEqual(['manual', 'manual']);
  });

  test('counts the past mail while the person thinks about sharing', async () => {
    const { connecting, host, last } = await probing();
    await host.answer(last('accounts.test'), PASSED);
    connecting.proceed();
    await settled();
    expect([connecting.stage, host.argsOf('accounts.survey')[0]?.account.password]).toEqual(['share', 'pw']);
  });
});

test('a request to the IT department has both languages, both servers, what to enable, and no password', async () => {
  const { connecting, host, last, tell } = await probing();
  await tell('sign_in', { outcome: 'running' });
  await host.refuse(last('accounts.test'), WRONG);
  const { args, failedAt: step, reason } = connecting.test;
  const text = args ? requestText({ args: { ...args, password: 'geheim' }, way: connecting.way, step, reason }, 'ja') : '';
  for (const part of ['imap.example.co.jp:993 (SSL/TLS)', 'smtp.example.co.jp:465', 'sign_in_refused · AUTHENTICATIONFAILED', 'Not accepted.', '受け付けられませんでした。', 'port 465']) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain('geheim');
  expect(text.indexOf('受信サーバー')).toBeLessThan(text.indexOf('Incoming server'));
  const english = requestText({ args: args ?? { address: '' }, way: connecting.way, step, reason }, 'en');
  expect(english.indexOf('Incoming server')).toBeLessThan(english.indexOf('受信サーバー'));
});
