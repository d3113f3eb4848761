import { getLocale, setLocale, type Locale } from '../../paraglide/runtime.js';

export type Theme = 'system' | 'light' | 'dark';

const THEME_KEY = 'otomo.theme';
const SINGLE_KEYS_KEY = 'otomo.single_keys';

/** The choices of the person at this window; they are kept by the window itself. */
export class AppearanceModel {
  language = $state<Locale>(getLocale());
  theme = $state<Theme>(storedTheme());
  /** Whether keys without Ctrl or Command act. */
  singleKeys = $state(localStorage.getItem(SINGLE_KEYS_KEY) !== 'off');
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
