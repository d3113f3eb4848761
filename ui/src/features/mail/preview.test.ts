import { beforeEach, expect, test } from 'vitest';
import type { Preview, PreviewArgs } from '../../gen/api';
import { Scripted, settled } from '../../host/scripted';
import { read, readable } from './payload';
import { PreviewModel } from './preview.svelte';

const ARGS: PreviewArgs = { connection: 1, mail: 7, wish: { level: 'full' } };
const answer = (sha256: string, change: Partial<Preview> = {}): Preview =>
  ({ payload: '{"from":{"email":"a@x.example"},"to":[]}', sha256, quotes_undecided: false, ...change }) as Preview;

let host: Scripted;
let preview: PreviewModel;
beforeEach(() => {
  host = new Scripted();
  preview = new PreviewModel(host);
});

test('what is shown can be shared as soon as it is there', async () => {
  void preview.ask(ARGS);
  expect(preview.digest).toBeNull();
  await host.answer(0, answer('a'));
  expect([preview.digest, preview.payload?.from.email]).toEqual(['a', 'a@x.example']);
});

test('with a change nothing can be shared until its own answer has come, and an earlier one does not count', async () => {
  void preview.ask(ARGS);
  await host.answer(0, answer('a'));
  void preview.ask({ ...ARGS, wish: { level: 'subject' } });
  void preview.ask({ ...ARGS, wish: { level: 'metadata' } });
  expect([preview.answer?.sha256, preview.digest]).toEqual(['a', null]);
  await host.answer(2, answer('c'));
  await host.answer(1, answer('b'));
  expect(preview.digest).toBe('c');
});

test('a choice that is refused leaves the last answer in sight, and nothing to share', async () => {
  void preview.ask(ARGS);
  await host.answer(0, answer('a'));
  void preview.ask({ ...ARGS, wish: { redactions: ['a@x.example'] } });
  await host.refuse(1, { code: 'cannot_redact' });
  expect([preview.answer?.sha256, preview.digest, preview.failure?.reason]).toEqual(['a', null, { code: 'cannot_redact' }]);
  preview.again();
  await host.answer(2, answer('b'));
  expect([preview.digest, preview.failure]).toEqual(['b', null]);
});

test('older mail that nobody has decided on is asked about before it goes along, each time', async () => {
  void preview.ask(ARGS);
  await host.answer(0, answer('a', { quotes_undecided: true }));
  expect(preview.digest).toBeNull();
  preview.agreed = true;
  expect(preview.digest).toBe('a');
  void preview.ask(ARGS);
  await host.answer(1, answer('b'));
  void preview.ask(ARGS);
  await host.answer(2, answer('a', { quotes_undecided: true }));
  await settled();
  expect(preview.digest).toBeNull();
});

const payloads: [payload: string, readable: string, isRead: boolean][] = [
  ['{"from":{"email":"a"},"to":[]}', '{\n  "from": {\n    "email": "a"\n  },\n  "to": []\n}', true],
  ['{"a":1}', '{\n  "a": 1\n}', false],
  ['{', '{', false],
  ['null', 'null', false],
];

test.each(payloads)('%s is read as far as it says something', (payload, shown, isRead) => {
  expect([readable(payload), read(payload) !== null]).toEqual([shown, isRead]);
});
