import { expect, test } from 'vitest';
import type { MailPage, MailRowView, State } from '../../gen/api';
import { Scripted, settled } from '../../host/scripted';
import { Pages } from './pages.svelte';

const row = (mail: number, state: State = 'pending'): MailRowView => ({
  mail,
  account: 1,
  connection: 1,
  rev: 0,
  state,
  date: mail * 1000,
  who: null,
  outgoing: false,
  contact: null,
  subject: `${mail}`,
  snippet: '',
  thread: mail,
  attachments: 0,
  release_at: null,
  snoozed_until: null,
  asks: [],
});

/** A program with this many mails, the highest number newest. */
class Mailbox {
  readonly host = new Scripted();
  mails: number[];
  pages: Pages;
  constructor(count: number) {
    this.mails = Array.from({ length: count }, (_, index) => count - index);
    this.host.always('review.list', ({ after, limit = 100 }) => this.#page(after?.mail, limit));
    this.pages = new Pages(this.host, {
      name: 'review.list',
      ask: (after, limit) => this.host.call('review.list', { connection: 1, limit, ...(after && { after }) }),
      shows: ({ state }) => state === 'pending',
    });
  }
  #page(after: number | undefined, limit: number): MailPage {
    const left = this.mails.filter((mail) => after === undefined || mail < after);
    const rows = left.slice(0, limit).map((mail) => row(mail));
    const last = rows.at(-1);
    return { rows, next: last && left.length > limit ? { date: last.date, mail: last.mail } : null, total: this.mails.length };
  }
  async watched(): Promise<Pages> {
    this.pages.watch();
    await settled();
    return this.pages;
  }
  changed = (): Promise<void> => this.host.tell({ event: 'changed', tags: ['review'] });
  asked = () => this.host.argsOf('review.list').map(({ after, limit }) => [after?.mail, limit]);
}

const mails = (pages: Pages): number[] => pages.rows.map(({ mail }) => mail);

test('the first page is there at once, the next before it is needed', async () => {
  const box = new Mailbox(1000);
  const pages = await box.watched();
  expect([pages.rows.length, pages.total]).toEqual([200, 1000]);
  pages.look(50, 60);
  await settled();
  expect(box.asked()).toEqual([[undefined, 200]]);
  pages.look(120, 130);
  await settled();
  expect(box.asked()).toEqual([[undefined, 200], [801, 200]]);
  expect(mails(pages)).toEqual(box.mails.slice(0, 400));
});

test('the end of a very long list is reached in few questions, without a gap', async () => {
  const box = new Mailbox(20_000);
  const pages = await box.watched();
  pages.look(19_990, 20_000);
  await settled();
  expect(mails(pages)).toEqual(box.mails);
  expect(box.asked().length).toBeLessThan(25);
});

test('a change asks only for what is in sight, however deep one has scrolled', async () => {
  const box = new Mailbox(5000);
  const pages = await box.watched();
  pages.look(4000, 4010);
  await settled();
  const before = box.asked().length;
  box.mails = [5001, ...box.mails.filter((mail) => mail !== 995)];
  await box.changed();
  expect(box.asked().slice(before)).toEqual([[1101, 210]]);
  expect(mails(pages)).not.toContain(995);
  expect(mails(pages)).not.toContain(5001);
  pages.look(0, 10);
  await settled();
  expect(mails(pages)[0]).toBe(5001);
  expect(new Set(mails(pages)).size).toBe(pages.rows.length);
});

test('mail that comes in above what is in sight is told, so that nothing jumps', async () => {
  const box = new Mailbox(10);
  const pages = await box.watched();
  expect(pages.grewAbove).toBe(false);
  box.mails = [11, ...box.mails];
  await box.changed();
  expect(pages.grewAbove).toBe(true);
  pages.update([row(11, 'private')]);
  expect(pages.grewAbove).toBe(false);
});

test('a hundred changes during one question lead to one more', async () => {
  const box = new Mailbox(10);
  box.pages.watch();
  for (let i = 0; i < 100; i++) void box.changed();
  await settled();
  expect(box.asked().length).toBe(2);
});

test('a decided row leaves at once, and an answer that lags behind does not bring it back', async () => {
  const box = new Mailbox(3);
  const pages = await box.watched();
  pages.update([row(2, 'scheduled')]);
  expect([mails(pages), pages.total]).toEqual([[3, 1], 2]);
  await box.changed();
  expect([mails(pages), pages.total]).toEqual([[3, 1], 2]);
  pages.update([row(2)]);
  expect([mails(pages), pages.total]).toEqual([[3, 2, 1], 3]);
});

test('what the program says counts again as soon as it has followed', async () => {
  const box = new Mailbox(3);
  const pages = await box.watched();
  pages.update([row(2, 'scheduled')]);
  const before = box.asked().length;
  pages.settle([row(2)]);
  await settled();
  expect([mails(pages), box.asked().length]).toEqual([[3, 2, 1], before + 1]);
});

test('nothing is asked where nothing was settled', async () => {
  const box = new Mailbox(3);
  const pages = await box.watched();
  pages.settle([]);
  await settled();
  expect(box.asked().length).toBe(1);
});

test('a whole page that has been decided on is passed over', async () => {
  const box = new Mailbox(500);
  const pages = await box.watched();
  pages.look(100, 200);
  await settled();
  pages.update(pages.rows.slice(0, 300).map((decided) => ({ ...decided, state: 'private' as const })));
  await box.changed();
  expect(mails(pages)[0]).toBe(200);
});

test('a refused question keeps the rows, and another try brings new ones', async () => {
  const box = new Mailbox(3);
  const pages = await box.watched();
  box.host.always('review.list', () => {
    throw new Error('gone');
  });
  await box.changed();
  expect(pages.failure).toEqual({ reason: new Error('gone') });
  expect(mails(pages)).toEqual([3, 2, 1]);
  box.host.always('review.list', () => ({ rows: [row(4)], next: null, total: 1 }));
  await pages.retry();
  expect([mails(pages), pages.failure]).toEqual([[4], null]);
});

test('the answer for a list that was left is not shown', async () => {
  const host = new Scripted();
  const source = { name: 'review.list' as const, ask: () => host.call('review.list', { connection: 1 }), shows: () => true };
  const pages = new Pages(host, source);
  pages.watch();
  pages.restart(source);
  await host.answer(0, { rows: [row(1)], next: null, total: 1 });
  expect(pages.loaded).toBe(false);
  await host.answer(1, { rows: [row(2)], next: null, total: 1 });
  expect(mails(pages)).toEqual([2]);
});
