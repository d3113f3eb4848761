/** What stands around every screen: the rail, the status bar, and the keys that lead from one screen to the next. */
export { default as Frame } from './View.svelte';
