/** `review.preview`: exactly what would be sent, made as the program makes it (`domain::payload`, `mime::portion`). */
import type { Choice, Commands, LeftOut, MailView, Preview, Role, TooLarge } from '../../gen/api';
import { bytes } from '../../features/mail/payload';
import { rangesOf, redact } from '../../features/mail/redaction';
import { contactsOf } from './contacts';
import { error } from './errors';
import type { Handlers } from './handlers';
import type { Program } from './program';
import { FULL } from './reviews';
import { mailOf } from './sample';

type Args = Commands['review.preview']['args'];

/** What the made-up CRM takes of a file and of a text. */
const MOST_FILE = 20_000_000;
const MOST_TEXT = 200_000;

export const previewHandlers = (program: Program): Handlers => ({ 'review.preview': (args) => previewOf(program, args) });

async function previewOf(program: Program, { mail, connection, wish = {} }: Args): Promise<Preview> {
  const told = program.told(mail);
  const view = mailOf(told, program.now);
  const candidates = program.candidates(mail);
  const choice: Choice = { ...FULL, links: candidates.map(({ record }) => record), ...wish };
  if (choice.links.length === 0) throw error('no_link', 'review');
  if (view.participants.some(({ role, address }) => role === 'from' && redact(address, choice.redactions) !== address)) {
    throw error('cannot_redact', 'review');
  }
  const portion = cut(view.text, choice);
  const { payload, sha256 } = await frozen(view, choice, portion.text);
  const subject = redact(view.subject, choice.redactions);
  const named = [...candidates, ...contactsOf(program)];
  const name = (id: string): string => named.find(({ record }) => record.id === id)?.name ?? id;
  return {
    payload,
    sha256,
    rev: program.review(mail, connection).rev,
    choice,
    records: choice.links.map((record) => ({ record, name: name(record.id), company: told.company, url: null })),
    original_subject: view.subject,
    original_text: view.text,
    left_out: leftOut(view, choice, portion),
    sensitive: view.sensitive.filter(({ text, in_subject }) => (in_subject ? subject : choice.level === 'full' ? portion.text : '').includes(text)),
    quotes_undecided: choice.quotes && portion.quotes > 0,
    too_large: tooLarge(view, choice, portion.text),
    grace_seconds: program.grace / 1000,
  };
}

/** A text without older mail, without the signature, and without what is blacked out. */
interface Portion {
  text: string;
  quotes: number;
  quoted: number;
  signature: number;
}

function cut(text: string, { quotes, signature, redactions }: Choice): Portion {
  const lines = text.split('\n');
  const quote = lines.findIndex((line, at) => line.startsWith('>') || lines[at + 1]?.startsWith('>'));
  const own = quote < 0 ? lines : lines.slice(0, quote);
  const older = quote < 0 ? [] : lines.slice(quote);
  const end = own.indexOf('-- ');
  const [body, sign] = end < 0 ? [own, []] : [own.slice(0, end), own.slice(end)];
  const kept = [...body, ...(signature ? sign : []), ...(quotes ? older : [])].join('\n').trimEnd();
  const count = (some: string[]): number => some.filter((line) => line.trim()).length;
  return {
    text: redact(kept, redactions),
    quotes: count(older),
    quoted: quotes ? 0 : count(older),
    signature: signature ? 0 : count(sign),
  };
}

function leftOut(view: MailView, choice: Choice, { quoted, signature }: Portion): LeftOut {
  const people = view.participants.filter(({ role, address }) => role !== 'bcc' && redact(address, choice.redactions) !== address);
  const bcc = view.participants.filter(({ role }) => role === 'bcc').map(({ address, name }) => ({ address, name }));
  return {
    bcc,
    people: people.length,
    subject: choice.level === 'metadata',
    body: choice.level !== 'full',
    html: view.html !== null && choice.redactions.length > 0,
    quoted_lines: quoted,
    signature_lines: signature,
    redacted: rangesOf(view.text, choice.redactions).length,
    attachments: view.attachments.filter(({ sha256 }) => !choice.attachments.includes(sha256)).map(({ name }) => name),
  };
}

function tooLarge(view: MailView, { attachments, level }: Choice, text: string): TooLarge[] {
  const files = view.attachments.filter(({ sha256, size }) => attachments.includes(sha256) && size > MOST_FILE);
  const long = level === 'full' && bytes(text) > MOST_TEXT;
  return [
    ...files.map(({ name, size }) => ({ name, size, most: MOST_FILE })),
    ...(long ? [{ name: null, size: bytes(text), most: MOST_TEXT }] : []),
  ];
}

/** Canonical JSON of what is shared, with its digest. */
async function frozen(view: MailView, choice: Choice, text: string): Promise<{ payload: string; sha256: string }> {
  const { level, links, redactions } = choice;
  const of = (wanted: Role) => {
    const people = view.participants.filter(({ role, address }) => role === wanted && redact(address, redactions) === address);
    return people.map(({ address, name }) => ({ email: address, ...(name && { name: redact(name, redactions) }) }));
  };
  const cc = of('cc');
  const files = view.attachments.filter(({ sha256 }) => choice.attachments.includes(sha256));
  const html = view.html !== null && redactions.length === 0 ? view.html : null;
  const email = {
    message_id: view.message_id,
    direction: view.outgoing ? 'outgoing' : 'incoming',
    date: new Date(view.date).toISOString().replace(/\.\d+/, ''),
    from: of('from')[0],
    to: of('to'),
    ...(cc.length > 0 && { cc }),
    subject: level === 'metadata' ? '' : redact(view.subject, redactions),
    share_level: level,
    ...(level === 'full' && { body_text: text, ...(html !== null && { body_html: html }) }),
    ...(files.length > 0 && { attachments: files.map(({ sha256, name, content_type, size }) => ({ sha256, name: redact(name, redactions), content_type, size })) }),
    links,
  };
  const sha256 = await digest(canonical(email));
  return { payload: canonical({ ...email, digest: sha256 }), sha256 };
}

/** RFC 8785, as far as a payload needs it: keys in order, no blanks. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`;
}

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
