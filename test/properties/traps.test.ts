/**
 * The traps in which a first design dies, each shown by a golden decision, with where all of it is tested. Storms, which no
 * decision shows: what a cluster at rest asks of everybody (`npm run bench`), and `is-quiet` of the simulator.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HookEvent, KubernetesObject, Operation } from '../../hooks/core/contract.ts';
import { configurationHash } from '../../hooks/weka/container/pod/hash.ts';
import { parseWekaContainer } from '../../hooks/weka/api/index.ts';
import { wekaCatalogue } from '../../hooks/weka/catalogue.ts';

interface Golden {
  status: { conditions: { type: string; status: string; reason: string }[] };
  children: KubernetesObject[];
  operations: Operation[];
  events: HookEvent[];
  finalized?: boolean;
}
const decision = (name: string): Golden =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'golden', `${name}.decision.json`), 'utf8')) as Golden;
const commands = (name: string): unknown[] =>
  decision(name).operations.map(({ kind, args }) => args['command'] ?? kind);
const children = (name: string): string[] => decision(name).children.map(({ metadata }) => metadata.name);
const reason = (name: string): string | undefined =>
  decision(name).status.conditions.find(({ type }) => type === 'Ready')?.reason;

describe('traps', () => {
  it('absence is not death (all proofs: hooks/weka/container/fence.test.ts)', () => {
    expect(children('wekacontainer/40-the-pod-vanished-a-probe-asks-for-the-lock-of-its-runtime')).toEqual([
      'demo-drive-0-probe',
    ]);
    expect(children('wekacontainer/42-the-pod-lives-but-is-not-seen')).toEqual([]);
    expect(children('wekacontainer/41-the-lock-is-free-the-successor-comes')).toEqual(['demo-drive-0']);
  });

  it('many hooks decide at once, one has the turn (all rows: hooks/weka/container/stop.test.ts)', () => {
    expect(commands('wekacontainer/20-a-person-deletes-the-pod-the-turn-is-taken')).toEqual(['claims.write']);
    expect(commands('wekacontainer/21-another-container-has-the-turn')).toEqual([]);
    expect(commands('wekacontainer/23-protection-is-not-full')).toEqual([]);
    expect(commands('wekacontainer/25-the-pod-is-allowed-to-stop')).toEqual(['runtime.allowStop']);
  });

  it('a container that the garbage collector takes obeys the grace period of its owner', () => {
    const paused = decision('wekacontainer/61-the-owner-is-in-its-grace-period-the-pod-ends-the-data-stays');
    expect([paused.operations, paused.finalized]).toEqual([[], undefined]);
    expect(reason('wekacontainer/54-the-owner-can-not-be-read-nothing-happens')).toBe('FactUnknown');
  });

  it('containers are omitted only when all know that they are destroyed, and finalize does all that sync does', () => {
    expect(children('wekacluster/43-grace-is-over-destruction-is-announced')).toHaveLength(4);
    expect(children('wekacluster/44-all-know-the-containers-are-omitted')).toEqual([]);
    expect(children('wekacluster/41-deletion-is-cancelled')).toHaveLength(4);
  });

  it('labels of the parent itself are not inherited (hooks/weka/cluster/containers.test.ts)', () => {
    const inherited = decision('wekacluster/03-range-is-claimed-containers-are-listed').children.flatMap(
      ({ metadata }) => Object.keys({ ...metadata.labels, ...metadata.annotations }),
    );
    expect(inherited).not.toContain('controller-uid');
  });

  it('what the operator builds does not roll pods, what the user wishes does (all fields: pod/hash.test.ts)', () => {
    const container = (spec: object) => {
      const parsed = parseWekaContainer({
        apiVersion: 'weka.weka.io/v1alpha1',
        kind: 'WekaContainer',
        metadata: { name: 'x' },
        spec: { name: 'x', mode: 'drive', image: 'a:1', ...spec },
      });
      if (!parsed.ok) throw new Error('invalid');
      return parsed.value;
    };
    expect(configurationHash(container({ numDrives: 0, tolerations: [] }), 1)).toBe(
      configurationHash(container({ image: 'a:2' }), 1),
    );
    expect(configurationHash(container({ hugepages: 2000 }), 1)).not.toBe(configurationHash(container({}), 1));
  });

  it('one pinned container forms the cluster, when every member says that it has no GUID', () => {
    expect(commands('wekacluster/05-all-run-one-is-pinned-to-form-the-cluster')).toEqual(['claims.write']);
    expect(commands('wekacluster/06-the-former-forms-the-cluster')).toEqual(['clusterCreate']);
    expect(commands('wekacluster/07-one-member-is-silent-nothing-is-formed')).toEqual([]);
    expect(commands('wekacluster/08-a-member-has-a-guid-nothing-is-formed-again')).toEqual([]);
  });

  it('goodbye is said through another member, and waits without one', () => {
    expect(
      decision('wekacontainer/51-deleted-weka-moves-the-data-away').operations.map(({ target }) => target.name),
    ).toEqual(['demo-drive-1']);
    expect(reason('wekacontainer/53-no-other-member-can-be-asked')).toBe('NoOtherMember');
    expect(commands('wekacontainer/69-the-claims-order-destruction-nothing-is-told-to-weka')).toEqual([
      'runtime.allowStop',
    ]);
  });

  it('unknown carries the previous condition (all of it: test/properties/doubt.test.ts)', () => {
    const ready = (name: string) => decision(name).status.conditions.find(({ type }) => type === 'Ready');
    expect(ready('wekacluster/22-nothing-is-known-nothing-changes')).toMatchObject({
      status: 'True',
      reason: 'ClusterIsReady',
    });
    expect(ready('wekacontainer/14-nothing-is-known-the-pod-stays')).toMatchObject({
      status: 'True',
      reason: 'Running',
    });
  });

  it('a name that is taken is said', () => {
    expect(reason('wekacontainer/43-the-name-is-taken-by-a-stranger')).toBe('NameTaken');
  });

  it('beside containers of another operator none is created, and they are named', () => {
    expect(children('wekacluster/32-containers-of-another-operator-are-not-doubled')).toEqual(['demo-members']);
    expect(reason('wekacluster/32-containers-of-another-operator-are-not-doubled')).toBe('UnlabelledContainers');
  });

  it('a slow stop drains nothing', () => {
    expect(commands('wekacontainer/23-protection-is-not-full')).not.toContain('containerDeactivate');
  });

  it('absence is no order (all of it: test/lab/guards.test.ts)', () => {
    expect(
      decision('wekacontainer/62-the-owner-is-gone-without-a-word-the-data-stays').operations.map(
        ({ args }) => args['force'],
      ),
    ).toEqual([true]);
    expect(reason('wekacontainer/79-the-owner-is-gone-and-the-grace-is-over-a-word-is-needed')).toBe('WordNeeded');
    expect(decision('wekacontainer/79-the-owner-is-gone-and-the-grace-is-over-a-word-is-needed')).toMatchObject({
      operations: [],
      children: [],
    });
    expect(commands('wekacontainer/47-its-cluster-has-lost-its-finalizer')).toEqual(['finalizer.ensure']);
  });

  it('gates fail closed', () => {
    expect(reason('wekacontainer/75-weka-does-not-say-how-protected-it-is-the-pod-waits')).toBe('ProtectionUnknown');
    expect(commands('wekacontainer/83-an-empty-list-of-containers-is-no-answer')).toEqual([]);
    expect(commands('wekacontainer/88-weka-lists-fewer-drives-than-it-counts-no-claim-goes')).toEqual([]);
    expect(reason('wekacontainer/76-the-turn-is-no-licence-for-what-others-lack')).toBe('WaitingForProtection');
  });

  it("a status may be somebody else's", () => {
    expect(decision('wekacontainer/48-a-status-from-a-backup-is-not-believed').status).not.toHaveProperty('clusterID');
  });

  it('leaving needs a gate as stopping does', () => {
    expect(commands('wekacontainer/73-deleted-the-turn-is-taken-to-leave')).toEqual(['claims.write']);
    expect(reason('wekacontainer/74-deleted-too-little-would-remain-it-waits')).toBe('WaitingToLeave');
  });

  it('two clocks have to say that a grace is over', () => {
    expect(reason('wekacluster/52-one-clock-says-that-the-grace-is-over-it-is-not')).toBe('GracePeriod');
    expect(commands('wekacluster/51-grace-is-over-by-both-clocks-destruction-is-ordered')).toEqual(['claims.write']);
    expect(commands('wekacluster/54-a-cancelled-deletion-forgets-its-grace')).toEqual(['claims.write']);
  });

  it('a script is named by the uid of its object, never handed over', () => {
    const script = {
      command: 'postFormClusterScript',
      parameters: { cluster: { namespace: 'default', name: 'demo', uid: 'uid' } },
    };
    expect(wekaCatalogue['weka.run'].args.safeParse(script).success).toBe(true);
    expect(
      wekaCatalogue['weka.run'].args.safeParse({ ...script, parameters: { ...script.parameters, script: 'true' } })
        .success,
    ).toBe(false);
  });

  it('what admission has made of a pod is no difference, another wish is one', () => {
    const upToDate = (name: string) => decision(name).status.conditions.find(({ type }) => type === 'PodUpToDate');
    expect(upToDate('wekacontainer/27-admission-has-rewritten-the-pod-nothing-is-done')).toMatchObject({
      status: 'True',
    });
    expect(commands('wekacontainer/28-another-image-is-wished-of-a-rewritten-pod')).toEqual(['claims.write']);
    expect(upToDate('wekacontainer/33-replaced-too-often-it-backs-off')).toMatchObject({
      status: 'False',
      reason: 'RollBackedOff',
    });
  });

  it('a pod whose successor could not come is left, without the turn', () => {
    for (const name of [
      'wekacontainer/34-on-a-cordoned-node-the-pod-is-left-until-last',
      'wekacontainer/35-a-taint-that-the-next-pod-does-not-tolerate',
    ]) {
      expect(children(name)).toEqual(['demo-drive-0']);
      expect(commands(name)).toEqual([]);
    }
  });
});
