/** What people type into fields that want ASCII. */

/**
 * Full-width letters, digits and marks as ASCII (Unicode NFKC), without blanks and characters that nobody sees. The
 * Japanese full stop is a dot, as in names of hosts (RFC 3490 §3.1).
 */
export function narrow(text: string): string {
  return text.normalize('NFKC').replaceAll('。', '.').replace(/[\s\p{Cf}]/gu, '');
}

/** Whether it could be an address; the program looks closer. */
export const looksLikeAddress = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text);
