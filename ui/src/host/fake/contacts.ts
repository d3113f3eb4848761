/** `contacts.*`: the local index of the people the CRM knows. */
import { fold } from '../../features/mail/redaction';
import type { Contact } from '../../gen/api';
import { error } from './errors';
import { wait, type Handlers } from './handlers';
import type { Program } from './program';
import type { Told } from './sample';

/** People the CRM knows and nobody has written to yet. */
const OTHERS: readonly Contact[] = [
  contact('C-201', '田中 美咲（旧姓 佐藤）', 'm.sato@kita.example', '北日本物産株式会社'),
  contact('C-202', '田中 太郎', 'taro.tanaka@kita.example', '北日本物産株式会社'),
  contact('C-203', 'Tanaka Hiroshi', 'h.tanaka@overseas.example', null),
];

function contact(id: string, name: string, address: string, company: string | null): Contact {
  const parent = company === null ? null : ({ type: 'company', id: company } as const);
  return { record: { type: 'contact', id }, name, emails: [address], url: null, parent };
}

const known = ({ who, company }: Told): Contact => contact(who.address, who.name, who.address, company);

/** Everybody in the index, nobody twice. */
export function contactsOf(program: Program): Contact[] {
  const met = program.mails.slice(0, 100).filter((told) => told.known).map(known);
  const all = [...met, ...program.aliases.values(), ...OTHERS];
  return [...new Map(all.map((contact) => [contact.record.id, contact])).values()];
}

export const contactHandlers = (program: Program): Handlers => ({
  'contacts.search': async ({ text }) => {
    await wait(120);
    const wanted = fold(text);
    const fits = ({ name, emails, parent }: Contact): boolean => [name, ...emails, parent?.id ?? ''].some((value) => fold(value).includes(wanted));
    const found = wanted === '' ? [] : contactsOf(program).filter(fits);
    return found.map((contact) => ({ ...contact, company: contact.parent?.id ?? null }));
  },
  'contacts.search_crm': async ({ text }) => {
    await wait(400);
    return fold('遠山 はるか Haruka Toyama').includes(fold(text)) ? [{ ...contact('C-900', '遠山 はるか', 'toyama@far.example', null), company: null }] : [];
  },
  'contacts.link': ({ address, record }) => {
    const found = contactsOf(program).find((contact) => contact.record.id === record.id);
    if (!found) throw error('no_such', 'none');
    program.aliases.set(address, found);
    return { done: true };
  },
  'contacts.unlink': ({ address }) => ({ done: program.aliases.delete(address) }),
  'contacts.create': async ({ contact: { name, email, company } }) => {
    await wait(400);
    const offline = program.connections.some(({ doing }) => doing.state === 'waiting');
    if (offline) throw error('unreachable', 'wait', 'crm.example.co.jp');
    const made = contact(`C-${300 + program.aliases.size}`, name, email, company || null);
    program.aliases.set(email, made);
    return made;
  },
});
