/** What a person should know of an attached file before saving it. */
import type { Attachment } from '../../gen/api';

/** Endings that start something when they are opened, on one system or another. */
const PROGRAMS =
  /\.(exe|com|scr|pif|bat|cmd|ps1|vbs?|vbe|jse?|mjs|wsf|wsh|hta|msi|msp|msix|appx|appimage|jar|lnk|url|desktop|reg|cpl|dll|sh|command|app|pkg|dmg|deb|rpm|apk|iso|img|vhdx?|chm|scf|inf|gadget|application|website|rdp|xll|one)$/i;
const MACROS = /\.(doc|dot|xls|xlt|ppt|pot|pps)m$|\.(xlsb|xlam|ppam|sldm)$/i;
/** Pages run scripts in a browser. */
const PAGES = /\.(html?|xhtml|mht(ml)?|svgz?|xml|xsl|shtml)$/i;
const PAGE_TYPES = /^(text\/html|image\/svg\+xml|application\/xhtml\+xml|text\/xml|application\/xml|message\/rfc822)$/;
const PROGRAM_TYPES = /^application\/(x-msdownload|x-msdos-program|x-dosexec|x-executable|x-sh|java-archive|javascript|hta)$|^text\/javascript$/;

export type Caution = 'program' | 'macros' | 'page';

/** Why one should be careful with a file; `null` where nothing speaks against it. What ends the name last counts. */
export function caution({ name, content_type }: Pick<Attachment, 'name' | 'content_type'>): Caution | null {
  const bare = name.replace(/[\s.\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+$/u, '');
  if (PROGRAMS.test(bare) || PROGRAM_TYPES.test(content_type)) return 'program';
  if (MACROS.test(bare) || content_type.includes('macroenabled')) return 'macros';
  return PAGES.test(bare) || PAGE_TYPES.test(content_type) ? 'page' : null;
}
