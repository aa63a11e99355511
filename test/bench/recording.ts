/**
 * What the recorder adds to a call: its own time within calls that are all but HTTP, and the processor time of what it
 * compresses beside them. The difference of calls with it and without it would drown in the noise of the machine.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import type { Sidecar } from '../../hooks/core/sidecar.ts';
import { completeSettings } from '../../hooks/core/system.ts';
import { callHook, type HookName } from '../../hooks/server/calls.ts';
import { controllerNamed } from '../../hooks/server/hook.ts';
import { openRecorder, type Recorder } from '../../hooks/server/record/recorder.ts';
import { transitionTimes } from '../../hooks/server/transition-times.ts';
import { systems } from '../../hooks/systems.ts';
import type { Exchange } from './at-rest.ts';
import type { Measure } from './measure.ts';
import { median } from './median.ts';

const rounds = { warm: 3, kept: 20 };
/** Calls of a round, after which is written what was recorded. */
const calls = 10;
const goal = 1.03;

/** The bodies of a sample, as they come from the network; in each of them the object is another when it is to change. */
function bodiesOf({ body }: Exchange, round: number, changing: boolean): string[] {
  return Array.from({ length: calls }, (_, index) => {
    if (!changing) return JSON.stringify(body);
    const version = round * calls + index + 1;
    const children = Object.entries(body.children).map(([kind, byName]) => {
      const [first] = Object.entries(byName);
      if (first === undefined) return [kind, byName];
      const [name, { metadata, ...child }] = first;
      return [kind, { ...byName, [name]: { ...child, metadata: { ...metadata, resourceVersion: `new-${version}` } } }];
    });
    const { metadata } = body.parent;
    const parent: KubernetesObject = {
      ...body.parent,
      metadata: { ...metadata, resourceVersion: `new-${version}`, generation: (metadata.generation ?? 0) + version },
    };
    return JSON.stringify({ ...body, parent, children: Object.fromEntries(children) as object });
  });
}

interface Cost {
  /** Milliseconds of a call without the recorder. */
  call: number;
  /** Milliseconds that it adds. */
  recorder: number;
}

/** Of calls at rest, or of such in each of which the decision changes. */
async function costOf(exchange: Exchange, changing: boolean): Promise<Cost> {
  const [, name = '', hook = ''] = exchange.path.split('/');
  const { facts } = exchange;
  const sidecar: Sidecar = {
    observe: async () => ({ facts, operations: {} }),
    operations: async () => ({ operations: {} }),
    events: async () => ({ accepted: 0 }),
  };
  const directory = mkdtempSync(join(tmpdir(), 'bench-record-'));
  const recorder = openRecorder({
    directory,
    bytes: 64 * 1024 * 1024,
    release: '',
    replica: '',
    now: () => Date.now(),
  });
  let within = 0;
  const timed: Recorder = {
    flush: () => recorder.flush(),
    called(...given) {
      const began = performance.now();
      recorder.called(...given);
      within = performance.now() - began;
    },
  };
  const options = {
    sidecar,
    settings: { operatorNamespace: 'operator', config: completeSettings(systems, {}) },
    // of the time when the facts were read
    now: () => Date.parse(Object.values(facts)[0]?.observedAt ?? '2026-01-01T00:00:00Z'),
    transitionTimes: transitionTimes(),
    recorder: timed,
  };
  const [callTimes, recorderTimes, writing]: [number[], number[], number[]] = [[], [], []];
  try {
    for (let round = 0; round < rounds.warm + rounds.kept; round += 1) {
      const kept = round >= rounds.warm;
      for (const body of bodiesOf(exchange, round, changing)) {
        const began = performance.now();
        await callHook(controllerNamed(name), hook as HookName, JSON.parse(body), options);
        const whole = performance.now() - began;
        if (kept) callTimes.push(whole - within);
        if (kept) recorderTimes.push(within);
      }
      const began = process.cpuUsage();
      await recorder.flush();
      const { user, system } = process.cpuUsage(began);
      if (kept) writing.push((user + system) / 1000 / calls);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
  return { call: median(callTimes), recorder: median(recorderTimes) + median(writing) };
}

/** At rest, which has a goal, and where each decision changes. */
export async function measureRecording(name: string, exchange: Exchange): Promise<Measure[]> {
  const row = (what: string, { call, recorder }: Cost): Measure => ({
    name: `${name}, ${what}: recorded to not`,
    unit: 'ratio',
    value: (call + recorder) / call,
    detail: `${call.toFixed(1)} ms without HTTP and recorder, ${recorder.toFixed(2)} ms more`,
  });
  return [
    { ...row('at rest', await costOf(exchange, false)), goal },
    row('each decision changes', await costOf(exchange, true)),
  ];
}
