/** A program made up for browsers. The page's address chooses its state: `?state=failed`. */
import type { ApiError, Commands, Status } from '../gen/api';
import type { Host } from './types';

const STATUS: Status = {
  version: '0.1.0',
  home: '/home/mori/.local/share/otomo',
  accounts: 2,
  connections: 1,
  mails: 2418,
  waiting: 12,
  scheduled: 1,
  logged: 96,
  needs_attention: 0,
  sharing_allowed: true,
};

const LOCKED: ApiError = {
  code: 'key_store_locked',
  message: {
    en: "This computer's password store is locked.",
    ja: 'このパソコンのパスワードストアがロックされています。',
  },
  hint: {
    en: 'Unlock it, then try again. Your data stays as it is.',
    ja: 'ロックを解除してから、もう一度試してください。データはそのまま残っています。',
  },
  action: 'unlock',
  detail: 'Locked: no answer within 60 s',
};

const ANSWERS: Record<string, () => Promise<Status>> = {
  running: async () => STATUS,
  sharing_stopped: async () => ({ ...STATUS, sharing_allowed: false }),
  starting: () => new Promise(() => {}),
  failed: () => Promise.reject(LOCKED),
  unexpected: () => Promise.reject(new Error('the command rpc is not allowed')),
};

export function fake(address: URLSearchParams): Host {
  const status = ANSWERS[address.get('state') ?? 'running'] ?? ANSWERS['unexpected'];
  return {
    call: async (name) => {
      if (name !== 'app.status' || !status) throw new Error(`nobody made up an answer to ${name}`);
      return (await status()) as Commands[typeof name]['answer'];
    },
    on: () => () => {},
  };
}
