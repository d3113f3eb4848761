/** Everything that was decided: what was shared, with whom, what was kept private, and what was taken back. */
export { default as History } from './View.svelte';
