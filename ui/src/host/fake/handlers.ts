/** What a part of the made-up program answers. */
import type { Commands } from '../../gen/api';

export type Name = keyof Commands;
export type Handlers = { [N in Name]?: (args: Commands[N]['args']) => Commands[N]['answer'] | Promise<Commands[N]['answer']> };

export const wait = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));
