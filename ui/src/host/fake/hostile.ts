/** Mail that was made to break a window, to hide something, or to be very much. */
import type { Person } from '../../gen/api';
import { MAILS, type Told } from './sample';

const ATTACKER: Person = { address: 'a@b.example', name: 'abc\u202Efdp.exe\u200B\u2066' };

const LURE = `<div style="position:fixed;inset:0;z-index:99999;background:#fff">
<p>Your account: <a href="https://evil.example/login">https://www.bank.example/login</a></p>
<script>parent.document.title='owned'</script><img src="https://evil.example/pixel.gif" onerror="parent.document.title='owned'">
<form action="https://evil.example"><button>OK</button></form></div>`;

/** A picture that is none, one that was cut off, and one that does not exist. */
const BROKEN = ['data:image/png;base64,AAAA', 'data:image/png;base64,iVBORw0KGgo=', 'cid:none']
  .map((source) => `<p><img src="${source}" alt="x"></p>`)
  .join('');

/** About ten megabytes. */
const HUGE = '<div style="border:1px solid #cccccc"><p>A row of a very long table</p></div>'.repeat(130_000);

const people = (count: number): Person[] =>
  Array.from({ length: count }, (_, i) => ({ address: `person-${i}@list.example`, name: i % 3 ? `参加者 ${i}` : '' }));

const files = (count: number): NonNullable<Told['files']> =>
  Array.from({ length: count }, (_, i): [string, string, number] => [`file-${i}.pdf`, 'application/pdf', i * 1000]);

/** Newest first, before the ordinary mail. */
export function hostile(): Told[] {
  const plain: Told = { who: ATTACKER, company: '\u202Ecom.evil', known: true, subject: '', text: 'x', ago: 0 };
  const told: Partial<Told>[] = [
    { subject: '長い件名 '.repeat(1000), text: 'x'.repeat(200_000) },
    { subject: '請求書\u202Egpj.exe', text: 'ZERO\u200BWIDTH \u202Eturned\u202C https://a.example/\u202Efdp.exe' },
    { subject: '<img src=x onerror=alert(1)>', text: '<script>alert(1)</script> javascript:alert(1) data:text/html,x' },
    { subject: 'Sign in now', html: LURE, remote: 1, defects: ['repeated_from', 'repeated_message_id'] },
    { subject: 'Files', files: files(2000) },
    {
      subject: 'Programs',
      files: [
        ['invoice\u202Efdp.exe', 'application/pdf', 1],
        ['report.docm', 'application/octet-stream', 2],
        ['page.svg', 'image/svg+xml', 3],
        [`${'long'.repeat(200)}.pdf`, 'application/pdf', 4],
        ['', 'application/octet-stream', 0],
      ],
    },
    { subject: '300 receivers', to: people(300), cc: people(40) },
    { subject: 'Deep', html: `${'<div>'.repeat(20_000)}x` },
    { subject: 'Broken pictures', html: BROKEN },
    { subject: 'Ten megabytes', html: HUGE, text: 'A row of a very long table\n'.repeat(130_000) },
    { subject: '', text: '', who: { address: '', name: '' }, defects: ['missing_from', 'missing_date', 'broken_multipart'] },
    { subject: 'Z̷̨̛͖̤̐̓̈́'.repeat(200), text: 'Z̷̨̛͖̤̐̓̈́'.repeat(2000) },
  ];
  return [...told.map((change, ago) => ({ ...plain, ...change, ago })), ...MAILS];
}
