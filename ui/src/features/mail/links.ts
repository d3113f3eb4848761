/** Links in mail: found in plain text, and told plainly before anything is opened. */

/** A piece of a text; `url` where it is a link. */
export interface Piece {
  text: string;
  url: string | null;
}

/** The characters of RFC 3986 and no others, so that what is shown is what is opened. */
const LINK = /\b(?:https?:\/\/|mailto:)[\w\-.~:/?#[\]@!$&'()*+,;=%]+/gi;

/** A text as pieces in their order; together they are the text. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const { 0: raw, index } of text.matchAll(LINK)) {
    const link = withoutSentence(raw);
    const url = opened(link);
    if (!url) continue;
    if (index > end) found.push({ text: text.slice(end, index), url: null });
    found.push({ text: link, url });
    end = index + link.length;
  }
  if (end < text.length) found.push({ text: text.slice(end), url: null });
  return found;
}

/** The end of a sentence and a bracket around the link are not part of it. */
function withoutSentence(link: string): string {
  let brackets = 0;
  for (const letter of link) brackets += '(['.includes(letter) ? 1 : ')]'.includes(letter) ? -1 : 0;
  let end = link.length;
  for (let last = link.charAt(end - 1); end > 0; last = link.charAt(end - 1)) {
    const closes = ')]'.includes(last) && brackets < 0;
    if (!closes && !'.,;:!?\'*_'.includes(last)) break;
    if (closes) brackets += 1;
    end -= 1;
  }
  return link.slice(0, end);
}

function opened(link: string): string | null {
  return linkTarget(link)?.url ?? null;
}

export type Warning = 'other_host' | 'user_info' | 'international';

/** Where a link leads. */
export interface LinkTarget {
  /** The whole address, as it will be opened. */
  url: string;
  /** `https`, `http` or `mailto`. */
  scheme: string;
  /** The host in ASCII (letters of other scripts in the form `xn--…`), of a `mailto:` the address. */
  host: string;
  warnings: Warning[];
}

/** Where `url` leads, given the words it stood under; `null` where it is not one that may be opened. */
export function linkTarget(url: string, words = ''): LinkTarget | null {
  if (!URL.canParse(url)) return null;
  const { href, protocol, hostname, pathname, username, password } = new URL(url);
  const scheme = protocol.slice(0, -1);
  if (scheme === 'mailto') return pathname ? { url: href, scheme, host: pathname, warnings: [] } : null;
  if (scheme !== 'http' && scheme !== 'https') return null;
  const warnings: Warning[] = [];
  const named = hostIn(words);
  if (named && !isSameSite(named, hostname)) warnings.push('other_host');
  if (username || password) warnings.push('user_info');
  if (/(^|\.)xn--/.test(hostname)) warnings.push('international');
  return { url: href, scheme, host: hostname, warnings };
}

/** Endings that are those of a file far more often than of a host. */
const FILES = /\.(pdf|docx?|xlsx?|pptx?|csv|txt|html?|jpe?g|png|gif|eml)$/i;

/** The host that the words of a link seem to name. */
function hostIn(words: string): string | null {
  const [, scheme = '', host = ''] = /^\s*(https?:\/\/|www\.)?((?:[\p{L}\p{N}-]+\.)+\p{L}{2,})(?=$|[\s/:?#])/iu.exec(words) ?? [];
  if (!host || (!scheme && FILES.test(host))) return null;
  const url = `https://${host}`;
  return URL.canParse(url) ? new URL(url).hostname : null;
}

function isSameSite(one: string, other: string): boolean {
  const [a, b] = [one, other].map((host) => host.replace(/^www\./, ''));
  return a === b || `${a}`.endsWith(`.${b}`) || `${b}`.endsWith(`.${a}`);
}

/** The words that lead to `url` in a mail's HTML. The document is inert: nothing in it runs or is fetched. */
export function wordsOf(url: string, html: string): string {
  const links = new DOMParser().parseFromString(html, 'text/html').querySelectorAll('a[href]');
  const words = [...links].filter((link) => linkTarget(link.getAttribute('href') ?? '')?.url === url);
  const texts = words.map(({ textContent }) => textContent.trim());
  return texts.find((text) => linkTarget(url, text)?.warnings.includes('other_host')) ?? texts[0] ?? '';
}
