/** What `npm run bench` is asked for. */
import { parseArgs } from 'node:util';

export const usage = `usage: npm run bench -- [options]

Measures the hooks against a server that only parses and against one in Go, prints a table, and writes it as JSON.

  --json FILE     where the JSON goes (default: build/bench.json)
  --check FILE    compares with the table of that page; ends with 1 when something is worse
  --write FILE    puts the table into that page
  --only TEXT     only the cases whose name contains the text, such as "WekaCluster, 12"
  --stale         takes requests that were recorded before the code changed
  --help

The end-to-end part needs REAL_CLUSTER, METACONTROLLER and METACONTROLLER_CRDS in the environment, as npm run test:cluster does.
`;

export interface BenchArguments {
  json: string;
  check?: string;
  write?: string;
  only: string;
  stale: boolean;
  help: boolean;
}

/** Throws a TypeError that names an unknown option. */
export function readArguments(args: readonly string[]): BenchArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'string', default: 'build/bench.json' },
      check: { type: 'string' },
      write: { type: 'string' },
      only: { type: 'string', default: '' },
      stale: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return values;
}
