/** What holds for mail in general: what is never logged, what goes by itself, what is asked about. */
export { default as Rules } from './View.svelte';
