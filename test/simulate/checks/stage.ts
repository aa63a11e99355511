/** What can be judged only at the ways between the programs, of any system: hook calls and removals. */
import type { Check } from '../check.ts';
import type { Stage } from '../stage.ts';

export const stageChecks: readonly Check<{ stage: Stage }>[] = [
  {
    name: 'no-forced-deletion',
    promise: 'nothing but a person, or Kubernetes for a node that is gone, removes a pod whose programs run',
    watch({ stage, broken, onWrite }) {
      const { world } = stage;
      onWrite((before, after) => {
        if (before?.kind !== 'Pod' || after !== undefined || stage.forced.has(before.metadata.uid ?? '')) return;
        const runs = world.lab.kubelet
          .pods()
          .find(({ pod, running }) => pod.metadata.uid === before.metadata.uid && running.length > 0);
        if (runs !== undefined) broken(`pod ${before.metadata.name} was removed while it runs on ${runs.nodeName}`);
      });
      stage.onEffect((effect) => {
        if (effect.verb === 'delete' && effect.kind === 'Pod') broken(`the sidecar deletes the pod ${effect.name}`);
      });
    },
  },
  {
    name: 'hooks-answer',
    promise: 'a hook answers whatever it is sent: no exception, no answer that its own schema refuses',
    watch({ stage, broken }) {
      stage.onHookCall(({ url }, status, body) => {
        if (status !== 200) broken(`${new URL(url).pathname} answered ${status}: ${body.slice(0, 500)}`);
      });
    },
  },
];
