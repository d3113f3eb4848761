import { beforeEach, expect, test, vi } from 'vitest';
import type { MailRowView, Why } from '../../gen/api';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { fateOf, reasonsOf } from './fate';
import { row } from './model.fixture';

vi.stubGlobal('navigator', { languages: ['en'] });
beforeEach(() => overwriteGetLocale(() => 'en'));

const ASKED = { advice: 'ask', because: [{ ask: 'sensitive', kinds: ['card'] }, { ask: 'first_contact' }] };
const fate = (why: object, mail: Partial<MailRowView>): string => fateOf({ advice: ASKED, origin: null, ...why } as unknown as Why, { ...row(1), ...mail });
const reasons = (why: object, mail: Partial<MailRowView>): string[] =>
  reasonsOf({ triage: { triage: 'matched' }, advice: ASKED, returned: null, ...why } as unknown as Why, { ...row(1), ...mail });

test.each<[string, object, Partial<MailRowView>]>([
  ['Nothing leaves', {}, {}],
  ['It comes back', {}, { snoozed_until: Date.now() }],
  ['after the grace period', { advice: { advice: 'share', by: { by: 'mode', id: 1 } } }, {}],
  ['The account\'s setting decided', { advice: { advice: 'share', by: { by: 'mode', id: 1 } } }, {}],
  ['Shared by itself', { origin: { by: 'mode', id: 1 } }, { state: 'scheduled', release_at: Date.now() }],
  ['A rule of yours decided', { origin: { by: 'rule', id: 1 } }, { state: 'scheduled', release_at: Date.now() }],
  ['It stays private. The conversation\'s earlier mail', { origin: { by: 'thread' } }, { state: 'private' }],
  ['A rule of yours decided', { advice: { advice: 'private', by: { by: 'rule', id: 1 } } }, {}],
  ['Your company\'s policy decided', { advice: { advice: 'private', by: { by: 'policy' } } }, {}],
  ['Your company\'s policy decided', { origin: { by: 'policy' } }, { state: 'private' }],
  ['It stays private. You decided', { origin: { by: 'user' } }, { state: 'private' }],
])('what happens next is told: %s', (words, why, mail) => expect(fate(why, mail)).toContain(words));

test.each<[Partial<MailRowView>]>([[{ state: 'logged' }], [{ state: 'scheduled', release_at: 1 }]])(
  'nothing is told of what the rep wants to share: %j',
  (mail) => expect(fate({ origin: { by: 'user' } }, mail)).toBe(''),
);

test('the most urgent reason comes first, and after it those that follow', () => {
  const [first, second, ...rest] = reasons({}, { contact: { name: 'Tanaka', company: null, more: 0 } });
  expect([first, second?.includes('Tanaka'), rest]).toEqual([expect.stringContaining('sensitive'), true, []]);
});

test('that a mail came back is told before everything else', () => {
  expect(reasons({ returned: 'denied' }, {})[0]).toContain('came back');
});
