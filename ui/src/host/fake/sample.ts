/** An invented rep's mail, contacts and CRM. */
import type { AccountView, Ask, Attachment, Candidate, ConnectionView, Contact, Defect, Exclusion, MailView } from '../../gen/api';
import type { Person, Rule, SensitiveView } from '../../gen/api';
import { kindOf } from './kinds';

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

export const REP: Person = { address: 'mori@example.co.jp', name: '森 健司' };

/** A mail as the sample tells it; the rest is made from it. */
export interface Told {
  who: Person;
  company: string | null;
  /** Whether the CRM knows the person. */
  known: boolean;
  /** The rep has decided on mail with the person before. */
  met?: boolean;
  /** Further records that the address belongs to. */
  records?: [name: string, id: string][];
  /** Why it has to be looked at, besides what the account's mode asks. */
  asks?: Ask[];
  sensitive?: SensitiveView[];
  /** Why it is not for the CRM. */
  excluded?: Exclusion;
  subject: string;
  text: string;
  html?: string;
  remote?: number;
  files?: [name: string, type: string, size: number][];
  outgoing?: boolean;
  /** Receivers besides the rep. */
  to?: Person[];
  cc?: Person[];
  defects?: Defect[];
  /** Minutes before now. */
  ago: number;
}

const who = (name: string, address: string): Person => ({ name, address });

const TANAKA = `森様

お世話になっております。みなと商事の田中です。
先日お送りいただいた秋モデルのお見積り、社内で確認いたしました。数量を 240 台に変更した場合の金額をあらためてご提示いただけますでしょうか。

資料はこちらに置きました: https://files.minato.example/2026/autumn-240.pdf

どうぞよろしくお願いいたします。

-- 
株式会社みなと商事 購買部
田中 美咲
TEL 03-5550-0142

2026年11月19日(木) 10:12 森 健司 <mori@example.co.jp>:
> 田中様
>
> 秋モデルのお見積りをお送りします。
> 数量は 200 台で計算しております。
>
> 森`;

const WEBER = `Hello Kenji,

thanks for the third draft. Two points are still open before Friday:

1. Clause 7.2 – payment within 30 days, not 45.
2. The delivery window in annex B.

If both are fine with you, I can sign on Thursday.

Best regards
Daniel`;

const ONODERA = `はじめてご連絡いたします。東北精機の小野寺と申します。

納期の前倒しが可能か、ご相談させてください。現在の予定は12月18日ですが、12月4日に間に合わせることはできますでしょうか。

ご検討のほど、よろしくお願いいたします。`;

const SASAKI = `森様

面接日程のご連絡をありがとうございます。25日（水）14時に伺います。

交通費のお振込先は次のとおりです。
みなと銀行 本店 普通 1234567 ササキ リナ

当日はよろしくお願いいたします。

佐々木`;

const NEWS = `<div style="font-family:sans-serif;color:#333333">
<h2 style="color:#1f5f4f">展示会のご案内</h2>
<p>2026年12月10日（木）・11日（金）、幕張で開催します。</p>
<table style="border:1px solid #cccccc"><tr><th>ホール</th><th>時間</th></tr><tr><td>3</td><td>10:00–17:00</td></tr></table>
<p><a href="https://events.lotus.example/register">参加を申し込む</a></p></div>`;

/** The rep wants nothing of the bank in the CRM. */
export const NEVER: Rule = {
  id: 90,
  kind: 'domain',
  value: 'minato-bank.example',
  then: 'never_log',
  level: null,
  expires_at: null,
  created_at: Date.UTC(2026, 9, 5),
  reason: '',
};

/** Newest first. */
export const MAILS: readonly Told[] = [
  {
    who: who('田中 美咲', 'tanaka@minato.example'),
    company: '株式会社みなと商事',
    known: true,
    subject: 'Re: 秋モデルのお見積りについて（ご確認のお願い）',
    text: TANAKA,
    met: true,
    files: [
      ['見積書.pdf', 'application/pdf', 248_310],
      ['納入先一覧.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 18_204],
    ],
    ago: 18,
  },
  {
    who: who('Daniel Weber', 'd.weber@nordlicht.example'),
    company: 'Nordlicht GmbH',
    known: true,
    subject: 'Contract draft v3 – two open points before Friday',
    text: WEBER,
    met: true,
    cc: [who('Jana Kühn', 'kuehn@kanzlei.example')],
    asks: [{ ask: 'new_participant', address: 'kuehn@kanzlei.example' }],
    ago: 62,
  },
  {
    who: who('小野寺 健', 'onodera@tohoku-seiki.example'),
    company: '東北精機株式会社',
    known: true,
    subject: '【ご相談】納期の前倒しは可能でしょうか',
    text: ONODERA,
    files: [['図面一式.zip', 'application/zip', 31_400_000]],
    ago: 105,
  },
  {
    who: who('Priya Raman', 'priya@lotus.example'),
    company: 'Lotus Logistics',
    known: true,
    subject: '展示会のご案内（12月10日・11日）',
    text: '展示会のご案内\n\n2026年12月10日（木）・11日（金）、幕張で開催します。',
    html: NEWS,
    remote: 3,
    met: true,
    asks: [{ ask: 'automated', sign: 'bulk' }],
    ago: 149,
  },
  {
    who: who('佐々木 里奈', 'r.sasaki@mail.example'),
    company: null,
    known: true,
    subject: '面接日程のご連絡ありがとうございます',
    text: SASAKI,
    asks: [{ ask: 'sensitive', kinds: ['bank_account'] }],
    sensitive: [{ kind: 'bank_account', text: '普通 1234567', in_subject: false }],
    ago: 220,
  },
  {
    who: who('高橋 誠', 'takahashi@law.example'),
    company: '高橋法律事務所',
    known: true,
    subject: '秘密保持契約書の修正案をお送りします',
    text: '森様\n\n修正案をお送りします。第5条をご確認ください。\n\n高橋',
    met: true,
    records: [['高橋 誠（個人）', 'takahashi-2']],
    asks: [{ ask: 'many_records', count: 2 }],
    files: [['NDA_修正案.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 42_118]],
    ago: 16 * 60,
  },
  {
    who: who('Priya Raman', 'priya@lotus.example'),
    company: 'Lotus Logistics',
    known: true,
    subject: 'Shipment schedule week 48',
    text: 'Hi Kenji,\n\nthe container leaves Osaka on Tuesday. Papers are attached to the portal.\n\nPriya',
    ago: 20 * 60,
  },
  {
    who: who('山口 直樹', 'yamaguchi@minato.example'),
    company: '株式会社みなと商事',
    known: true,
    subject: '請求書の宛名変更のお願い',
    text: '森様\n\n次回の請求書から、宛名を「購買部 山口」としていただけますでしょうか。\n\n山口',
    ago: 25 * 60,
  },
  {
    who: who('田中 美咲', 'tanaka@minato.example'),
    company: '株式会社みなと商事',
    known: true,
    subject: '秋モデルのお見積りについて',
    text: '田中様\n\nお見積りをお送りします。ご確認ください。\n\n森',
    outgoing: true,
    ago: 29 * 60,
  },
  {
    who: who('人事部', 'jinji@example.co.jp'),
    company: null,
    known: false,
    excluded: { reason: 'internal' },
    subject: '年末調整の書類について',
    text: '12月4日までに提出してください。',
    ago: 30 * 60,
  },
  {
    who: who('', 'newsletter@shop.example'),
    company: null,
    known: false,
    subject: 'Black Friday: 30 % off everything',
    text: 'Only this weekend.',
    ago: 33 * 60,
  },
  {
    who: who('Lena Fischer', 'lena@nordlicht.example'),
    company: 'Nordlicht GmbH',
    known: true,
    subject: 'Invoice 2026-1108',
    text: 'Dear Kenji,\n\nplease find our invoice attached.\n\nLena',
    files: [['Invoice-2026-1108.pdf', 'application/pdf', 88_740]],
    ago: 2 * 24 * 60,
  },
  {
    who: who('中川 恵', 'nakagawa@hokuto.example'),
    company: '北斗フーズ株式会社',
    known: true,
    subject: '来期のご提案について',
    text: '森様\n\n来週の役員会のあとに、あらためてご連絡します。\n\n中川',
    asks: [{ ask: 'past' }],
    ago: 3 * 24 * 60,
  },
  {
    who: who('みなと銀行', 'info@minato-bank.example'),
    company: null,
    known: false,
    excluded: { reason: 'never_log', rule: NEVER, evidence: { field: 'from', value: 'info@minato-bank.example' } },
    subject: 'ご利用明細のお知らせ',
    text: '11月のご利用明細をお知らせします。',
    ago: 4 * 24 * 60,
  },
  {
    who: who('', 'no-reply@calendar.example'),
    company: null,
    known: false,
    excluded: { reason: 'automated', sign: 'no_reply' },
    subject: 'Accepted: weekly call',
    text: 'Daniel has accepted the invitation.',
    ago: 5 * 24 * 60,
  },
  {
    who: who('Daniel Weber', 'd.weber@nordlicht.example'),
    company: 'Nordlicht GmbH',
    known: true,
    met: true,
    subject: 'Signed copy on its way',
    text: 'Hello Kenji,\n\nthe signed copy is in the post.\n\nDaniel',
    ago: 6 * 24 * 60,
  },
];

export function mailOf(told: Told, now: number): MailView {
  const [from, to] = told.outgoing ? [REP, told.who] : [told.who, REP];
  const attachments: Attachment[] = (told.files ?? []).map(([name, content_type, size], index) => ({
    part: index + 1,
    name,
    content_type,
    size,
    sha256: String(index).padStart(64, '0'),
    inline: false,
    content_id: null,
  }));
  return {
    message_id: `${told.ago}@${told.who.address.split('@')[1]}`,
    date: now - told.ago * MINUTE,
    subject: told.subject,
    participants: [
      { role: 'from', ...from },
      { role: 'to', ...to },
      ...(told.to ?? []).map((person) => ({ role: 'to' as const, ...person })),
      ...(told.cc ?? []).map((person) => ({ role: 'cc' as const, ...person })),
    ],
    attachments,
    defects: told.defects ?? [],
    text: told.text,
    html: told.html ?? null,
    outgoing: told.outgoing ?? false,
    remote: told.remote ?? 0,
    sensitive: told.sensitive ?? [],
  };
}

/** The records the other side is: by the index, else by what the rep said. */
export function candidatesOf({ who, known, company, records = [], outgoing }: Told, aliases: ReadonlyMap<string, Contact>): Candidate[] {
  const alias = aliases.get(who.address);
  const found: [string, string][] = known ? [[who.name, who.address], ...records] : alias ? [[alias.name, alias.record.id]] : [];
  const reasons = [{ role: outgoing ? ('to' as const) : ('from' as const), address: who.address, primary: true }];
  const parent = company ? ({ type: 'company', id: company } as const) : null;
  return found.map(([name, id]) => ({ record: { type: 'contact', id }, name, company: parent, reasons }));
}

/** How the made-up accounts share. */
export const SHARING: AccountView['sharing'] = {
  grace: 30,
  grace_auto: 900,
  quiet: null,
  level: 'full',
  attachments: { kind: 'ask' },
  quotes: false,
  signature: false,
  sent_too: false,
  practised: false,
  targets: null,
};

export function accountsOf(now: number): AccountView[] {
  const account = (id: number, address: string, ago: number): AccountView => ({
    id,
    address,
    source: { kind: 'imap', endpoint: { host: 'imap.example.co.jp', port: 993, security: 'tls' }, user: address },
    sign_in: { kind: 'password' },
    sending: { kind: 'smtp', endpoint: { host: 'smtp.example.co.jp', port: 465, security: 'tls' }, auth: { with: 'mailbox' } },
    role: id === 1 ? 'rep' : 'shared_address',
    share_mode: id === 1 ? 'ask_once' : 'share',
    sharing: id === 1 ? SHARING : { ...SHARING, quiet: { from: 20 * 60, to: 8 * 60, weekends: false } },
    practice_left: id === 1 ? 12 : 0,
    import_since: now - 30 * DAY,
    senders: [{ address, name: REP.name, from_provider: false }],
    doing: { state: 'in_step' },
    folders: [
      { name: 'INBOX', role: 'inbox', captured_at: now - ago },
      { name: 'Sent', role: 'sent', captured_at: now - ago },
    ],
    captured_at: now - ago,
  });
  return [account(1, REP.address, 18 * MINUTE), account(2, 'sales@example.co.jp', 64 * MINUTE)];
}

export function connectionOf(now: number): ConnectionView {
  return {
    id: 1,
    kind: 'rest',
    info: kindOf('rest'),
    name: 'Minato CRM',
    settings: { url: 'https://crm.example.co.jp/otomo' },
    status: 'active',
    doing: { state: 'in_step' },
    identity: { user_id: '42', email: REP.address, name: REP.name, can_unlog: true, can_create_contacts: true, max_attachment_bytes: 25_000_000, remarks: [] },
    contacts: 1284,
    refreshed_at: now - 7 * MINUTE,
    captures: null,
    shared_at: null,
    shared: 0,
    moving: 0,
    failed: 0,
  };
}
