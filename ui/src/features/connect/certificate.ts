/** A certificate that was refused: how it is compared, and what agreeing to it would change. */
import type { CertificateInfo, Trust } from '../../gen/api';
import type { EndpointDraft, ServerDraft } from './server.svelte';

/** A digest in groups of four, as people compare it over the telephone. */
export const grouped = (digest: string): string => digest.toUpperCase().match(/.{1,4}/g)?.join(' ') ?? '';

/** The server that showed it. */
export function serverOf(servers: ServerDraft, { host, port }: CertificateInfo): EndpointDraft {
  const { receive, send } = servers;
  const shows = (server: EndpointDraft): boolean => server.host.toLowerCase() === host.toLowerCase();
  return shows(send) && (Number(send.port) === port || !shows(receive)) ? send : receive;
}

/** What counts for the server from now on: another name in a good certificate, or this one key. */
export const trustOf = (certificate: CertificateInfo, name: boolean): Trust =>
  name && certificate.usable_name !== null ? { by: 'name', name: certificate.usable_name } : { by: 'key', spki: certificate.spki };
