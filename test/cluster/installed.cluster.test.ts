/** The operator as it is installed: image, Deployment, rights, TLS and token of the manifests in deploy/, on a real node. */
import { describe, expect, it } from 'vitest';
import { warningObjects } from '../../deploy/generated-warnings.ts';
import { findKubectl } from '../../deploy/kustomize.ts';
import { systems } from '../../hooks/systems.ts';
import { comesUp, isDestroyed, podReturns } from '../scenarios/cluster.ts';
import { deploy, operatorImage, restarts, undeploy } from './deployment.ts';
import { environmentOfTests } from './environment-of-tests.ts';
import { makeOperatorImage } from './operator-image.ts';
import type { ClusterSettings } from './settings.ts';
import { realMetacontroller, settings, startCluster } from './setup.ts';

// images are made by the tool, and the lab's driver neither trusts an authority nor shows a token
const able =
  settings?.realCluster !== undefined && settings.metacontroller !== undefined && findKubectl() !== undefined;

async function startInstallation(given: ClusterSettings) {
  const { realCluster = '', metacontroller = '' } = given;
  const cluster = await startCluster(given);
  await makeOperatorImage(realCluster, operatorImage);
  const program = realMetacontroller(metacontroller, cluster.kubeconfig, cluster.directory);
  return {
    world: cluster.world,
    async install() {
      await deploy(cluster.world, given);
      await program.start();
    },
    async stop() {
      await program.stop();
      await undeploy(cluster.world);
      await cluster.close();
    },
  };
}

describe.skipIf(!able)('the installed operator', () => {
  const installation = environmentOfTests(startInstallation);

  it('becomes available', () => installation().install());
  it('warns by policies of which the API server finds every expression well typed', async () => {
    const { world } = installation();
    interface Checked {
      observedGeneration?: number;
      typeChecking?: { expressionWarnings?: object[] };
    }
    const names = systems
      .flatMap(warningObjects)
      .filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')
      .map(({ apiVersion, kind, metadata }) => [apiVersion, kind, metadata.name] as const);
    const checked = (): Promise<[name: string, status: Checked][]> =>
      Promise.all(
        names.map(async ([apiVersion, kind, name]) => {
          const policy = await world.get(kind, name, undefined, apiVersion);
          return [name, policy?.status ?? {}];
        }),
      );
    await world.until(
      'each policy has been checked',
      async () => (await checked()).every(([, { observedGeneration }]) => observedGeneration !== undefined),
      60,
    );
    expect(names.length).toBeGreaterThan(0);
    for (const [name, { typeChecking }] of await checked())
      expect(typeChecking?.expressionWarnings ?? [], name).toEqual([]);
  });
  it('brings a cluster up', () => comesUp(installation().world));
  it('gets a pod back', () => podReturns(installation().world, 'demo-drive-0'));
  it('destroys the cluster, and has never been restarted', async () => {
    await isDestroyed(installation().world);
    expect(await restarts(installation().world)).toBe(0);
  });
});
