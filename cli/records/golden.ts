/** A recorded decision as a golden pair: what goes into the hook, and what it decided then. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HookController } from '../../hooks/core/contract.ts';
import { toSyncResponse } from '../../hooks/core/envelope.ts';
import type { Recorded } from '../../hooks/server/record/format.ts';
import { UsageError } from '../usage-error.ts';
import { formatGolden } from './golden-format.ts';

/** As `hooks sync` reads it and answers. */
export function goldenPair(
  { request, decision }: Recorded,
  type: HookController['type'],
): { request: object; decision: object } {
  const { controller, parent, children, related, finalizing, observed, context } = request;
  const { operations, events } = decision;
  const objects = type === 'decorator' ? { object: parent, attachments: children } : { parent, children };
  return {
    request: { controller, ...objects, related, finalizing, observed, context },
    decision: { ...toSyncResponse(decision), operations, events },
  };
}

/**
 * Writes it below the directory, in the folder of its controller.
 * @returns the path of both without their endings; throws UsageError where there is one already
 */
export function writeGolden(directory: string, recorded: Recorded, type: HookController['type']): string {
  const { controller, at, request } = recorded;
  const stem = `${at.replaceAll(/[:.]/g, '-')}-${request.parent.metadata.name}`.toLowerCase();
  const path = join(directory, controller, stem);
  const pair = goldenPair(recorded, type);
  const files = [
    [`${path}.request.json`, pair.request],
    [`${path}.decision.json`, pair.decision],
  ] as const;
  const present = files.find(([file]) => existsSync(file));
  if (present !== undefined) throw new UsageError(`${present[0]} is there already`);
  mkdirSync(join(directory, controller), { recursive: true });
  const written: string[] = [];
  try {
    for (const [file, content] of files) {
      writeFileSync(`${file}.part`, `${formatGolden(content)}\n`);
      written.push(`${file}.part`);
    }
    for (const [file] of files) renameSync(`${file}.part`, file);
  } finally {
    for (const file of written) rmSync(file, { force: true });
  }
  return path;
}
