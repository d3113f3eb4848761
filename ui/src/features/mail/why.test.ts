import { beforeEach, expect, test, vi } from 'vitest';
import type { Ask, Candidate, LeftOut, Rule, Why, WhyStep } from '../../gen/api';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import { leftOut } from './preview_words';
import { evidenceOf, foundBy, nameOf, namesOf, outcomeOf } from './why_words';

beforeEach(() => {
  overwriteGetLocale(() => 'en');
  vi.stubGlobal('navigator', { languages: ['en'] });
});

const TANAKA: Candidate = { record: { type: 'contact', id: '1' }, name: 'Tanaka', company: { type: 'company', id: '9' }, reasons: [] };
const why = (because: Ask[], change: Partial<Why> = {}): Why =>
  ({ triage: { triage: 'matched' }, advice: { advice: 'ask', because }, candidates: [TANAKA], always: [], ...change }) as Why;
const step = (check: WhyStep['check'], change: Partial<WhyStep> = {}): WhyStep => ({ check, applies: true, wins: false, rule: null, evidence: null, ...change });
const plain = (text: string): string => text.replace(/[\u2068\u2069]/g, '');

test('what needs a close look and what the account asks are told where each was found', () => {
  const asks: Ask[] = [{ ask: 'new_participant', address: 'new@x.example' }, { ask: 'rule', id: 3 }, { ask: 'first_contact' }];
  expect(foundBy(step('look'), why(asks), 'Tanaka').map(plain)).toEqual([expect.stringContaining('new@x.example')]);
  expect(foundBy(step('mode'), why(asks), 'Tanaka').map(plain)).toEqual([expect.stringContaining('Tanaka')]);
  expect(foundBy(step('match'), why(asks), 'Tanaka')).toEqual([]);
});

test('an account that shares by itself says so', () => {
  expect(foundBy(step('mode', { wins: true }), why([]), 'Tanaka')).toEqual(['The account shares by itself.']);
});

test('each step says whether it applies and whether it counted', () => {
  const outcomes = [step('mode', { wins: true }), step('match'), step('look', { applies: false })].map(outcomeOf);
  expect(outcomes).toEqual(['This counted', 'Applies', "Doesn't apply"]);
});

test('records are named, addresses and folders are shown as they are written', () => {
  const names = namesOf(why([]), 'Minato');
  expect(evidenceOf({ field: 'record', value: '1' }, names)).toEqual({ field: 'Contact', value: 'Tanaka' });
  expect(evidenceOf({ field: 'company', value: '9' }, names).value).toBe('Minato');
  expect(evidenceOf({ field: 'from', value: '1' }, names).value).toBe('1');
  expect(evidenceOf({ field: 'folder', value: '&MMYwuTDI-' }, names).value).toBe('テスト');
  expect(evidenceOf({ field: 'thread', value: 'ab12' }, names).value).toBe('');
});

test('a rule about a record has its name, and another one the number', () => {
  const rule = (id: string): Rule => ({ kind: 'contact', value: { connection: 1, record: { type: 'contact', id } } }) as Rule;
  const names = namesOf(why([]), null);
  expect([nameOf(rule('1'), names), nameOf(rule('77'), names)]).toEqual(['Tanaka', '77']);
});

const NOTHING: LeftOut = { bcc: [], people: 0, subject: false, body: false, html: false, quoted_lines: 0, signature_lines: 0, redacted: 0, attachments: [] };

test('what is left out is counted, and of a text that is not sent nothing more is said', () => {
  const out = (change: Partial<LeftOut>): string[] => leftOut({ ...NOTHING, ...change }).map(({ what }) => what);
  expect(out({})).toEqual([]);
  expect(out({ quoted_lines: 7, signature_lines: 4, redacted: 1 })).toEqual(['Quoted lines: 7', 'Lines of signature: 4', 'Blacked out: 1']);
  expect(out({ subject: true, body: true, quoted_lines: 7, redacted: 1 })).toEqual(['Subject', 'Body']);
  expect(leftOut({ ...NOTHING, bcc: [{ address: 'b@x.example', name: '' }], attachments: ['a.pdf'] }).map(({ names }) => names)).toEqual([['b@x.example'], ['a.pdf']]);
});
