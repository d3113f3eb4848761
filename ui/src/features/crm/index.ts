/** The wizard that connects a CRM, drawn from what its kind describes: no CRM is known here by name. */
export { default as ConnectCrm } from './View.svelte';
export { CAPTURES_WORDS } from './words';
export { CrmWizard } from './wizard.svelte';
