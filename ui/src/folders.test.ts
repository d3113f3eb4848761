import { beforeEach, describe, expect, test } from 'vitest';
import { branches, decoded, folderName } from './folders';
import type { FolderRole } from './gen/api';
import { overwriteGetLocale } from './paraglide/runtime.js';

const folder = (name: string, role: FolderRole = 'other') => ({ name, role });

beforeEach(() => overwriteGetLocale(() => 'ja'));

test.each([
  ['&U9ZfFVFI-', '取引先'],
  ['INBOX.&U9ZfFVFI-', 'INBOX.取引先'],
  ['R&-D &jMdlmQ-', 'R&D 資料'],
  ['plain', 'plain'],
  ['&???-', '&???-'],
  ['&U9-', '&U9-'],
  ['a&b', 'a&b'],
])('the name %s is read as %s', (name, expected) => {
  expect(decoded(name)).toBe(expected);
});

test('a folder is called by what it is for where there is a word, and no name turns the line', () => {
  expect([folderName(folder('INBOX', 'inbox')), folderName(folder('a\u202Eb'))]).toEqual(['受信トレイ', 'a\uFFFDb']);
});

describe('the tree', () => {
  const shape = (names: [string, FolderRole?][]) => branches(names.map(([name, role]) => folder(name, role))).map(({ label, depth }) => `${'>'.repeat(depth)}${label}`);

  test('begins with the inbox and what stands in it, then what was sent', () => {
    expect(shape([['Drafts', 'drafts'], ['Sent', 'sent'], ['INBOX.a.b'], ['INBOX', 'inbox'], ['INBOX.a']])).toEqual(['受信トレイ', '>a', '>>b', '送信済み', '下書き']);
  });

  test('takes no mark for a division where no folder is above it', () => {
    expect(shape([['v1.2/notes'], ['a.b'], ['a/b'], ['a']])).toEqual(['a', '>b', '>b', 'v1.2/notes']);
  });
});
