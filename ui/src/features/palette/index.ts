export { default as Palette } from './View.svelte';
