/** What of the API this release does not act on, kind by kind. */
import type { KindNotSupported } from '../core/not-supported.ts';
import { unsupportedClientTable } from './client/unsupported.ts';
import { unsupportedClusterTable } from './cluster/unsupported.ts';
import { unsupportedContainerTable } from './container/unsupported.ts';

export const wekaNotSupported: readonly KindNotSupported[] = [
  { kind: 'WekaCluster', fields: unsupportedClusterTable },
  { kind: 'WekaClient', fields: unsupportedClientTable },
  { kind: 'WekaContainer', fields: unsupportedContainerTable },
  { kind: 'WekaPolicy', fields: 'all' },
  { kind: 'WekaManualOperation', fields: 'all' },
];
