export { default as Gate } from './View.svelte';
