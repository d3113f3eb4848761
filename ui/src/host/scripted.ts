/** A program whose answers a test gives one by one, and whose events it makes up. */
import type { Commands, Event } from '../gen/api';
import type { Host } from './types';

type Name = keyof Commands;

/** A question that was asked and how to answer it. */
export interface Asked {
  name: Name;
  args: unknown;
  resolve: (answer: unknown) => void;
  reject: (reason: unknown) => void;
}

export class Scripted implements Host {
  /** Every question, in the order they were asked. */
  readonly asked: Asked[] = [];
  readonly listeners = new Set<(event: Event) => void>();
  readonly linkListeners = new Set<(url: string) => void>();
  readonly #answers = new Map<Name, (args: never) => unknown>();

  /** Answers every question of this name at once from now on; what the answer throws is the refusal. */
  always<N extends Name>(name: N, answer: (args: Commands[N]['args']) => Commands[N]['answer']): this {
    this.#answers.set(name, answer);
    return this;
  }

  call<N extends Name>(name: N, args: Commands[N]['args']): Promise<Commands[N]['answer']> {
    return new Promise((resolve, reject) => {
      this.asked.push({ name, args, resolve: resolve as Asked['resolve'], reject });
      const answer = this.#answers.get(name) as ((args: Commands[N]['args']) => Commands[N]['answer']) | undefined;
      if (!answer) return;
      try {
        resolve(answer(args));
      } catch (reason) {
        reject(reason);
      }
    });
  }

  on(listener: (event: Event) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  onLink(listener: (url: string) => void): () => void {
    this.linkListeners.add(listener);
    return () => void this.linkListeners.delete(listener);
  }

  /** Tells an event, and waits until everything that follows from it has happened. */
  async tell(event: Event): Promise<void> {
    this.listeners.forEach((listener) => listener(event));
    await settled();
  }

  /** Answers a question by its place in `asked`. */
  async answer(question: number, answer: unknown): Promise<void> {
    this.asked[question]?.resolve(answer);
    await settled();
  }

  /** Refuses a question by its place in `asked`. */
  async refuse(question: number, reason: unknown): Promise<void> {
    this.asked[question]?.reject(reason);
    await settled();
  }

  /** What was asked under this name. */
  argsOf<N extends Name>(name: N): Commands[N]['args'][] {
    return this.asked.filter((asked) => asked.name === name).map(({ args }) => args as Commands[N]['args']);
  }
}

/** Waits until every promise that can go on has gone on. */
export const settled = (): Promise<void> => new Promise((done) => setTimeout(done));
