import type { Bindings } from '../../actions.svelte';
import { getLocale, setLocale, type Locale } from '../../paraglide/runtime.js';

export type Theme = 'system' | 'light' | 'dark';

const THEME_KEY = 'otomo.theme';
const SINGLE_KEYS_KEY = 'otomo.single_keys';
const BINDINGS_KEY = 'otomo.keys';

/** The choices of the person at this window; they are kept by the window itself. */
export class AppearanceModel {
  language = $state<Locale>(getLocale());
  theme = $state<Theme>(storedTheme());
  /** Whether keys without Ctrl or Command act. */
  singleKeys = $state(localStorage.getItem(SINGLE_KEYS_KEY) !== 'off');
  /** The keys that the person gave to actions in place of their own. */
  bindings = $state.raw<Bindings>(storedBindings());
  #systemIsDark = $state(false);

  /** Light or dark, after the system has been asked where the choice is to follow it. */
  readonly shown = $derived(this.theme === 'system' ? (this.#systemIsDark ? 'dark' : 'light') : this.theme);

  speak = (language: Locale): void => {
    void setLocale(language, { reload: false });
    this.language = language;
  };

  paint = (theme: Theme): void => {
    localStorage.setItem(THEME_KEY, theme);
    this.theme = theme;
  };

  useSingleKeys = (on: boolean): void => {
    localStorage.setItem(SINGLE_KEYS_KEY, on ? 'on' : 'off');
    this.singleKeys = on;
  };

  bind = (bindings: Bindings): void => {
    localStorage.setItem(BINDINGS_KEY, JSON.stringify(bindings));
    this.bindings = bindings;
  };

  /** Follows the system's own light and dark; gives back how to stop. */
  watchSystem(): () => void {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const look = (): void => void (this.#systemIsDark = system.matches);
    look();
    system.addEventListener('change', look);
    return () => system.removeEventListener('change', look);
  }
}

function storedTheme(): Theme {
  const stored = localStorage.getItem(THEME_KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

/** What was kept; nothing where it is not what this window writes. */
function storedBindings(): Bindings {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(BINDINGS_KEY) ?? '{}');
    const entries = typeof stored === 'object' && stored !== null ? Object.entries(stored) : [];
    const isKeys = (keys: unknown): keys is string[] => Array.isArray(keys) && keys.every((key) => typeof key === 'string');
    return Object.fromEntries(entries.filter((entry): entry is [string, string[]] => isKeys(entry[1])));
  } catch {
    return {};
  }
}
