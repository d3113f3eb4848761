import { describe, expect, test } from 'vitest';
import type { PolicyView, Sharing } from '../../gen/api';
import { SharingDraft, USUAL } from './details.svelte';

const drafted = (change: Partial<Sharing> = {}, policy: Partial<PolicyView> = {}): SharingDraft =>
  new SharingDraft({ ...USUAL, ...change }, () => ({ min_grace_seconds: 0, max_level: null, attachments: null, ...policy }) as PolicyView);

const FULL: Sharing = {
  grace: 45,
  grace_auto: 7200,
  quiet: { from: 1215, to: 465, weekends: false },
  level: 'subject',
  attachments: { kind: 'up_to', size: 2_500_000, types: ['application/pdf', 'image/*', 'text/csv'] },
  quotes: true,
  signature: true,
  sent_too: true,
  practised: true,
  targets: [2],
};

test('what was not touched stays as it was', () => {
  for (const details of [USUAL, FULL]) {
    const draft = drafted(details);
    expect(draft.value()).toEqual(details);
    expect([draft.isChanged(), draft.complete]).toEqual([false, true]);
  }
});

test('quiet hours are minutes of the day', () => {
  const draft = drafted();
  [draft.isQuiet, draft.from, draft.to, draft.weekends] = [true, '18:30', '09:00', true];
  expect(draft.value().quiet).toEqual({ from: 1110, to: 540, weekends: true });
  draft.isQuiet = false;
  expect(draft.value().quiet).toBeNull();
});

describe('the grace period', () => {
  test('of what goes by itself is never shorter than the own one', () => {
    const draft = drafted({ grace: 3600, grace_auto: 900 });
    expect([draft.value().grace_auto, Math.min(...draft.gracesAuto)]).toEqual([3600, 3600]);
  });

  test('is no shorter than the company wants', () => {
    const draft = drafted({}, { min_grace_seconds: 120 });
    expect(draft.graces).toEqual([120, 300, 900, 1800, 3600]);
  });

  test('that was set elsewhere can be chosen', () => {
    expect(drafted({ grace: 45 }).graces).toEqual([10, 30, 45, 60, 300, 900, 1800, 3600]);
  });
});

test.each([
  [null, ['metadata', 'subject', 'full']],
  ['subject', ['metadata', 'subject']],
  ['metadata', ['metadata']],
] as const)('where the company allows %s at most, %o can be chosen', (max_level, expected) => {
  const draft = drafted({}, { max_level });
  expect((['metadata', 'subject', 'full'] as const).filter((level) => draft.allows(level))).toEqual(expected);
});

describe('attachments', () => {
  test.each([
    [null, ['ask', 'never', 'up_to']],
    [{ kind: 'up_to', size: 5, types: [] }, ['ask', 'never', 'up_to']],
    [{ kind: 'ask' }, ['ask', 'never']],
    [{ kind: 'never' }, ['never']],
  ] as const)('where the company says %o are chosen from %o', (attachments, expected) => {
    const draft = drafted({}, { attachments: attachments as PolicyView['attachments'] });
    expect((['ask', 'never', 'up_to'] as const).filter((kind) => draft.allowsFiles(kind))).toEqual(expected);
  });

  test('go by size, and by kinds only where they are limited', () => {
    const draft = drafted();
    [draft.files, draft.megabytes] = ['up_to', '0.5'];
    expect(draft.value().attachments).toEqual({ kind: 'up_to', size: 500_000, types: [] });
    draft.limited = true;
    expect(draft.value().attachments).toEqual({ kind: 'up_to', size: 500_000, types: ['application/pdf'] });
    draft.toggleKind('pdf');
    expect(draft.complete).toBe(false);
  });

  test.each(['', '0', '-1', 'x'])('of “%s” megabytes are none', (megabytes) => {
    const draft = drafted();
    [draft.files, draft.megabytes] = ['up_to', megabytes];
    expect([draft.isSizeSound, draft.complete]).toEqual([false, false]);
  });
});

test('all connections are said by naming none', () => {
  const draft = drafted();
  draft.toggleTarget(2, [1, 2]);
  expect([draft.targets, draft.isTarget(2)]).toEqual([[1], false]);
  draft.toggleTarget(2, [1, 2]);
  expect(draft.targets).toBeNull();
});
