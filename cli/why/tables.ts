/** What all systems say of waits, in one. */
import type { Leads } from '../../hooks/core/leads.ts';
import type { ReasonTable } from '../../hooks/core/reasons.ts';
import { systems } from '../../hooks/systems.ts';

export const leads: Leads = Object.assign({}, ...systems.map((system) => system.leads ?? {})) as Leads;
export const reasons: ReasonTable = Object.assign(
  {},
  ...systems.flatMap((system) => Object.values(system.reasons)),
) as ReasonTable;
