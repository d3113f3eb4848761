/** The one door to the program: `host.call` asks, `host.on` hears. */
import { fake } from './fake';
import { tauri } from './tauri';
import type { Host } from './types';

export type { Host } from './types';

/** A build for browsers (`--mode fake`, or the dev server opened in one) talks to a made-up program. */
const inBrowser = import.meta.env.MODE === 'fake' || (import.meta.env.DEV && !('__TAURI_INTERNALS__' in globalThis));

export const host: Host = inBrowser ? fake(new URLSearchParams(location.search)) : tauri;
