/** Holders of the node's claims whose WekaContainer is gone: collected on proof, named in a condition until then. */
import { claimsRead, deleteObject, objectLive } from '../../core/catalogue.ts';
import type { Json, Observation, Operation } from '../../core/contract.ts';
import { factValue } from '../../core/facts.ts';
import { canonicalJson } from '../../core/operations.ts';
import { act, skipped, wait, type Outcome } from '../../core/steps.ts';
import { apiVersion } from '../api/group.ts';
import { claimsNames, type ClaimHolder } from '../api/index.ts';
import { allowStop, runtimeReport, wekaClaimsKind } from '../catalogue.ts';
import { claimsFact, writeClaims } from '../claims/claims.ts';
import { clusterDone, clusterGone, clusterOfHolder, containerGone, leftPod, mayBeLetGo, proofObservations, runtimeDead, suspects, type HolderInput, type Suspect } from './holder-proof.ts';

/** Seconds. Of the claims themselves, and until a proof that is missing is looked for again. */
const paces = { claims: 1, again: 60, acting: 2 };

const clusterClaimsLook = (clusterUid: string) =>
  objectLive({ apiVersion, kind: wekaClaimsKind.kind, name: claimsNames.ofCluster(clusterUid) }, paces.claims, ['spec.turn']);

/** The last holder of a cluster that is gone takes the claims of that cluster along. */
function takesAlong(input: HolderInput, { uid, holder }: Suspect): string | undefined {
  const cluster = clusterOfHolder(input, holder);
  if (cluster === undefined || clusterGone(input, cluster) !== true) return undefined;
  const last = Object.entries(input.holders).every(([other, { clusterUid }]) => other === uid || clusterUid !== cluster.uid);
  return last ? cluster.uid : undefined;
}

export function holderObservations(input: HolderInput): Observation[] {
  const gone = suspects(input);
  const clusters = new Set(gone.flatMap((suspect) => takesAlong(input, suspect) ?? []));
  return [
    ...proofObservations(input),
    ...(gone.length === 0 ? [] : [claimsRead(claimsNames.ofNode(input.node.metadata.name), paces.claims)]),
    ...[...clusters].map(clusterClaimsLook),
  ];
}

interface Judgement {
  message: string;
  operations: Operation[];
}

const named = ({ holder: { namespace, name, drives } }: Suspect): string =>
  `WekaContainer ${namespace}/${name} is gone and still holds ${drives.length === 0 ? 'its place' : `drives ${drives.join(', ')}`}`;

/** Before the holder, for afterwards nobody knows of it: the claims object of its cluster, unless somebody else's turn is written there. */
function clusterClaims(input: HolderInput, suspect: Suspect): Operation[] | undefined {
  const clusterUid = takesAlong(input, suspect);
  if (clusterUid === undefined) return [];
  const fact = factValue(input.request.observed, clusterClaimsLook(clusterUid));
  if (fact.state === 'unknown') return undefined;
  if (!fact.value.exists) return [];
  const turn = fact.value.fields['spec.turn'] as { containerUid?: string } | undefined;
  if (turn !== undefined && turn.containerUid !== suspect.uid) return [];
  return [deleteObject({ apiVersion, kind: wekaClaimsKind.kind, name: claimsNames.ofCluster(clusterUid), uid: fact.value.uid })];
}

/** What was read just now is what was judged. */
const same = (fresh: ClaimHolder | undefined, holder: ClaimHolder): boolean =>
  fresh !== undefined && canonicalJson({ ...fresh, drives: fresh.drives ?? [] } as unknown as Json) === canonicalJson(holder as unknown as Json);

function judge(input: HolderInput, suspect: Suspect): Judgement {
  const { uid, holder } = suspect;
  const name = claimsNames.ofNode(input.node.metadata.name);
  const open = (missing: string, way: string): Judgement => ({ message: `${named(suspect)}: ${missing}; ${way}`, operations: [] });
  const byHand = `if nothing of it runs and no weka cluster has its drives, remove spec.holders.${uid} of WekaClaims ${name}`;
  const claims = claimsFact(input.request.observed, name);
  if (claims.state === 'unknown' || !same(claims.spec.holders?.[uid], holder)) return open('its claims are being read again', byHand);
  const gone = containerGone(input, suspect);
  if (gone !== undefined) return open(gone, byHand);
  const pod = leftPod(input, suspect);
  if (pod.state === 'terminating') {
    const missing = mayBeLetGo(input, suspect, pod);
    const way = `once it may stop, kubectl exec ${holder.name} -n ${holder.namespace} -c weka-container -- touch /tmp/.allow-stop lets it go`;
    if (missing !== undefined) return open(`its pod terminates and waits for permission: ${missing}`, way);
    const fact = factValue(input.request.observed, runtimeReport(pod.target, 0));
    if (fact.state === 'known' && fact.value.allowStop) return open('its pod may stop', 'waits until it has');
    // the permission is recorded before it is given: afterwards the pod needs no other proof of its death
    const operation = holder.stopAllowed === pod.target.uid ? allowStop(pod.target, false) : writeClaims(claims, [{ path: ['holders', uid, 'stopAllowed'], value: pod.target.uid }]);
    return { message: `${named(suspect)}: lets its pod stop, on which nothing depends`, operations: [operation] };
  }
  const missing = runtimeDead(input, suspect) ?? (holder.drives.length === 0 ? undefined : clusterDone(input, suspect));
  if (missing !== undefined) return open(missing, byHand);
  const first = clusterClaims(input, suspect);
  if (first === undefined) return open('the claims of its cluster have not been read', byHand);
  return { message: `${named(suspect)}: collects it`, operations: first.length > 0 ? first : [writeClaims(claims, [{ path: ['holders', uid], value: null }])] };
}

/** Names every holder that is gone; one write at a time, for each is made against what was read. */
export function holdersSettled(input: HolderInput): Outcome {
  const judged = suspects(input).map((suspect) => judge(input, suspect));
  if (judged.length === 0) return skipped;
  const message = judged.slice(0, 3).map((one) => one.message).join('. ') + (judged.length > 3 ? `. And ${judged.length - 3} more` : '');
  const next = judged.find(({ operations }) => operations.length > 0);
  return next === undefined ? wait('HolderGone', message, paces.again) : act('HolderGone', message, next.operations, paces.acting);
}
