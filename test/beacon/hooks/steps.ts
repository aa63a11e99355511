/** The life of a Beacon, and its end. */
import { factValue } from '../../../hooks/core/facts.ts';
import { act, done, skipped, unknown, wait } from '../../../hooks/core/steps.ts';
import { showMessage, type Shown } from './catalogue.ts';
import { nameTaken, shownBy, type BeaconFacts } from './facts.ts';
import type { Outcome, Step } from './reasons.ts';

const isSame = (one: Partial<Shown>, other: Shown): boolean =>
  one.message === other.message && one.colour === other.colour;

function published(facts: BeaconFacts): Outcome {
  const {
    configMap,
    configMapAddress: { name },
    wished,
  } = facts;
  const data = configMap?.['data'] ?? {};
  if (nameTaken(facts)) return wait('ConfigMapConflict', `ConfigMap ${name} is there and belongs to somebody else`, 10);
  // Metacontroller writes it right after this decision, and calls again
  return isSame(data, wished) ? done() : wait('NotPublished', `ConfigMap ${name} does not have the message yet`, 10);
}

function lit(facts: BeaconFacts): Outcome {
  const { lamp, wished, lookSeconds, request } = facts;
  if (lamp === 'none') return skipped;
  const wanted = lamp === undefined ? undefined : shownBy(lamp, facts);
  if (lamp === undefined || wanted === undefined)
    return wait('LampNotRunning', 'the pod of the lamp does not run', lookSeconds);
  const shown = factValue(request.observed, wanted);
  if (shown.state === 'unknown') return unknown(shown.reason);
  return isSame(shown.value, wished)
    ? done()
    : act('OtherMessage', `pod ${lamp.target.name} shows something else`, [showMessage(lamp.target, wished)]);
}

/** A lamp that does not run shows nothing either. */
function dark(facts: BeaconFacts): Outcome {
  const { lamp, request } = facts;
  const wanted = lamp === 'none' || lamp === undefined ? undefined : shownBy(lamp, facts);
  if (lamp === 'none' || lamp === undefined || wanted === undefined) return skipped;
  const shown = factValue(request.observed, wanted);
  if (shown.state === 'unknown') return unknown(shown.reason);
  return shown.value.message === ''
    ? done()
    : act('StillLit', `pod ${lamp.target.name} is told to show nothing`, [
        showMessage(lamp.target, { ...shown.value, message: '' }),
      ]);
}

export const beaconSteps = [
  {
    name: 'Publish',
    condition: 'Published',
    mode: 'always',
    whileBlocked: 'create',
    summary: 'The ConfigMap has the message.',
    check: published,
  },
  {
    name: 'Light',
    condition: 'Lit',
    mode: 'always',
    whileBlocked: 'create',
    summary: 'The lamp shows the message, where there is a lamp.',
    check: lit,
  },
] as const satisfies readonly Step<BeaconFacts>[];

export const beaconEndSteps = [
  {
    name: 'Darken',
    condition: 'Dark',
    mode: 'always',
    whileBlocked: 'keep',
    summary: 'The lamp shows nothing any more, where there is a lamp.',
    check: dark,
  },
] as const satisfies readonly Step<BeaconFacts>[];
