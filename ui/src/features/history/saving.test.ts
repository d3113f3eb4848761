import { expect, test } from 'vitest';
import { Scripted, settled } from '../../host/scripted';
import { Saving } from './saving.svelte';

const FILE = { path: '/home/mori/Downloads/a.csv', name: 'a.csv' };

test('one file is written at a time, and shown where it is', async () => {
  const host = new Scripted().always('app.reveal', () => ({ done: true }));
  const saving = new Saving(host);
  void saving.write((to) => to.call('stats.export', {}));
  expect(await saving.write((to) => to.call('stats.export', {}))).toBe(false);
  await host.answer(0, FILE);
  expect([saving.saved, saving.busy, host.argsOf('stats.export').length]).toEqual([FILE, false, 1]);
  await saving.reveal();
  expect(host.argsOf('app.reveal')).toEqual([{ path: FILE.path }]);
  saving.forget();
  expect(saving.saved).toBeNull();
});

test('why it was not written is said until the next attempt', async () => {
  const host = new Scripted();
  const saving = new Saving(host);
  void saving.write((to) => to.call('stats.export', {}));
  await host.refuse(0, 'disk');
  expect([saving.reason, saving.busy]).toEqual(['disk', false]);
  void saving.write((to) => to.call('stats.export', {}));
  await settled();
  expect(saving.reason).toBeNull();
});
