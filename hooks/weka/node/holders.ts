/** Holders of the node's claims whose WekaContainer is gone: collected on proof, named in a condition until then. */
import { writeClaims } from '../../core/claims.ts';
import type { Json, Operation } from '../../core/contract.ts';
import { ask, factValue } from '../../core/facts.ts';
import { canonicalJson } from '../../core/operations.ts';
import { act, skipped, wait } from '../../core/steps.ts';
import { claimsNames, type ClaimHolder } from '../api/index.ts';
import { is } from '../api/modes.ts';
import { allowStop, runtimeReport } from '../catalogue.ts';
import { readableHoldersFact, type ClaimsFact } from '../claims/claims.ts';
import {
  ages,
  containerGone,
  leftPod,
  mayBeLetGo,
  nameTaken,
  needsWord,
  runningPod,
  runtimeDead,
  suspects,
  type HolderInput,
  type LeftPod,
  type Suspect,
} from './holder-proof.ts';
import type { Outcome } from '../reasons.ts';
import { askForWord, clusterDone, endsInWeka } from './weka-word.ts';

/** Seconds. Of the claims themselves, and until a proof that is missing is looked for again. */
const paces = { claims: 1, again: 60, acting: 2 };

interface Judgement {
  message: string;
  operations: Operation[];
}

const named = ({ holder: { namespace, name, drives } }: Suspect): string =>
  `WekaContainer ${namespace}/${name} is gone and still holds ${drives.length === 0 ? 'its place' : `drives ${drives.join(', ')}`}`;

/** What was read just now is what was judged. */
const same = (fresh: ClaimHolder | undefined, holder: ClaimHolder): boolean =>
  fresh !== undefined && canonicalJson(fresh as unknown as Json) === canonicalJson(holder as unknown as Json);

/** The pod that has to say something, and weka where its word counts. */
function askAhead(input: HolderInput, suspect: Suspect, pod: LeftPod): void {
  const running = pod.state === 'terminating' && pod.running ? pod.target : undefined;
  if (running !== undefined) ask(input.request.observed, runtimeReport(running, ages.report));
  // a pod that runs may be a member itself, and speaks for the weka cluster when nobody else does
  const speaks = is(suspect.holder.mode, 'backend') && running !== undefined;
  if (speaks || needsWord(suspect.holder)) askForWord(input, suspect, speaks ? running : undefined);
}

/** @param claims as they were read just now */
function judge(input: HolderInput, claims: ClaimsFact, suspect: Suspect): Judgement {
  const { uid, holder } = suspect;
  const { name } = claims;
  // all of a proof is read in any case: what waits for another answer comes a round later
  const gone = containerGone(input, suspect);
  const pod = leftPod(input, suspect);
  askAhead(input, suspect, pod);
  const open = (missing: string, way: string): Judgement => ({
    message: `${named(suspect)}: ${missing}; ${way}`,
    operations: [],
  });
  const byHand = `if nothing of it runs and no weka cluster has its drives or counts on it, kubectl patch wekaclaims ${name} --type=json -p '[{"op":"remove","path":"/spec/holders/${uid}"}]' gives it up`;
  if (claims.state === 'unknown' || !same(claims.spec.holders?.[uid], holder))
    return open('its claims are being read again', byHand);
  if (gone !== undefined) return open(gone, byHand);
  if (pod.state === 'terminating') {
    const missing = mayBeLetGo(input, suspect, pod);
    const way =
      pod.running && is(holder.mode, 'backend') && endsInWeka(input, suspect, runningPod(input, pod))
        ? 'then its pod stops by itself'
        : `once it may stop, kubectl exec ${holder.name} -n ${holder.namespace} -c weka-container -- touch /tmp/.allow-stop lets it go`;
    const fact = factValue(input.request.observed, runtimeReport(pod.target, ages.report));
    if (fact.state === 'known' && (fact.value.allowStop || fact.value.allowForceStop))
      return open('its pod may stop', 'waits until it has');
    if (missing !== undefined) {
      const waiting = open(`its pod terminates and waits for permission: ${missing}`, way);
      const recorded = holder.stopAllowed === pod.target.uid && fact.state === 'known';
      // a permission that was recorded and not given would prove the death of a pod that vanishes
      return recorded
        ? { ...waiting, operations: [writeClaims(claims, [{ path: ['holders', uid, 'stopAllowed'], value: null }])] }
        : waiting;
    }
    // the permission is recorded before it is given: afterwards the pod needs no other proof of its death
    const operation =
      holder.stopAllowed === pod.target.uid
        ? allowStop(pod.target, false)
        : writeClaims(claims, [{ path: ['holders', uid, 'stopAllowed'], value: pod.target.uid }]);
    return { message: `${named(suspect)}: lets its pod stop, on which nothing depends`, operations: [operation] };
  }
  const taken = nameTaken(input, suspect);
  if (taken !== undefined) return open(taken, 'or delete it');
  const missing = runtimeDead(input, suspect) ?? (needsWord(holder) ? clusterDone(input, suspect) : undefined);
  if (missing !== undefined) return open(missing, byHand);
  return {
    message: `${named(suspect)}: collects it`,
    operations: [writeClaims(claims, [{ path: ['holders', uid], value: null }])],
  };
}

/** An entry that can not be read stays, with all that it may hold. */
const illegible = ({ node, unreadable }: HolderInput): string[] =>
  unreadable.map(
    ({ key, reason }) =>
      `the holder ${key} of WekaClaims ${claimsNames.ofNode(node.metadata.name)} can not be read and stays: ${reason}; correct it, or remove it if nothing of it runs and no weka cluster has its drives`,
  );

function judgeAll(input: HolderInput, gone: readonly Suspect[]): Judgement[] {
  const claims = readableHoldersFact(
    input.request.observed,
    claimsNames.ofNode(input.node.metadata.name),
    paces.claims,
  );
  return gone.map((suspect) => judge(input, claims, suspect));
}

/** Names every holder that is gone or can not be read; one write at a time, for each is made against what was read. */
export function holdersSettled(input: HolderInput): Outcome {
  const gone = suspects(input);
  const judged = gone.length === 0 ? [] : judgeAll(input, gone);
  const messages = [...illegible(input), ...judged.map((one) => one.message)];
  if (messages.length === 0) return skipped;
  const message = messages.slice(0, 3).join('. ') + (messages.length > 3 ? `. And ${messages.length - 3} more` : '');
  const next = judged.find(({ operations }) => operations.length > 0);
  const reason = judged.length > 0 ? 'HolderGone' : 'HolderUnreadable';
  return next === undefined ? wait(reason, message, paces.again) : act(reason, message, next.operations, paces.acting);
}
