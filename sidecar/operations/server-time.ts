import type { Performer } from '../context.ts';

/** Reads the API server's clock, beside which a machine's own may be hours off. */
export const serverTime: Performer<'server.time'> = async (access) => ({ time: await access.serverTime() });
