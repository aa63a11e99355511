// The runtime has a table of modes of its own, in Python; it says the same as the table of modes.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { RuntimeTraits } from './mode-traits.ts';
import { modeTraits } from './modes.ts';

const folder = fileURLToPath(new URL('../../../runtime-configmap', import.meta.url));
const pythonMissing = spawnSync('python3', ['--version']).status !== 0;

/** A row of the table in Python, as it stands. */
interface Row {
  steps: string[];
  stops_weka: boolean;
  cores_option: string;
  join_option: string;
  setup_options: string[];
  missing_driver: string;
  has_drives: boolean;
  picks_ports: boolean;
  disposable: boolean;
}

/** Prints the table as JSON; functions by their names. */
const script = (module: string): string => `
import json
from ${module} import MODES
named = lambda value: value.__name__ if callable(value) else list(map(named, value)) if isinstance(value, (list, tuple)) else value
print(json.dumps({mode: {key: named(value) for key, value in vars(row).items()} for mode, row in MODES.items()}))
`;

function pythonTable(): Record<string, Row> {
  const file = readdirSync(folder).find(
    (name) => name.endsWith('.py') && /^MODES = \{/m.test(readFileSync(join(folder, name), 'utf8')),
  );
  const { status, stdout, stderr } = spawnSync(
    'python3',
    ['-B', '-c', script((file ?? 'missing').replace('.py', ''))],
    { cwd: folder, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, Row>;
}

/** The step by which a list of them is known. */
const telling: Record<RuntimeTraits['steps'], string> = {
  server: 'serve',
  client: 'wait_for_former_frontend',
  discovery: 'discover',
  'driver loading': 'load_drivers',
};

function stepsOf({ steps }: Row): RuntimeTraits['steps'] | undefined {
  return (['discovery', 'driver loading', 'client', 'server'] as const).find((name) => steps.includes(telling[name]));
}

const known = Object.entries(modeTraits).flatMap(([mode, { runtime, hasDrives }]) =>
  runtime === undefined ? [] : [[mode, { ...runtime, hasDrives }] as const],
);

describe.skipIf(pythonMissing)('the modes of weka_runtime.py', () => {
  it('are those that the table has a runtime for', () => {
    expect(Object.keys(pythonTable()).sort()).toEqual(known.map(([mode]) => mode).sort());
  });

  it.each(known)('%s is run as the table says', (mode, expected) => {
    const row = pythonTable()[mode];
    if (row === undefined) throw new Error(`no ${mode}`);
    const { missing_driver, ...rest } = row;
    expect({
      steps: stepsOf(row),
      stopsWeka: rest.stops_weka,
      coresOption: rest.cores_option,
      joinOption: rest.join_option,
      setupOptions: rest.setup_options,
      needsOwnDrivers: missing_driver === 'missing_frontend_driver',
      hasDrives: rest.has_drives,
      picksPorts: rest.picks_ports,
      disposable: rest.disposable,
    }).toEqual(expected);
  });

  it('have no property that is not compared', () => {
    const properties = new Set(Object.values(pythonTable()).flatMap((row) => Object.keys(row)));
    expect([...properties].sort()).toEqual([
      'cores_option',
      'disposable',
      'has_drives',
      'join_option',
      'missing_driver',
      'picks_ports',
      'setup_options',
      'steps',
      'stops_weka',
    ]);
  });
});
