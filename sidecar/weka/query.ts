import type { WekaCatalogue } from '../../hooks/weka/catalogue.ts';
import type { Json } from '../../hooks/core/contract.ts';
import { wekaQueries } from '../../hooks/weka/queries.ts';
import { Refusal, type Performer } from '../context.ts';
import { jsonOutput, podRunner } from '../pod-guard.ts';

/** Runs a read-only weka command and checks its answer. */
export const wekaQuery: Performer<WekaCatalogue['weka.query']> = async (access, target, { query }, context) => {
  const { argv, answer } = wekaQueries[query];
  const what = argv.join(' ');
  const run = podRunner(access, target, context);
  const parsed = answer.safeParse(jsonOutput(what, await run([...argv], { timeoutSeconds: 30 })));
  if (parsed.success) return parsed.data as Json;
  const [issue] = parsed.error.issues;
  throw new Refusal(`${what}: unexpected answer at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
};
