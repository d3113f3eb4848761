/** What is left out of a shared mail, in words. */
import type { LeftOut } from '../../gen/api';
import { count } from '../../format';
import { m } from '../../paraglide/messages.js';

interface Line {
  what: string;
  /** Whom or which. */
  names: readonly string[];
}

export function leftOut({ bcc, people, subject, body, html, quoted_lines, signature_lines, redacted, attachments }: LeftOut): Line[] {
  const some = (n: number, what: (values: { n: string }) => string, names: readonly string[] = []): Line[] =>
    n > 0 ? [{ what: what({ n: count(n) }), names }] : [];
  const is = (so: boolean, what: () => string): Line[] => (so ? [{ what: what(), names: [] }] : []);
  return [
    ...is(subject, m.side_subject),
    ...is(body, m.side_body),
    ...(body ? [] : [...some(quoted_lines, m.preview_left_quotes), ...some(signature_lines, m.preview_left_signature)]),
    ...(body ? [] : [...some(redacted, m.preview_left_redacted), ...is(html, m.preview_left_html)]),
    ...some(people, m.preview_left_people),
    ...some(bcc.length, m.preview_left_bcc, bcc.map(({ name, address }) => name || address)),
    ...some(attachments.length, m.preview_left_files, attachments),
  ];
}
