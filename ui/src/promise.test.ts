import { beforeEach, expect, test } from 'vitest';
import type { ShareMode } from './gen/api';
import { promise } from './promise';
import ja from '../messages/ja.json';
import { overwriteGetLocale } from './paraglide/runtime.js';

beforeEach(() => overwriteGetLocale(() => 'ja'));

const check = (modes: (ShareMode | null)[], fixed: ShareMode | null, expected: string): void =>
  expect(promise(modes.map((share_mode) => ({ share_mode })), { share_mode: fixed })).toBe(expected);

test('the promise changes wherever mail of an account goes by itself', () => {
  check([], null, ja.app_promise);
  check(['ask_once', 'manual', null], null, ja.app_promise);
  check(['ask_once', 'share'], null, ja.app_promise_auto);
  check(['share'], 'manual', ja.app_promise);
  check(['manual'], 'share', ja.app_promise_auto);
  expect(promise(null, null)).toBe(ja.app_promise);
});
