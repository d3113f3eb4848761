import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { ApiError } from '../../gen/api';
import { settled } from '../../host/scripted';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { decided, desk, row, WISH, type Beginning } from './model.fixture';

vi.stubGlobal('navigator', { languages: ['en'] });
beforeEach(() => overwriteGetLocale(() => 'en'));

const three = () => desk({ rows: [row(3), row(2), row(1)] });

describe('a decision', () => {
  test('leaves the list and turns to the next mail before the program has answered', async () => {
    const { model, mails, at, host } = await three();
    model.decide('share');
    expect([mails(), at()]).toEqual([[2, 1], 2]);
    await settled();
    expect(host.argsOf('review.share')).toEqual([
      { connection: 1, items: [{ mail: 3, expected_rev: 0 }], wish: WISH },
    ]);
  });

  test('about the last row turns to the one before', async () => {
    const { model, mails, at } = await three();
    model.cursor.go(2);
    model.decide('keep_private');
    expect([mails(), at()]).toEqual([[3, 2], 2]);
  });

  test('that is refused brings the mail back, is read again, and says why', async () => {
    const { model, mails, at, refuse } = await three();
    model.decide('share');
    await settled();
    await refuse('review.share', { code: 'conflict' });
    expect([mails(), at()]).toEqual([[3, 2, 1], 3]);
    expect(model.decisions.refused).toMatchObject({ what: 'share', reason: { code: 'conflict' } });
    expect(model.decisions.made).toEqual([]);
  });

  test('that is refused does not take a person back who has gone on', async () => {
    const { model, mails, at, refuse } = await three();
    model.decide('share');
    await settled();
    model.cursor.move(1);
    await refuse('review.share', { code: 'conflict' });
    expect([mails(), at()]).toEqual([[3, 2, 1], 1]);
  });

  test('waits for the one before it', async () => {
    const { model, host, answer } = await three();
    model.decide('share');
    model.decide('share');
    await settled();
    expect(host.argsOf('review.share').length).toBe(1);
    await answer('review.share', decided(1, [3]));
    expect(host.argsOf('review.share').length).toBe(2);
  });

  test('in a list that shows every state stays there in its new one', async () => {
    const { model, mails, at } = await desk({ rows: [row(2), row(1)], all: true });
    model.decide('keep_private');
    expect([mails(), at(), model.pages.rows[0]?.state]).toEqual([[2, 1], 1, 'private']);
  });

  test('is said once, and the same words are said again', async () => {
    const { model } = await three();
    model.decide('keep_private');
    const first = model.desk.said;
    model.decide('keep_private');
    expect(first).toContain('1');
    expect(model.desk.said).not.toBe(first);
    expect(model.desk.said.trim()).toBe(first);
  });
});

describe('undo', () => {
  test('brings the mail back at once, the latest first', async () => {
    const { model, mails, at, answer, host } = await three();
    model.decide('share');
    await settled();
    await answer('review.share', decided(7, [3]));
    model.decide('keep_private');
    await settled();
    await answer('review.keep_private', decided(8, [2]));
    model.undo();
    expect([mails(), at()]).toEqual([[2, 1], 2]);
    model.undo();
    expect([mails(), at()]).toEqual([[3, 2, 1], 3]);
    await settled();
    await answer('review.undo', [{ connection: 1, mail: 2, rev: 2 }]);
    expect(host.argsOf('review.undo')).toEqual([{ decision_id: 8 }, { decision_id: 7 }]);
  });

  test('before the program has answered waits for its answer', async () => {
    const { model, host, answer, mails } = await three();
    model.decide('share');
    model.undo();
    await settled();
    expect([mails(), host.argsOf('review.undo')]).toEqual([[3, 2, 1], []]);
    await answer('review.share', decided(7, [3]));
    expect(host.argsOf('review.undo')).toEqual([{ decision_id: 7 }]);
  });

  test('lets the mail be decided on anew, with the revision that the undoing led to', async () => {
    const { model, host, answer } = await three();
    model.decide('share');
    await settled();
    await answer('review.share', decided(7, [3], 1));
    model.undo();
    model.decide('share');
    await settled();
    await answer('review.undo', [{ connection: 1, mail: 3, rev: 2 }]);
    expect(host.argsOf('review.share').at(-1)?.items).toEqual([{ mail: 3, expected_rev: 2 }]);
  });

  test('that comes too late says so, and the mail is gone again', async () => {
    const { model, answer, refuse, mails } = await three();
    model.decide('share');
    await settled();
    await answer('review.share', decided(7, [3]));
    model.undo();
    await settled();
    await refuse('review.undo', { code: 'conflict' });
    expect(mails()).toEqual([2, 1]);
    expect(model.decisions.refused).toMatchObject({ what: 'undo', reason: { code: 'conflict' } });
  });

  test.each([
    ['pending', false, /^Undone: 1\.$/, undefined, false],
    ['private', false, /^Kept private before/, undefined, true],
    ['uploading', true, /retracted as soon as/, undefined, true],
    ['logged', false, /^$/, 'too_late', false],
  ] as const)('is said only of what it undid: mail that is %s now', async (state, retract_after, said, code, overtaken) => {
    const { model, answer } = await three();
    model.decide('share');
    await settled();
    await answer('review.share', decided(7, [3]));
    model.desk.said = '';
    model.undo();
    await settled();
    expect(model.desk.said).toBe('');
    await answer('review.undo', [{ connection: 1, mail: 3, rev: 2, state, retract_after }]);
    expect(model.desk.said).toMatch(said);
    expect([(model.decisions.refused?.reason as ApiError | undefined)?.code, model.decisions.overtaken !== null]).toEqual([code, overtaken]);
  });

  test('of several says which came too late, and leaves them where they are', async () => {
    const { model, answer, mails } = await three();
    model.cursor.all();
    model.decide('share');
    await settled();
    await answer('review.share', decided(7, [3, 2, 1]));
    model.undo();
    await settled();
    const row = { connection: 1, rev: 2, retract_after: false };
    await answer('review.undo', [{ ...row, mail: 3, state: 'logged' }, { ...row, mail: 2, state: 'pending' }, { ...row, mail: 1, state: 'pending' }]);
    expect([mails(), model.desk.said]).toEqual([[2, 1], 'Undone: 2.']);
    expect(model.decisions.refused?.rows.map(({ mail }) => mail)).toEqual([3]);
  });

  test('is offered as long as the program says', async () => {
    const { model, answer } = await three();
    model.decide('share');
    await settled();
    const until = Date.now() + 90_000;
    await answer('review.share', { ...decided(7, [3]), release_at: until });
    model.decisions.tick(until - 1);
    expect(model.decisions.made.length).toBe(1);
    model.decisions.tick(until);
    expect(model.decisions.made.length).toBe(0);
    expect(model.decisions.undo()).toBeNull();
  });
});

describe('several at once', () => {
  test('are decided together, without any attachments', async () => {
    const { model, host, mails } = await three();
    model.toggleAttachment('a'.repeat(64));
    model.cursor.extend(1);
    expect(model.targets.length).toBe(2);
    model.decide('share');
    await settled();
    expect(mails()).toEqual([1]);
    expect(host.argsOf('review.share')[0]).toMatchObject({
      items: [{ mail: 3, expected_rev: 0 }, { mail: 2, expected_rev: 0 }],
    });
    expect(host.argsOf('review.share')[0]?.wish?.attachments).toEqual([]);
    expect(model.cursor.chosen).toEqual([]);
  });

  test('are asked about first if they are more than twenty', async () => {
    const { model, host } = await desk({ rows: Array.from({ length: 21 }, (_, index) => row(21 - index)) });
    model.cursor.all();
    model.decide('share');
    expect(model.asking).toEqual({ verb: 'share', count: 21, sensitive: 0 });
    expect(host.argsOf('review.share')).toEqual([]);
    model.decide('share');
    await settled();
    expect(host.argsOf('review.share')[0]?.items.length).toBe(21);
  });

  test('leave out those that can not be shared', async () => {
    const { model, host } = await desk({ rows: [row(2), row(1, 'unmatched')], all: true });
    model.cursor.all();
    model.decide('share');
    await settled();
    expect(host.argsOf('review.share')[0]?.items).toEqual([{ mail: 2, expected_rev: 0 }]);
  });
});

describe('nothing is shared', () => {
  test.each<[string, Beginning]>([
    ['while the policy cannot be read', { rows: [row(1)], sharing_allowed: false }],
    ['of nobody in the CRM', { rows: [row(1, 'unmatched')] }],
    ['that a rule keeps out', { rows: [row(1, 'excluded')] }],
    ['that is in the CRM already', { rows: [row(1, 'logged')] }],
    ['of an empty list', { rows: [] }],
  ])('%s', async (_, beginning) => {
    const { model, host } = await desk(beginning);
    model.decide('share');
    await settled();
    expect([model.canShare(), host.argsOf('review.share')]).toEqual([false, []]);
  });
});

describe('how much is shared', () => {
  test('is chosen for each mail, and kept while others are read', async () => {
    const { model } = await three();
    model.change({ level: 'subject' });
    model.toggleAttachment('a');
    model.toggleAttachment('b');
    model.toggleAttachment('a');
    model.cursor.move(1);
    expect(model.wish).toEqual({ ...WISH, attachments: [] });
    model.cursor.move(-1);
    expect(model.wish).toEqual({ ...WISH, level: 'subject', attachments: ['b'] });
  });

  test('is never more than the policy allows', async () => {
    const { model } = await desk({ rows: [row(1)], policy: { max_level: 'subject' } });
    expect(model.wish.level).toBe('subject');
    model.change({ level: 'full' });
    expect(model.wish.level).toBe('subject');
    model.change({ level: 'metadata' });
    expect(model.wish.level).toBe('metadata');
  });

  test('of what was looked at is exactly that', async () => {
    const { model, host } = await three();
    model.previewing = true;
    model.shareAsSeen('f'.repeat(64));
    await settled();
    expect(model.previewing).toBe(false);
    expect(host.argsOf('review.share')[0]).toMatchObject({ items: [{ mail: 3 }], payload_sha256: 'f'.repeat(64) });
  });
});

describe('the mail that is read', () => {
  test('stays when other mail comes in above it', async () => {
    const { model, host, at } = await three();
    host.always('review.list', () => ({ rows: [row(9), row(3), row(2), row(1)], next: null, total: 4 }));
    await host.tell({ event: 'changed', tags: ['review'] });
    expect([at(), model.cursor.index]).toEqual([3, 1]);
  });

  test('is followed by the next one when somebody else has decided on it', async () => {
    const { model, host, at } = await three();
    model.cursor.go(1);
    host.always('review.list', () => ({ rows: [row(3), row(1)], next: null, total: 2 }));
    await host.tell({ event: 'changed', tags: ['review'] });
    expect(at()).toBe(1);
    expect(model.cursor.index).toBe(1);
  });

  test('is never shown with the words of another', async () => {
    const { model, answer } = await three();
    await settled();
    await answer('mail.get', { subject: 'third' });
    expect(model.opened).toMatchObject({ value: { subject: 'third' } });
    model.cursor.move(1);
    expect(model.opened).toEqual({ state: 'loading' });
  });

  test('has its next one asked for ahead', async () => {
    const { model, answer, host } = await three();
    await settled();
    await answer('mail.get', { subject: 'third' });
    await answer('mail.get', { subject: 'second' });
    model.cursor.move(1);
    expect(model.opened).toMatchObject({ value: { subject: 'second' } });
    expect(host.argsOf('mail.get').map(({ mail }) => mail)).toEqual([3, 2]);
  });
});

test('running through the list leaves no queue of questions behind', async () => {
  const { model, host } = await desk({ rows: Array.from({ length: 50 }, (_, index) => row(50 - index)) });
  await settled();
  for (let i = 0; i < 40; i++) {
    model.cursor.move(1);
    model.turn();
  }
  expect(host.argsOf('mail.get').length).toBe(1);
});

test('a program that died does not take the list or the mail away', async () => {
  const { model, host, mails, at, answer } = await three();
  await settled();
  await answer('mail.get', { subject: 'third' });
  for (const name of ['review.list', 'mail.get'] as const) {
    host.always(name, () => {
      throw new Error('engine stopped');
    });
  }
  await host.tell({ event: 'changed', tags: ['review', 'mail'] });
  expect([mails(), at()]).toEqual([[3, 2, 1], 3]);
  expect(model.opened).toMatchObject({ state: 'ready', value: { subject: 'third' } });
  expect(model.pages.failure).not.toBeNull();
});
