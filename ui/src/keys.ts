/**
 * Keys as a person names them: `j`, `1`, `Shift+j`, `Shift+1`, `Mod+k`, `Enter`, `?`, and `g i` for one after the other.
 * `Mod` is Ctrl, on a Mac the Command key.
 */

/** Models are tested where there is no window. */
const MAC = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');

/** The name of what was pressed; `null` for a modifier alone and while an input method composes a word. */
export function keyOf(event: KeyboardEvent): string | null {
  if (composes(event) || ['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return null;
  const mod = MAC ? event.metaKey : event.ctrlKey;
  const key = event.key === ' ' ? 'Space' : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const letter = key >= 'a' && key <= 'z' && key.length === 1;
  const shift = event.shiftKey && (letter || key.length > 1);
  return [mod && 'Mod', event.altKey && 'Alt', shift && 'Shift', key].filter(Boolean).join('+');
}

/**
 * The names that a pressed key goes by: what it types, and of the row of digits the digit too, since Shift with it types
 * `!` on one keyboard and `"` on another (UI Events KeyboardEvent code Values §3.1.1).
 */
export function namesOf(event: KeyboardEvent): string[] {
  const key = keyOf(event);
  const digit = /^Digit(\d)$/.exec(event.code ?? '')?.[1];
  if (!key || !digit || event.ctrlKey || event.metaKey || event.altKey || /^\d$/.test(event.key)) return key ? [key] : [];
  return [key, event.shiftKey ? `Shift+${digit}` : digit];
}

/**
 * Whether the key belongs to an input method. WebKit reports `isComposing` as false on the Enter that confirms a word;
 * the key code 229 stays (UI Events §4.3.3).
 */
export function composes(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Whether the key is one that types: it means nothing else while a person writes. */
export function types(key: string): boolean {
  return !key.startsWith('Mod+') && !key.startsWith('Alt+') && key !== 'Escape' && !/^F\d/.test(key);
}

/** Whether a person can write where the event came from. */
export function isWritable(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type);
}

const MARKS: Record<string, string> = MAC
  ? { Mod: '⌘', Shift: '⇧', Alt: '⌥', Enter: '↩', Space: '␣', ArrowDown: '↓', ArrowUp: '↑', ArrowLeft: '←', ArrowRight: '→', Escape: 'esc' }
  : { Mod: 'Ctrl', ArrowDown: '↓', ArrowUp: '↑', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc' };

/** A key as it stands on the keyboard. */
export function label(key: string): string {
  return key.split(' ').map(press).join(' ');
}

function press(key: string): string {
  const words = key.split('+').map((word) => MARKS[word] ?? (word.length === 1 ? word.toUpperCase() : word));
  return words.join(MAC ? '' : '+');
}
