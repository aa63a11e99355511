/** What the operator has recorded, without secrets. */
import type { Json } from '../../hooks/core/contract.ts';
import { membersOf, pack } from '../../hooks/server/record/format.ts';
import type { Cleaner } from './clean.ts';

/**
 * The same record with each line cleaned. It is for reading: where something was cut, the same request would be decided
 * otherwise. Throws RecordError where it is none.
 */
export async function cleanRecord(record: Buffer, cleaner: Cleaner): Promise<Buffer> {
  const members: Buffer[] = [];
  for (const text of membersOf(record)) {
    const lines = text.split('\n').map((line) => (line === '' ? '' : cleanLine(line, cleaner)));
    members.push(await pack(lines.join('\n')));
  }
  return Buffer.concat(members);
}

const cleanLine = (line: string, cleaner: Cleaner): string => JSON.stringify(cleaner.value(JSON.parse(line) as Json));
