/** The bytes that would be sent, read for showing. Their form is the CRM contract's `Email` (`domain::payload`). */
import type { Level, RecordRef } from '../../gen/api';

interface Named {
  email: string;
  name?: string;
}

export interface SharedFile {
  sha256: string;
  name: string;
  content_type: string;
  size: number;
  inline?: boolean;
}

export interface Payload {
  message_id: string;
  date: string;
  from: Named;
  to: Named[];
  cc?: Named[];
  subject: string;
  share_level: Level;
  body_text?: string;
  body_html?: string;
  attachments?: SharedFile[];
  links: RecordRef[];
}

/** What the bytes say; `null` where they are nothing that a CRM is sent. */
export function read(payload: string): Payload | null {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'object' && value !== null && 'from' in value && 'to' in value ? (value as Payload) : null;
  } catch {
    return null;
  }
}

/** The same bytes with line breaks, for reading. */
export function readable(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}

/** How many bytes a text is on the wire. */
export const bytes = (text: string): number => new TextEncoder().encode(text).length;
