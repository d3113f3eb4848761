/** How the window speaks and looks: its language, and light or dark. */
export { default as Appearance } from './View.svelte';
export { AppearanceModel } from './model.svelte';
