import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Desk } from '../../desk.svelte';
import type { ApiError, ConnectionView, Simulated } from '../../gen/api';
import { Scripted, settled } from '../../host/scripted';
import { RuleDraft, type Beginning } from './draft.svelte';

const OUTCOME: Simulated = { days: 90, looked_at: 100, matched: 2, changes: [], examples: [], nearly_everything: false };
const refused = (detail: string): ApiError => ({ code: 'bad_arguments', detail, message: { en: '', ja: '' }, hint: { en: '', ja: '' }, action: 'none', certificate: null });

async function drafting(beginning: Beginning = {}, connections = [{ id: 4 } as ConnectionView]) {
  const host = new Scripted().always('crm.list', () => connections);
  const desk = new Desk(host);
  await desk.connections.ask();
  return { host, desk, draft: new RuleDraft(desk, beginning) };
}

/** Looks what it changes, and waits for the answer. */
async function simulated(host: Scripted, draft: RuleDraft, outcome: Partial<Simulated> | ApiError): Promise<void> {
  host.always('rules.simulate', () => {
    if ('code' in outcome) throw outcome;
    return { ...OUTCOME, ...outcome };
  });
  vi.useFakeTimers();
  draft.simulate();
  await vi.advanceTimersByTimeAsync(400);
  vi.useRealTimers();
  await settled();
}

beforeEach(() => void vi.useRealTimers());
afterEach(() => void vi.useRealTimers());

describe('what it is about', () => {
  test('is put right where an input method made full-width letters of it', async () => {
    const { draft } = await drafting();
    expect(draft.rule).toBeNull();
    draft.value = 'ＮＥＷＳ＠bank。example ';
    expect(draft.rule).toEqual({ about: { kind: 'address', value: 'NEWS@bank.example' }, then: 'never_log' });
  });

  test('is a word as it was typed, without blanks around it', async () => {
    const { draft } = await drafting({ kind: 'subject' });
    draft.value = ' 健康診断 のご案内 ';
    expect(draft.about).toEqual({ kind: 'subject', value: '健康診断 のご案内' });
  });

  test('is a record at the connection that is shown', async () => {
    const { draft } = await drafting({ kind: 'company' });
    draft.record = { record: { type: 'company', id: '9' }, name: 'Lotus' };
    expect(draft.about).toEqual({ kind: 'company', connection: 4, record: { type: 'company', id: '9' } });
  });

  test('does not fit another kind', async () => {
    const { draft } = await drafting({ kind: 'domain', value: 'bank.example' });
    draft.kind = 'account';
    expect([draft.value, draft.about]).toEqual(['', null]);
    draft.value = '3';
    expect(draft.about).toEqual({ kind: 'account', value: 3 });
  });
});

test('what cannot be said of a kind falls back to the strictest', async () => {
  const { draft } = await drafting({ kind: 'domain', value: 'x.example', then: 'share' });
  expect(draft.rule?.then).toBe('share');
  draft.kind = 'subject';
  expect(draft.then).toBe('never_log');
  draft.kind = 'domain';
  expect(draft.then).toBe('share');
});

test('it ends at the end of its last day, and a level goes with sharing alone', async () => {
  const { draft } = await drafting({ kind: 'domain', value: 'x.example', then: 'share' });
  [draft.level, draft.expiry] = ['subject', 'date'];
  expect(draft.rule).toBeNull();
  draft.day = '2026-12-31';
  expect(draft.rule).toMatchObject({ level: 'subject', expires_at: new Date('2027-01-01T00:00').getTime() });
  draft.then = 'ask';
  expect(draft.rule).not.toHaveProperty('level');
  draft.expiry = '30';
  const days = ((draft.rule?.expires_at ?? 0) - new Date().setHours(0, 0, 0, 0)) / 86_400_000;
  expect(Math.round(days)).toBe(31);
});

describe('before it is saved', () => {
  test('it is looked at what it changes, once typing pauses', async () => {
    const { host, draft } = await drafting();
    vi.useFakeTimers();
    for (const value of ['a', 'a@b', 'a@b.example']) {
      draft.value = value;
      draft.simulate();
    }
    expect(draft.ready).toBe(false);
    await vi.advanceTimersByTimeAsync(400);
    expect(host.argsOf('rules.simulate')).toEqual([{ connection: 4, rule: { about: { kind: 'address', value: 'a@b.example' }, then: 'never_log' } }]);
  });

  test('a late answer to an older question is dropped', async () => {
    const { host, draft } = await drafting({ value: 'a@b.example' });
    void draft.simulation.now({ connection: 4, without: 1 });
    void draft.simulation.now({ connection: 4, without: 2 });
    await host.answer(host.asked.length - 1, { ...OUTCOME, matched: 2 });
    await host.answer(host.asked.length - 2, { ...OUTCOME, matched: 1 });
    expect(draft.simulation.course).toMatchObject({ state: 'done', value: { matched: 2 } });
  });

  test('one about nearly everything has to be meant', async () => {
    const { host, draft } = await drafting({ value: 'a@b.example' });
    await simulated(host, draft, { nearly_everything: true });
    expect([draft.isWide, draft.ready]).toEqual([true, false]);
    draft.agreed = true;
    expect(draft.ready).toBe(true);
    draft.simulate();
    expect(draft.agreed).toBe(false);
  });

  test.each([
    ['about', 'about'],
    ['then', 'then'],
  ] as const)('the program says which part is wrong: %s', async (detail, flaw) => {
    const { host, draft } = await drafting({ value: 'a@b' });
    await simulated(host, draft, refused(detail));
    expect([draft.flaw, draft.ready]).toEqual([flaw, false]);
  });

  test('without a CRM there is nothing to look at, and it can be saved all the same', async () => {
    const { host, draft } = await drafting({ value: 'a@b.example' }, []);
    draft.simulate();
    expect([draft.ready, host.argsOf('rules.simulate')]).toEqual([true, []]);
  });
});

test('saving asks once and says why it was refused', async () => {
  const { host, draft } = await drafting({ value: 'a@b.example' });
  await simulated(host, draft, {});
  const saving = draft.save();
  expect(await draft.save()).toBeNull();
  await host.refuse(host.asked.length - 1, 'disk');
  expect([await saving, draft.problem, draft.busy, host.argsOf('rules.add').length]).toEqual([null, 'disk', false, 1]);
});
