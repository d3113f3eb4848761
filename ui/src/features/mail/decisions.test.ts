import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { AlwaysOption, MailRowView } from '../../gen/api';
import { SHARING } from '../../host/fake/sample';
import { settled } from '../../host/scripted';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { MailModel } from './model.svelte';
import { decided, desk, row, type Beginning } from './model.fixture';
import { staysBehind } from './said';

vi.stubGlobal('navigator', { languages: ['en'] });
beforeEach(() => overwriteGetLocale(() => 'en'));

const from = (mail: number, address: string, more: Partial<MailRowView> = {}): MailRowView => ({ ...row(mail), who: { address, name: '' }, ...more });
const SENSITIVE = { asks: [{ ask: 'sensitive', kinds: ['card'] }] } satisfies Partial<MailRowView>;
const CONTACT: AlwaysOption = { always: 'contact', name: 'Tanaka', shares: true };
const DOMAIN: AlwaysOption = { always: 'domain', name: 'mail.example', shares: false };

const explained = async (beginning: Beginning) => {
  const made = await desk(beginning);
  await settled();
  return made;
};

describe('mail that is put off', () => {
  test('leaves the list in the same frame and comes back with undo', async () => {
    const { model, mails, at, host, answer } = await desk({ rows: [row(3), row(2), row(1)] });
    model.postponing = true;
    model.postpone(99);
    expect([mails(), at(), model.postponing]).toEqual([[2, 1], 2, false]);
    await settled();
    expect(host.argsOf('review.later')).toEqual([{ connection: 1, items: [{ mail: 3, expected_rev: 0 }], until: 99 }]);
    await answer('review.later', { ...decided(5, [3]), release_at: null });
    model.undo();
    await settled();
    expect([mails(), at(), host.argsOf('review.undo')]).toEqual([[3, 2, 1], 3, [{ decision_id: 5 }]]);
  });

  test('is only what waits', async () => {
    const { model, host } = await desk({ rows: [row(2), row(1, 'logged')], all: true });
    model.cursor.all();
    model.postpone(99);
    await settled();
    expect(host.argsOf('review.later')[0]?.items).toEqual([{ mail: 2, expected_rev: 0 }]);
  });
});

describe('what holds from now on', () => {
  test('is said with the decision, of the nearest that mail can be shared by', async () => {
    const { model, host } = await explained({ rows: [row(1)], why: { always: [DOMAIN, CONTACT] } });
    model.decideAlways('share');
    await settled();
    expect(host.argsOf('review.share')[0]).toMatchObject({ items: [{ mail: 1 }], always: 'contact' });
    expect(model.desk.said).toContain('Tanaka');
  });

  test('is never said of what mail must not be shared by', async () => {
    const { model, host } = await explained({ rows: [row(1)], why: { always: [DOMAIN] } });
    model.decideAlways('share');
    model.decideAlways('share', 'domain');
    await settled();
    expect(host.argsOf('review.share')).toEqual([]);
    model.decideAlways('keep_private');
    await settled();
    expect(host.argsOf('review.keep_private')[0]).toMatchObject({ always: 'domain' });
  });

  test('is never said of several at once', async () => {
    const { model, host } = await explained({ rows: [row(2), row(1)], why: { always: [CONTACT] } });
    model.cursor.all();
    model.decideAlways('share');
    await settled();
    expect(host.argsOf('review.share')).toEqual([]);
  });

  test('is taken back with the decision, and that is said', async () => {
    const { model, answer, host } = await explained({ rows: [row(1)], why: { always: [CONTACT] } });
    model.decideAlways('share');
    await settled();
    await answer('review.share', decided(7, [1]));
    model.undo();
    await settled();
    expect(host.argsOf('review.undo')).toEqual([{ decision_id: 7 }]);
    expect(model.desk.said).toContain('rule');
  });
});

describe('mail that a rule keeps out', () => {
  test('can be decided on where the program allows it', async () => {
    const { model, host } = await explained({ rows: [row(1, 'excluded')], all: true, why: { can_include: true } });
    expect(model.canInclude()).toBe(true);
    model.include();
    expect(model.pages.rows[0]?.state).toBe('pending');
    await settled();
    expect(host.argsOf('review.include')).toEqual([{ connection: 1, items: [{ mail: 1, expected_rev: 0 }] }]);
  });

  test('stays out where it does not', async () => {
    const { model, host } = await explained({ rows: [row(1, 'excluded')], all: true, why: { can_include: false } });
    model.include();
    await settled();
    expect(host.argsOf('review.include')).toEqual([]);
  });
});

describe('the never-log list', () => {
  const rows = [from(4, 'a@x.example'), from(3, 'b@x.example'), from(2, 'c@sub.x.example'), from(1, 'd@notx.example')];

  test.each([
    ['address', 'a@x.example', [3, 2, 1]],
    ['domain', 'x.example', [1]],
  ] as const)('with the %s %s takes all such mail out of sight at once', async (kind, value, left) => {
    const { model, mails, host } = await desk({ rows });
    model.deny({ about: { kind, value }, then: 'never_log' });
    expect(mails()).toEqual(left);
    await settled();
    expect(host.argsOf('rules.add')).toEqual([{ about: { kind, value }, then: 'never_log' }]);
  });

  test('is left again with undo', async () => {
    const { model, mails, answer, host } = await desk({ rows });
    model.deny({ about: { kind: 'domain', value: 'x.example' }, then: 'never_log' });
    await settled();
    await answer('rules.add', { rule: { id: 9 }, decision_id: 5 });
    model.undo();
    expect(mails()).toEqual([4, 3, 2, 1]);
    await settled();
    expect([host.argsOf('review.undo'), host.argsOf('rules.remove')]).toEqual([[{ decision_id: 5 }], []]);
    await answer('review.undo', []);
    expect([model.desk.said, model.decisions.refused]).toEqual(['The rule is taken back.', null]);
  });

  test('is not left where it was on it before', async () => {
    const { model, answer } = await desk({ rows });
    model.deny({ about: { kind: 'domain', value: 'x.example' }, then: 'never_log' });
    expect(model.decisions.made.length).toBe(1);
    await settled();
    await answer('rules.add', { rule: { id: 9 }, decision_id: null });
    expect(model.decisions.made).toEqual([]);
  });
});

describe('several with something sensitive among them', () => {
  const rows = [{ ...row(2), ...SENSITIVE }, row(1)];

  test('are asked about before they are shared', async () => {
    const { model, host } = await desk({ rows });
    model.cursor.all();
    model.decide('share');
    await settled();
    expect([model.asking, host.argsOf('review.share')]).toEqual([{ verb: 'share', count: 2, sensitive: 1 }, []]);
    model.decide('share');
    await settled();
    expect(host.argsOf('review.share')[0]?.items.length).toBe(2);
  });

  test('are kept private without a question', async () => {
    const { model, host } = await desk({ rows });
    model.cursor.all();
    model.decide('keep_private');
    await settled();
    expect(host.argsOf('review.keep_private')[0]?.items.length).toBe(2);
  });

  test('and one of them alone is shared without a question: it is in sight', async () => {
    const { model, host } = await desk({ rows });
    model.decide('share');
    await settled();
    expect(host.argsOf('review.share')[0]?.items).toEqual([{ mail: 2, expected_rev: 0 }]);
  });
});

describe('several of which one was linked by hand', () => {
  const links = [{ record: { type: 'contact' as const, id: '7' }, name: 'Onodera' }];

  test('are shared without it, and how many stay behind is told with the reason', async () => {
    const { model, host } = await desk({ rows: [row(4), row(3), row(2), row(1, 'logged')], all: true });
    model.change({ links });
    expect([model.sharable.length, model.leftOut]).toEqual([1, { linked: 0, state: 0 }]);
    model.cursor.all();
    expect([model.sharable.map(({ mail }) => mail), model.leftOut]).toEqual([[3, 2], { linked: 1, state: 1 }]);
    expect(staysBehind(model.leftOut)).toEqual(['1 of them you linked yourself: share each alone', '1 of them cannot be shared as they stand']);
    model.decide('share');
    await settled();
    expect(host.argsOf('review.share')[0]?.items.map(({ mail }) => mail)).toEqual([3, 2]);
  });

  test('are kept private all together', async () => {
    const { model } = await desk({ rows: [row(2), row(1)] });
    model.change({ links });
    model.cursor.all();
    expect(model.keepable.length).toBe(2);
  });
});

describe('a wish', () => {
  const account = (id: number, change: object) => ({ id, sharing: { ...SHARING, ...change } }) as never;

  test('is as the account shares where nothing was said', async () => {
    const { model } = await desk({ rows: [row(1)], accounts: [account(1, { level: 'subject', quotes: true, grace: 60 })] });
    expect([model.wish, model.grace]).toMatchObject([{ level: 'subject', quotes: true, signature: false }, 60]);
  });

  test('of several is the strictest of their accounts and of what was said of each', async () => {
    const rows = [row(2), { ...row(1), account: 2 }];
    const { model } = await desk({ rows, accounts: [account(1, { quotes: true }), account(2, { level: 'subject', grace: 90 })] });
    model.change({ redactions: ['1234'] });
    model.cursor.all();
    expect([model.wish, model.grace]).toMatchObject([{ level: 'subject', quotes: false, redactions: ['1234'] }, 90]);
  });

  test.each(['quotes', 'signature'] as const)('of several takes no %s along that was kept back of one of them', async (part) => {
    const { model } = await desk({ rows: [row(2), row(1)], accounts: [account(1, { quotes: true, signature: true })] });
    model.cursor.all();
    expect(model.wish).toMatchObject({ quotes: true, signature: true });
    model.cursor.none();
    model.change({ [part]: false });
    model.cursor.all();
    expect(model.wish).toMatchObject({ quotes: true, signature: true, [part]: false });
  });

  test('leaves files to the account’s own rule until they were in sight', async () => {
    const { model, answer } = await desk({ rows: [row(1)] });
    expect(model.wishArgs).not.toHaveProperty('attachments');
    await answer('mail.get', { attachments: [] });
    expect(model.wishArgs.attachments).toEqual([]);
  });

  test('takes along what the account lets go by itself', async () => {
    const up_to = { attachments: { kind: 'up_to', size: 10, types: ['application/pdf', 'image/*'] } };
    const { model, answer } = await desk({ rows: [row(1)], accounts: [account(1, up_to)] });
    const file = (sha256: string, content_type: string, size: number, inline = false) => ({ sha256, content_type, size, inline });
    await answer('mail.get', {
      attachments: [file('a', 'application/pdf', 10), file('b', 'application/pdf', 11), file('c', 'image/png', 1), file('d', 'text/plain', 1), file('e', 'image/png', 1, true)],
    });
    expect(model.wish.attachments).toEqual(['a', 'c']);
    model.toggleAttachment('a');
    expect(model.wishArgs.attachments).toEqual(['c']);
  });

  test('that names records lets mail of somebody unknown be shared', async () => {
    const { model, host } = await desk({ rows: [row(1, 'unmatched')], all: true });
    expect(model.canShare()).toBe(false);
    model.change({ links: [{ record: { type: 'contact', id: '7' }, name: 'Onodera' }] });
    expect(model.linked?.map(({ name }) => name)).toEqual(['Onodera']);
    model.decide('share');
    await settled();
    expect(host.argsOf('review.share')[0]?.wish?.links).toEqual([{ type: 'contact', id: '7' }]);
  });
});

test('what was decided in one list is taken back in another', async () => {
  const { model, host, answer } = await desk({ rows: [row(1)] });
  const stop = model.watch();
  model.decide('share');
  await settled();
  await answer('review.share', decided(7, [1]));
  stop();
  const other = new MailModel(model.desk, { name: 'review.list', ask: () => host.call('review.list', { connection: 1 }), shows: () => true });
  other.watch();
  await settled();
  expect(other.decisions.made.length).toBe(1);
  other.undo();
  await settled();
  expect(host.argsOf('review.undo')).toEqual([{ decision_id: 7 }]);
});

test('a mail that was named elsewhere is opened, however far down it is', async () => {
  const rows = Array.from({ length: 900 }, (_, index) => row(900 - index));
  const { model, host } = await desk({ rows });
  const page = ({ after, limit = 100 }: { after?: { mail: number }; limit?: number }) => {
    const left = rows.filter(({ mail }) => !after || mail < after.mail);
    const last = left[limit - 1];
    return { rows: left.slice(0, limit), next: last && left.length > limit ? { date: last.date, mail: last.mail } : null, total: rows.length };
  };
  host.always('review.list', page);
  const ask = (after: { date: number; mail: number } | undefined, limit: number) => host.call('review.list', { connection: 1, limit, ...(after && { after }) });
  model.desk.wanted = 12;
  const other = new MailModel(model.desk, { name: 'review.list', ask, shows: () => true });
  other.watch();
  await settled();
  await settled();
  expect([other.cursor.row?.mail, other.reading, model.desk.wanted]).toEqual([12, true, null]);
});
