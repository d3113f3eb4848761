/** A list of mail with the mail that is read: what the review desk and the mailbox share. */
export { MailModel } from './model.svelte';
export type { Source } from './pages.svelte';
export { default as MailPanes } from './Panes.svelte';
export { LEVEL_WORDS, STATES } from './states';
