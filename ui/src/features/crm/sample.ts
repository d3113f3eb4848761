/** A mail as it would be sent, for somebody who has none that matches. */
import type { AccountView, Level, Preview } from '../../gen/api';
import { m } from '../../paraglide/messages.js';
import type { Payload } from '../mail/payload';

export interface Sample {
  preview: Pick<Preview, 'left_out' | 'sensitive'>;
  payload: Payload;
}

export function madeUp(account: AccountView | undefined, now: number): Sample {
  const level: Level = account?.sharing.level ?? 'full';
  const keeps = (least: Level): boolean => LEVELS.indexOf(level) >= LEVELS.indexOf(least);
  const payload: Payload = {
    message_id: '<sample@example.co.jp>',
    date: new Date(now).toISOString(),
    from: { email: 'tanaka@example.co.jp', name: m.crm_sample_person() },
    to: [{ email: account?.address ?? 'mori@example.jp' }],
    subject: keeps('subject') ? m.crm_sample_subject() : '',
    share_level: level,
    ...(keeps('full') && { body_text: m.crm_sample_text() }),
    links: [],
  };
  return { preview: { left_out: { ...NOTHING, subject: !keeps('subject'), body: !keeps('full') }, sensitive: [] }, payload };
}

const LEVELS: readonly Level[] = ['metadata', 'subject', 'full'];
const NOTHING = { bcc: [], people: 0, subject: false, body: false, html: false, quoted_lines: 0, signature_lines: 0, redacted: 0, attachments: [] };
