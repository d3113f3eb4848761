/** The mailboxes and CRMs that are connected, how each is doing, and what can be done about it. */
export { default as Connections } from './View.svelte';
