/** The choices of the person, and the facts that others have set. */
export { default as Settings } from './View.svelte';
