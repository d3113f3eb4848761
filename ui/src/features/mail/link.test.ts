import { beforeEach, expect, test } from 'vitest';
import type { Candidate, FoundContact, RecordRef } from '../../gen/api';
import { Scripted, settled } from '../../host/scripted';
import { LinkModel, type Ground } from './link.svelte';
import type { Linked } from './wish';

const ref = (id: string): RecordRef => ({ type: 'contact', id });
const linked = (id: string, name = ''): Linked => ({ record: ref(id), name });
const contact = (id: string, name: string, address: string, company: string | null = null): FoundContact => ({
  record: ref(id),
  name,
  emails: [address],
  url: null,
  parent: null,
  company,
});
const TANAKA: Candidate = {
  record: ref('1'),
  name: '田中 美咲',
  company: { type: 'company', id: '9' },
  reasons: [{ role: 'from', address: 'tanaka@minato.example', primary: true }],
};

let host: Scripted;
beforeEach(() => {
  host = new Scripted();
});

const open = (ground: Partial<Ground> = {}): LinkModel =>
  new LinkModel(host, { connection: 1, addresses: ['tanaka@minato.example'], candidates: [], links: undefined, ...ground });

test('the candidates are chosen to begin with, with their companies and the reason they fit', async () => {
  host.always('contacts.search', () => [contact('1', '田中 美咲', 'tanaka@minato.example', '株式会社みなと商事')]);
  const model = open({ candidates: [TANAKA] });
  await settled();
  expect(model.chosen).toEqual([linked('1', '田中 美咲')]);
  expect(model.options).toEqual([
    { record: ref('1'), name: '田中 美咲', company: '株式会社みなと商事', addresses: ['tanaka@minato.example'], fits: TANAKA.reasons[0] },
  ]);
});

test('what the rep chose for this mail before is chosen again', () => {
  expect(open({ candidates: [TANAKA], links: [linked('2')] }).chosen).toEqual([linked('2')]);
});

test('an answer that was overtaken is not shown', async () => {
  const model = open();
  void model.search('た');
  void model.search('たな');
  await host.answer(1, [contact('2', '棚橋', 'tana@x.example')]);
  await host.answer(0, [contact('1', '田中', 'x@x.example')]);
  expect(model.options.map(({ name }) => name)).toEqual(['棚橋']);
});

test('a found candidate comes first, and each says what of it was met', async () => {
  const model = open({ candidates: [TANAKA] });
  await settled();
  void model.search('tanaka');
  await host.answer(1, [
    contact('2', 'Tanaka Hiroshi', 'h@x.example'),
    contact('3', '田中 太郎', 'taro@x.example'),
    contact('1', '田中 美咲', 'tanaka@minato.example'),
  ]);
  expect(model.options.map(({ record, fits }) => [record.id, fits])).toEqual([['1', 'address'], ['2', 'name'], ['3', 'reading']]);
});

test('nobody is missed before the answer is there', async () => {
  const model = open();
  void model.search('誰か');
  expect([model.isEmpty, model.searching]).toEqual([false, true]);
  await host.answer(0, []);
  expect([model.isEmpty, model.searching]).toEqual([true, false]);
});

test('the keys go round', async () => {
  const model = open({ candidates: [TANAKA, { ...TANAKA, record: ref('2') }] });
  model.move(-1);
  expect(model.active).toBe(1);
  model.move(1);
  expect(model.active).toBe(0);
});

test('for this mail alone nothing is told to the program', async () => {
  const model = open({ candidates: [TANAKA] });
  model.toggle(linked('1'));
  expect(await model.confirm()).toBeNull();
  model.toggle(linked('2'));
  expect(await model.confirm()).toEqual([linked('2')]);
  expect(host.argsOf('contacts.link')).toEqual([]);
});

test('from now on the address belongs to whom was chosen besides the candidates', async () => {
  host.always('contacts.link', () => ({ done: true }));
  const model = open({ candidates: [TANAKA] });
  model.toggle(linked('2'));
  model.always = true;
  expect(await model.confirm()).toEqual([linked('1', TANAKA.name), linked('2')]);
  expect(host.argsOf('contacts.link')).toEqual([{ connection: 1, address: 'tanaka@minato.example', record: ref('2') }]);
});

test('a candidate by another address is not known by this one', async () => {
  host.always('contacts.link', () => ({ done: true }));
  const model = open({ addresses: ['tanaka@minato.example', 'office@minato.example'], candidates: [TANAKA] });
  model.always = true;
  model.address = 'office@minato.example';
  expect(await model.confirm()).toEqual([linked('1', TANAKA.name)]);
  expect(host.argsOf('contacts.link')).toEqual([{ connection: 1, address: 'office@minato.example', record: ref('1') }]);
});

test('what the rep said of one address is not said of another', async () => {
  host.always('contacts.search', () => []);
  const model = open({ addresses: ['tanaka@minato.example', 'office@minato.example'], candidates: [TANAKA] });
  await settled();
  expect(model.own).toEqual([TANAKA]);
  model.address = 'office@minato.example';
  await settled();
  expect(model.own).toEqual([]);
  model.address = 'tanaka@minato.example';
  await settled();
  expect(model.own).toEqual([TANAKA]);
});

test('a refusal is kept in sight, and nothing is linked', async () => {
  host.always('contacts.link', () => {
    throw { code: 'not_possible_now' };
  });
  const model = open();
  model.toggle(linked('2'));
  model.always = true;
  expect(await model.confirm()).toBeNull();
  expect([model.failure?.reason, model.working]).toEqual([{ code: 'not_possible_now' }, false]);
});

test('a link that only the rep made can be taken back', async () => {
  host.always('contacts.search', () => [contact('1', '田中 美咲', 'other@minato.example')]).always('contacts.unlink', () => ({ done: true }));
  const model = open({ candidates: [TANAKA] });
  await settled();
  expect(model.own).toEqual([TANAKA]);
  expect(await model.unlink()).toBe(true);
  expect([model.own, model.chosen]).toEqual([[], []]);
});

test('an address that the CRM itself has is nobody else’s to take back', async () => {
  host.always('contacts.search', () => [contact('1', '田中 美咲', 'tanaka@minato.example')]);
  const model = open({ candidates: [TANAKA] });
  await settled();
  expect(model.own).toEqual([]);
});

test('a contact that was made in the CRM is chosen, and in sight', async () => {
  const made = contact('7', '小野寺 健', 'onodera@tohoku.example');
  host.always('contacts.create', () => made);
  const model = open();
  const wanted = { name: '小野寺 健', email: 'onodera@tohoku.example', company: '' };
  expect(await model.create(wanted)).toBe(true);
  expect(host.argsOf('contacts.create')).toEqual([{ connection: 1, contact: wanted }]);
  expect([model.chosen, model.options.map(({ name }) => name)]).toEqual([[{ record: made.record, name: made.name }], ['小野寺 健']]);
});

test('the CRM itself is asked for what was typed, and what it has stands below what is known here', async () => {
  host.always('contacts.search', () => [contact('1', '田中 美咲', 'tanaka@minato.example')]);
  host.always('contacts.search_crm', () => [contact('1', '田中 美咲', 'tanaka@minato.example'), contact('7', '田中 一郎', 'ichiro@far.example')]);
  const model = open();
  await model.search(' 田中 ');
  await model.searchCrm();
  expect(host.argsOf('contacts.search_crm')).toEqual([{ connection: 1, text: '田中' }]);
  expect(model.options.map(({ record }) => record.id)).toEqual(['1', '7']);
  expect(model.crmAsked).toBe(' 田中 ');
  await model.search('田');
  expect(model.crmAsked).toBeNull();
});

test('what the CRM answers to words that were overtaken is not shown', async () => {
  host.always('contacts.search', () => []);
  const model = open();
  await model.search('田中');
  const asking = model.searchCrm();
  const question = host.asked.findIndex(({ name }) => name === 'contacts.search_crm');
  await model.search('佐藤');
  await host.answer(question, [contact('7', '田中 一郎', 'ichiro@far.example')]);
  await asking;
  expect(model.options).toEqual([]);
});
