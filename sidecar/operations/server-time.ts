import type { GenericEntries } from '../../hooks/core/families/index.ts';
import type { Performer } from '../context.ts';

/** Reads the API server's clock, beside which a machine's own may be hours off. */
export const serverTime: Performer<GenericEntries['server.time']> = async (access) => ({
  time: await access.serverTime(),
});
