/** Folders of a mailbox: their names as people read them, and who stands in whom. */
import type { FolderRole } from './gen/api';
import { m } from './paraglide/messages.js';
import { visible } from './plain';

/** A server spells names in modified UTF-7 (RFC 3501 §5.1.3): `&` begins UTF-16 in base64, `-` ends it, `&-` is `&`. */
export function decoded(name: string): string {
  return name.replace(/&([^-]*)-/g, (whole, base64: string) => (base64 === '' ? '&' : (utf16(base64) ?? whole)));
}

function utf16(base64: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(base64.replaceAll(',', '/')), (byte) => byte.charCodeAt(0));
    return new TextDecoder('utf-16be', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

const ROLES: Partial<Record<FolderRole, () => string>> = {
  inbox: m.folder_inbox,
  sent: m.folder_sent,
  drafts: m.folder_drafts,
  junk: m.folder_junk,
  trash: m.folder_trash,
};

/** What a folder is called: by what it is for where the product has a word for that, else as its owner calls it. */
export const folderName = ({ name, role }: { name: string; role: FolderRole }): string => ROLES[role]?.() ?? visible(decoded(name));

/** A folder at its place in the tree. */
export interface Branch<Folder> {
  folder: Folder;
  /** How many folders it stands in. */
  depth: number;
  /** Its own name, without those it stands in. */
  label: string;
}

/** These come first, each with what stands in it; then all others by name. */
const RANKS: Partial<Record<FolderRole, number>> = { inbox: 0, sent: 1 };

/** What stands between the names of a folder and the one inside it, on the servers there are. */
const BETWEEN = ['/', '.', '\\'];

/** The folders as a tree, parents before their children. Which mark divides a name is told by the names themselves. */
export function branches<Folder extends { name: string; role: FolderRole }>(folders: readonly Folder[]): Branch<Folder>[] {
  const parents = new Map(folders.map(({ name }): [string, string | null] => [name, null]));
  for (const name of parents.keys()) parents.set(name, parentOf(name, parents));
  const lineOf = (name: string): string[] => {
    const parent = parents.get(name) ?? null;
    return parent === null ? [name] : [...lineOf(parent), name];
  };
  const roles = new Map(folders.map(({ name, role }) => [name, role]));
  const rank = ([root = '']: string[]): number => RANKS[roles.get(root) ?? 'other'] ?? 2;
  return folders
    .map((folder) => ({ folder, line: lineOf(folder.name) }))
    .sort((a, b) => rank(a.line) - rank(b.line) || (a.folder.name < b.folder.name ? -1 : 1))
    .map(({ folder, line }) => {
      const own = line.length > 1 ? folder.name.slice((line.at(-2) ?? '').length + 1) : folder.name;
      return { folder, depth: line.length - 1, label: folderName({ ...folder, name: own }) };
    });
}

/** The nearest folder that a folder stands in. */
function parentOf(name: string, names: ReadonlyMap<string, unknown>): string | null {
  for (let end = name.length - 1; end > 0; end--) {
    if (BETWEEN.includes(name.charAt(end)) && names.has(name.slice(0, end))) return name.slice(0, end);
  }
  return null;
}
