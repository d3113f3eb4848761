/** From nothing to the first mail: the promise, a mailbox, its test, a CRM. Also how a further one is added. */
export { default as FirstRun } from './View.svelte';
export { Arrival, type Start } from './model.svelte';
