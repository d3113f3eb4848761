/** The program behind the window. */
import type { Commands, Event } from '../gen/api';

export interface Host {
  /** Asks one question. Throws an `ApiError`. */
  call<Name extends keyof Commands>(name: Name, args: Commands[Name]['args']): Promise<Commands[Name]['answer']>;
  /** Hears every event from now on, until the function it gives back is called. */
  on(listener: (event: Event) => void): () => void;
  /** Hears of every link that a person follows in a mail's frame. Nothing has been opened yet. */
  onLink(listener: (url: string) => void): () => void;
}
