export { default as Mailbox } from './View.svelte';
