/** What has been decided and is not in the CRM yet: it waits, is sent, is tried again, or needs the rep. */
export { default as Queue } from './View.svelte';
