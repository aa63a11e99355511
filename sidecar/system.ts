/** The sidecar's face of a system: what it may touch, and who performs its part of the catalogue. */
import type { SystemAccess } from '../hooks/core/access.ts';
import type { Catalogue, CatalogueEntry } from '../hooks/core/catalogue.ts';
import type { Reasons } from '../hooks/core/reasons.ts';
import type { Performer, Performers } from './context.ts';

/** A table for the page of operations: what is behind a kind that does one of many things. */
export interface DetailTable {
  title: string;
  head: string[];
  rows: string[][];
}

export interface SidecarSystem {
  name: string;
  access: SystemAccess;
  catalogue: Catalogue;
  performers: Readonly<Record<string, AnyPerformer>>;
  /** Those of its hooks: some events of theirs are throttled in a way of their own. */
  reasons: Reasons;
  details: readonly DetailTable[];
}

/** A performer whose types are its entry's own business. */
export type AnyPerformer = Performer<CatalogueEntry>;

/** A system whose performers are checked against its catalogue. */
export function sidecarSystem<Part extends Catalogue>(
  definition: Omit<SidecarSystem, 'catalogue' | 'performers'> & { catalogue: Part; performers: Performers<Part> },
): SidecarSystem {
  return { ...definition, performers: definition.performers as Record<string, AnyPerformer> };
}
