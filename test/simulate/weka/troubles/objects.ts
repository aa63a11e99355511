/** What people do to objects by hand: deletions of all kinds, and edits of what is not theirs. */
import type { KubernetesObject } from '../../../../hooks/core/contract.ts';
import type { DeleteOptions } from '../../../../lab/contract.ts';
import { attempt, namesOf, ours, patch, remove, type Stage } from '../../stage.ts';
import { lasting, none, picked, toOne, which, type Trouble } from '../../trouble.ts';
import { pickedPod } from '../../troubles/pods.ts';

type Policy = NonNullable<DeleteOptions['propagationPolicy']>;
const policies: readonly Policy[] = ['Background', 'Foreground'];

const containers = (stage: Stage): KubernetesObject[] => ours(stage, 'WekaContainer');
const pickedContainer = (stage: Stage, fraction: unknown): string | undefined =>
  picked(namesOf(containers(stage)), fraction);

function wipeStatus(stage: Stage, kind: string, name: string): void {
  const { store } = stage.world.lab;
  const definition = store.definitionOf('weka.weka.io/v1alpha1', kind)!;
  attempt(
    () =>
      void store.patch(
        definition,
        definition.namespaced ? 'default' : undefined,
        name,
        'application/json-patch+json',
        [{ op: 'replace', path: '/status', value: {} }],
        'status',
      ),
  );
}

/** Its claims and drives are for a person to clean up from now on. */
function giveUp(stage: Stage, name: string): void {
  const uid = stage.world.get('WekaContainer', name)?.metadata.uid ?? '';
  const holders = stage.world
    .list('WekaClaims')
    .map(
      (claims) => (claims['spec'] as { holders?: Record<string, { drives?: string[] }> } | undefined)?.holders?.[uid],
    );
  for (const thing of [uid, ...holders.flatMap((holder) => holder?.drives ?? [])]) stage.given.add(thing);
}

function deleteRole(stage: Stage, mode: string, options: DeleteOptions): string[] {
  const names = namesOf(containers(stage).filter(({ metadata }) => metadata.labels?.['weka.io/mode'] === mode));
  for (const name of names) remove(stage, 'WekaContainer', name, options);
  return names;
}

export const objectTroubles: readonly Trouble[] = [
  {
    name: 'container-is-deleted',
    by: 'person',
    weight: 3,
    draw: (random) => ({ which: which(random), policy: policies[random.integer(policies.length)] ?? 'Background' }),
    begin(stage, args) {
      const name = pickedContainer(stage, args['which']);
      if (name === undefined) return none;
      remove(stage, 'WekaContainer', name, { propagationPolicy: args['policy'] as Policy });
      return { story: `WekaContainer ${name} was deleted, ${String(args['policy'])}` };
    },
  },
  {
    name: 'container-is-orphaned',
    by: 'person',
    ...toOne(pickedContainer, (stage, name) => {
      remove(stage, 'WekaContainer', name, { propagationPolicy: 'Orphan' });
      return { story: `WekaContainer ${name} was deleted, Orphan` };
    }),
  },
  {
    name: 'role-is-deleted',
    by: 'person',
    weight: 1,
    onceALife: true,
    draw: (random) => ({
      mode: random.next() < 0.5 ? 'drive' : 'compute',
      policy: policies[random.integer(policies.length)] ?? 'Background',
    }),
    begin(stage, args) {
      const names = deleteRole(stage, String(args['mode']), { propagationPolicy: args['policy'] as Policy });
      return names.length === 0
        ? none
        : { story: `all ${String(args['mode'])} containers were deleted, ${String(args['policy'])}` };
    },
  },
  {
    name: 'pod-loses-a-label',
    by: 'person',
    draw: (random) => ({ which: which(random), label: random.next() < 0.5 ? 'weka.io/mode' : 'app' }),
    begin(stage, args) {
      const name = pickedPod(stage, args['which']);
      if (name === undefined) return none;
      patch(stage, 'Pod', name, { metadata: { labels: { [String(args['label'])]: null } } });
      return { story: `the label ${String(args['label'])} was taken off pod ${name}` };
    },
  },
  {
    name: 'container-loses-a-label',
    by: 'person',
    draw: (random) => ({
      which: which(random),
      label: ['weka.io/mode', 'app', 'controller-uid', 'weka.io/cluster-id'][random.integer(4)] ?? 'app',
    }),
    begin(stage, args) {
      const name = pickedContainer(stage, args['which']);
      if (name === undefined) return none;
      patch(stage, 'WekaContainer', name, { metadata: { labels: { [String(args['label'])]: null } } });
      return { story: `the label ${String(args['label'])} was taken off WekaContainer ${name}` };
    },
  },
  {
    name: 'container-loses-its-finalizers',
    by: 'person',
    ...toOne(pickedContainer, (stage, name) => {
      patch(stage, 'WekaContainer', name, { metadata: { finalizers: null } });
      return { story: `the finalizers of WekaContainer ${name} were removed` };
    }),
  },
  {
    name: 'container-vanishes',
    by: 'person',
    ...toOne(pickedContainer, (stage, name) => {
      giveUp(stage, name);
      remove(stage, 'WekaContainer', name);
      patch(stage, 'WekaContainer', name, { metadata: { finalizers: null } });
      return { story: `WekaContainer ${name} was deleted and its finalizers removed` };
    }),
  },
  {
    name: 'cluster-is-replaced-without-finalizers',
    by: 'person',
    draw: () => ({}),
    begin(stage) {
      // also one whose deletion was cancelled: then its containers wait for the word of a person, and there is no way back
      if (stage.world.get('WekaCluster', 'demo')?.metadata.deletionTimestamp !== undefined)
        return 'a cluster that is being deleted would be gone at once without its finalizers';
      patch(stage, 'WekaCluster', 'demo', { metadata: { finalizers: null, labels: null, annotations: null } });
      return { story: 'WekaCluster demo was replaced by a bare manifest' };
    },
  },
  {
    name: 'container-is-edited',
    by: 'person',
    draw: (random) => ({
      which: which(random),
      field: ['additionalMemory', 'nodeAffinity', 'image', 'numDrives', 'name'][random.integer(5)] ?? 'image',
    }),
    begin(stage, args) {
      const name = pickedContainer(stage, args['which']);
      if (name === undefined) return none;
      const values: Record<string, unknown> = {
        additionalMemory: 777,
        nodeAffinity: 'node-1',
        image: 'example.com/other:1',
        numDrives: 2,
        name: 'another',
      };
      patch(stage, 'WekaContainer', name, { spec: { [String(args['field'])]: values[String(args['field'])] } });
      return { story: `spec.${String(args['field'])} of WekaContainer ${name} was edited` };
    },
  },
  {
    name: 'container-port-is-edited',
    by: 'person',
    ...toOne(pickedContainer, (stage, name) => {
      patch(stage, 'WekaContainer', name, { spec: { port: 36_000 } });
      return { story: `spec.port of WekaContainer ${name} was edited` };
    }),
  },
  {
    name: 'status-is-wiped',
    by: 'person',
    draw: (random) => ({
      which: which(random),
      kind: ['WekaContainer', 'WekaCluster', 'WekaNode'][random.integer(3)] ?? 'WekaCluster',
    }),
    begin(stage, args) {
      const kind = String(args['kind']);
      const name = picked(
        namesOf(stage.world.list(kind).filter(({ metadata }) => metadata.namespace !== 'weka-operator-system')),
        args['which'],
      );
      if (name === undefined) return none;
      wipeStatus(stage, kind, name);
      return { story: `the status of ${kind} ${name} was wiped` };
    },
  },
  {
    name: 'claims-are-deleted',
    by: 'person',
    draw: (random) => ({ which: which(random), all: random.next() < 0.3 }),
    begin(stage, args) {
      const names = namesOf(stage.world.list('WekaClaims'));
      const one = picked(names, args['which']);
      const chosen = args['all'] === true ? names : one === undefined ? [] : [one];
      for (const name of chosen) remove(stage, 'WekaClaims', name);
      return chosen.length === 0 ? none : { story: `WekaClaims ${chosen.join(', ')} were deleted` };
    },
  },
  {
    name: 'members-are-deleted',
    by: 'person',
    weight: 1,
    draw: () => ({}),
    begin: (stage) =>
      remove(stage, 'WekaMembers', 'demo-members') ? { story: 'WekaMembers demo-members was deleted' } : none,
  },
  {
    name: 'wekanode-is-deleted',
    by: 'person',
    ...toOne(
      (stage, fraction) => picked(namesOf(stage.world.list('WekaNode')), fraction),
      (stage, name) => {
        remove(stage, 'WekaNode', name);
        return { story: `WekaNode ${name} was deleted` };
      },
    ),
  },
  {
    name: 'boot-scripts-are-deleted',
    by: 'person',
    draw: () => ({}),
    begin(stage) {
      const names = namesOf(ours(stage, 'ConfigMap')).filter((name) => name.startsWith('weka-boot-scripts'));
      for (const name of names) remove(stage, 'ConfigMap', name);
      return names.length === 0 ? none : { story: `ConfigMap ${names.join(', ')} was deleted` };
    },
  },
  {
    name: 'secret-is-deleted',
    by: 'person',
    draw: (random) => ({ which: which(random), seconds: lasting(random, 20, 400) }),
    begin(stage, args) {
      const secret = picked(
        ours(stage, 'Secret').filter(({ metadata }) => metadata.name.startsWith('weka-')),
        args['which'],
      );
      if (secret === undefined) return none;
      remove(stage, 'Secret', secret.metadata.name);
      const {
        apiVersion,
        kind,
        type,
        data,
        metadata: { name, namespace, labels },
      } = secret;
      const backup = { apiVersion, kind, type, data, metadata: { name, namespace, labels } } as KubernetesObject;
      return {
        story: `Secret ${name} was deleted`,
        end: () => {
          if (stage.world.get('Secret', name) === undefined) attempt(() => stage.world.apply(backup));
        },
      };
    },
  },
];
