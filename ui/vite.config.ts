import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  clearScreen: false,
  // The port stands in tauri.conf.json too.
  server: { port: 5173, strictPort: true },
  build: {
    target: 'es2022',
    // The window has no network and a strict content security policy: files stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // Tests run the code that the window runs, not the one for a server.
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
  test: { include: ['src/**/*.test.ts'] },
});
