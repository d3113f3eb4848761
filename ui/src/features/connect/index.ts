/** The wizard that connects a mailbox: from a typed address to its first mail, on every way there is. */
export { default as BrowserPanel } from './BrowserPanel.svelte';
export { default as FolderTree } from './FolderTree.svelte';
export { default as RangeChoice } from './RangeChoice.svelte';
export { default as ServerForm } from './ServerForm.svelte';
export { default as Practice } from './Practice.svelte';
export { default as ShareDetails } from './ShareDetails.svelte';
export { default as ShareChoice } from './ShareChoice.svelte';
export { default as Connect } from './View.svelte';
export { BrowserSignIn } from './browser.svelte';
export { SharingDraft, USUAL } from './details.svelte';
export { Connecting } from './model.svelte';
export { PastDraft } from './past.svelte';
export { SECURITY_NAMES } from './request';
export { ServerDraft } from './server.svelte';
export { recommended } from './sharing.svelte';
export { looksLikeAddress, narrow } from './text';
export { wayOf } from './ways';
export { filesFixed, MODE_WORDS, providerName } from './words';
