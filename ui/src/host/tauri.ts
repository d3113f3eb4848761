/** The real program, reached through the one command and the one event that the shell has. */
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Event } from '../gen/api';
import type { Host } from './types';

export const tauri: Host = {
  call: (name, args) => invoke('rpc', { name, args }),
  on(listener) {
    const listening = listen<Event>('otomo', ({ payload }) => listener(payload));
    return () => void listening.then((stop) => stop());
  },
};
