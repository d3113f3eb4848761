/**
 * Names, subjects and file names as somebody else wrote them, made fit to be read in a line: what would turn the reading
 * direction, hide letters or break the line is taken out or shown as a mark (Unicode TR36 §3, TR9 §2).
 */

/** Embeddings, overrides and isolates: they make `fdp.exe` out of `exe.pdf`. One that was there is worth a mark. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/gu;
/** Controls and what ends a line: a line has one space instead. */
const BREAKING = /[\p{Cc}\u2028\u2029]+/gu;
/** What takes no room: two names that look alike must be alike. A joiner stays between two pictures. */
const HIDDEN = /(?<!\p{Extended_Pictographic}\ufe0f?|\p{Emoji_Modifier})\u200d|(?![\u200d\ufe0f\u{e0100}-\u{e01ef}\u2028-\u202e\u2066-\u2069])[\p{Default_Ignorable_Code_Point}\u{e0000}-\u{e007f}]/gu;

export function visible(text: string): string {
  return text.replace(TURNING, '\ufffd').replace(BREAKING, ' ').replace(HIDDEN, '').trim();
}

/**
 * The language a screen reader and a font should take a piece of text for; none where the letters leave it open. Han
 * alone is read as Japanese: the product's customers write it, and its shapes differ from the Chinese ones.
 */
export function languageOf(text: string): 'ja' | 'ko' | 'en' | undefined {
  if (/\p{Script=Hangul}/u.test(text)) return 'ko';
  if (/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(text)) return 'ja';
  return /^[\p{Script=Latin}\p{Script=Common}]*[a-z][\p{Script=Latin}\p{Script=Common}]*$/iu.test(text) ? 'en' : undefined;
}

/** The same inside a sentence of ours, kept from turning the rest of it. */
export const quoted = (text: string): string => `\u2068${visible(text)}\u2069`;
