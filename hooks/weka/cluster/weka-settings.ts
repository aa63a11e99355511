/** Settings of the weka cluster that its spec names. */
import type { PodTarget } from '../../core/catalogue.ts';
import type { Operation } from '../../core/contract.ts';
import { act, done, skipped, unknown, wait } from '../../core/steps.ts';
import { wekaRun } from '../catalogue.ts';
import type { Outcome, Step } from '../reasons.ts';
import type { ClusterFacts } from './facts.ts';
import { answered } from './looks.ts';

/** The weka cluster is there already, and is not this one's to set up. */
export const expanding = ({ cluster }: ClusterFacts): boolean => (cluster.spec.expandEndpoints ?? []).length > 0;

export const ioStartedFact = ({ wekaStatus }: ClusterFacts): boolean => wekaStatus?.io_status === 'STARTED';

interface Setting {
  /** The field of `weka status` that tells what it is. */
  field: 'name' | 'hot_spare' | 'stripe_protection_drives' | 'stripe_data_drives';
  /** Undefined: weka decides. */
  wished: string | number | undefined;
  set: Operation;
  /** The field of the spec, of what weka takes before IO starts and never again. */
  fixed?: string;
}

function settings({ cluster: { spec, metadata } }: ClusterFacts, executor: PodTarget): Setting[] {
  return [
    { field: 'name', wished: metadata.name, set: wekaRun(executor, 'clusterName', { name: metadata.name }) },
    {
      field: 'hot_spare',
      wished: spec.hotSpare ?? 0,
      set: wekaRun(executor, 'hotSpare', { count: spec.hotSpare ?? 0 }),
    },
    {
      field: 'stripe_protection_drives',
      wished: spec.redundancyLevel,
      set: wekaRun(executor, 'parityDrives', { count: spec.redundancyLevel ?? 2 }),
      fixed: 'spec.redundancyLevel',
    },
    {
      field: 'stripe_data_drives',
      wished: spec.stripeWidth,
      set: wekaRun(executor, 'dataDrives', { count: spec.stripeWidth ?? 3 }),
      fixed: 'spec.stripeWidth',
    },
  ];
}

const joinAuthentication = 'authenticate_client_join';

/** Settings whose present value weka does not tell; repeated until IO starts, which they must precede. */
export function blindSettings(facts: ClusterFacts, executor: PodTarget): Operation[] {
  const { bucketRaftSize, overrides } = facts.cluster.spec;
  return [
    ...(bucketRaftSize === undefined ? [] : [wekaRun(executor, 'bucketRaftSize', { size: bucketRaftSize })]),
    ...(overrides?.forceAio === true
      ? [wekaRun(executor, 'debugConfig', { key: 'clusterInfo.nvmeEnabled', value: 'false' })]
      : []),
  ];
}

function configured(facts: ClusterFacts): Outcome {
  if (expanding(facts)) return skipped;
  if (facts.executor === undefined)
    return wait('NoExecutor', 'waits for an operational container', facts.config.lookSeconds);
  const overrides = answered(facts, 'overrides');
  if (facts.wekaStatus === undefined || overrides === undefined)
    return unknown('the settings of the weka cluster have not been read', facts.config.lookSeconds);
  const { wekaStatus } = facts;
  const wanted = settings(facts, facts.executor).filter(({ wished }) => wished !== undefined);
  const unsaid = wanted.filter(({ field }) => wekaStatus[field] === undefined).map(({ field }) => field);
  if (unsaid.length > 0)
    return unknown(`the answer of weka status has no ${unsaid.join(', ')}`, facts.config.lookSeconds);
  const differing = wanted.filter(({ field, wished }) => wekaStatus[field] !== wished);
  // weka would refuse it each time
  const late = differing.filter(({ fixed }) => fixed !== undefined && ioStartedFact(facts));
  const needed = [
    ...differing.filter((setting) => !late.includes(setting)).map(({ set }) => set),
    ...(overrides.some(({ key }) => key === joinAuthentication)
      ? []
      : [wekaRun(facts.executor, 'overrideAdd', { key: joinAuthentication, force: true })]),
  ];
  const kept = late.map(
    ({ fixed = '', field, wished }) =>
      `${fixed} is ${String(wished)}, and weka has ${String(wekaStatus[field])} since its formation`,
  );
  if (needed.length === 0) return kept.length === 0 ? done() : done(kept.join('; '));
  return act('Configuring', `sets ${needed.length} settings of the weka cluster`, needed);
}

export const settingsSteps = {
  configured: {
    name: 'Configured',
    condition: 'ClusterConfigured',
    mode: 'always',
    status: 'Init',
    summary: 'Name, hot spare, stripe and overrides of the weka cluster are as the spec says.',
    check: configured,
  },
} as const satisfies Record<string, Step<ClusterFacts>>;
