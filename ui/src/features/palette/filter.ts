/** Finding an action by what a person types. */
import type { Action } from '../../actions.svelte';

/** Width, case and kind of kana make no difference. */
const folded = (text: string): string =>
  text.normalize('NFKC').toLowerCase().replace(/[ァ-ヶ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));

/** The actions whose label has every word, those of the open screen first; a label that begins so comes before others. */
export function matching(actions: readonly Action[], query: string): Action[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  const fits = actions.filter(({ label }) => words.every((word) => folded(label).includes(word)));
  const rank = ({ label, everywhere }: Action): number =>
    (words[0] && !folded(label).startsWith(words[0]) ? 2 : 0) + (everywhere ? 1 : 0);
  return fits.sort((a, b) => rank(a) - rank(b));
}
