/** The real program, reached through the one command and the two events that the shell has. */
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Event } from '../gen/api';
import type { Host } from './types';

export const tauri: Host = {
  call: (name, args) => invoke('rpc', { name, args }),
  on: (listener) => hear<Event>('otomo', listener),
  onLink: (listener) => hear<string>('otomo:link', listener),
};

function hear<Payload>(event: string, listener: (payload: Payload) => void): () => void {
  const listening = listen<Payload>(event, ({ payload }) => listener(payload));
  return () => void listening.then((stop) => stop());
}
