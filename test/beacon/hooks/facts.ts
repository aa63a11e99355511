/** All that the steps of a Beacon judge, in one object; what they read of the sidecar is asked when they come to it. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { objectsOf } from '../../../hooks/core/envelope.ts';
import { factValue, type ReadingRequest } from '../../../hooks/core/facts.ts';
import { objectLive } from '../../../hooks/core/families/objects.ts';
import { podView, type PodView } from '../../../hooks/core/pod-view.ts';
import { lampContainer } from './access.ts';
import type { Beacon } from './api.ts';
import { lampShown, type Shown } from './catalogue.ts';
import { beaconConfig } from './config.ts';

export interface BeaconFacts {
  request: ReadingRequest;
  uid: string;
  wished: Shown;
  configMapAddress: { namespace: string; name: string };
  /** As it is; undefined: there is none of ours. */
  configMap: KubernetesObject | undefined;
  /** `none`: there is to be none. Undefined: it is not there. */
  lamp: PodView | 'none' | undefined;
  lookSeconds: number;
}

export function beaconFacts(request: ReadingRequest, { metadata, spec }: Beacon): BeaconFacts {
  const { namespace = '', name, uid = '' } = metadata;
  const { beaconColour, beaconLookSeconds } = beaconConfig.parse(request.context.config);
  const pod = objectsOf(request.related, 'Pod', 'v1').find((one) => one.metadata.name === spec.lamp);
  const [configMap] = objectsOf(request.children, 'ConfigMap', 'v1');
  const present = pod === undefined ? undefined : podView(pod, lampContainer);
  return {
    request,
    uid,
    configMap,
    wished: { message: spec.message, colour: beaconColour },
    configMapAddress: { namespace, name: `${name}-beacon` },
    lamp: spec.lamp === undefined ? 'none' : present,
    lookSeconds: beaconLookSeconds,
  };
}

/** What is asked of a lamp; undefined: it can not be asked now. */
export const shownBy = (lamp: PodView, { lookSeconds }: BeaconFacts) =>
  lamp.running && !lamp.terminating ? lampShown(lamp.target, lookSeconds) : undefined;

const nameLook = ({ configMapAddress, lookSeconds }: BeaconFacts) =>
  objectLive({ apiVersion: 'v1', kind: 'ConfigMap', ...configMapAddress }, lookSeconds);

/** A ConfigMap of the name is there that is not ours: Metacontroller neither takes it nor says so. */
export function nameTaken(facts: BeaconFacts): boolean {
  if (facts.configMap !== undefined) return false;
  const fact = factValue(facts.request.observed, nameLook(facts));
  return fact.state === 'known' && fact.value.exists && fact.value.controllerUid !== facts.uid;
}
