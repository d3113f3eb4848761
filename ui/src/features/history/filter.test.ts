import { expect, test } from 'vitest';
import { EVERYTHING, filterOf, isNarrowed, type Query } from './filter';

const at = (text: string): number => new Date(text).getTime();
const NOW = at('2026-11-20T10:42:00');

const check = (change: Partial<Query>, expected: object): void => expect(filterOf({ ...EVERYTHING, ...change }, NOW)).toEqual(expected);

test('nothing chosen filters nothing', () => {
  check({}, {});
  expect([isNarrowed(EVERYTHING), isNarrowed({ ...EVERYTHING, shown: 'private' })]).toEqual([false, true]);
});

test('what is shown counts what others logged, too', () => {
  check({ shown: 'shared' }, { states: ['logged', 'already_in_crm', 'remote_missing'] });
  check({ shown: 'retracted' }, { states: ['retracted'] });
});

test('periods begin at midnight', () => {
  check({ period: 'today' }, { since: at('2026-11-20T00:00') });
  check({ period: '7' }, { since: at('2026-11-14T00:00') });
});

test('the last day that was chosen is listed, too', () => {
  check({ period: 'dates', since: '2026-11-01', until: '2026-11-03' }, { since: at('2026-11-01T00:00'), until: at('2026-11-04T00:00') });
  check({ period: 'dates', until: '2026-11-03' }, { until: at('2026-11-04T00:00') });
  check({ period: 'dates' }, {});
  check({ period: 'all', since: '2026-11-01' }, {});
});

test('blanks around words are left out', () => {
  check({ text: ' 見積 ' }, { text: '見積' });
  check({ text: '  ' }, {});
});
