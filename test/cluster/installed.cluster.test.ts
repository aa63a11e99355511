/** The operator as it is installed: image, Deployment, rights, TLS and token of the manifests in deploy/, on a real node. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKubectl } from '../../deploy/kustomize.ts';
import { cleanAway, comesUp, isDestroyed, podReturns } from '../scenarios/cluster.ts';
import { deploy, operatorImage, restarts, undeploy } from './deployment.ts';
import { makeOperatorImage } from './operator-image.ts';
import type { Program } from './programs.ts';
import { realMetacontroller, settings, startCluster, type Cluster } from './setup.ts';

// images are made by the tool, and the lab's driver neither trusts an authority nor shows a token
const able = settings?.realCluster !== undefined && settings.metacontroller !== undefined && findKubectl() !== undefined;

describe.skipIf(!able)('the installed operator', () => {
  let cluster: Cluster;
  let metacontroller: Program | undefined;
  beforeAll(async () => {
    if (settings?.realCluster === undefined || settings.metacontroller === undefined) return;
    cluster = await startCluster(settings);
    await makeOperatorImage(settings.realCluster, operatorImage);
    metacontroller = realMetacontroller(settings.metacontroller, cluster.kubeconfig, cluster.directory);
  });
  afterAll(async () => {
    await cleanAway(cluster.world)
      .finally(() => metacontroller?.stop())
      .finally(() => undeploy(cluster.world))
      .finally(() => cluster.close());
  });

  it('becomes available', async () => {
    if (settings !== undefined) await deploy(cluster.world, settings);
    await metacontroller?.start();
  });
  it('brings a cluster up', () => comesUp(cluster.world));
  it('gets a pod back', () => podReturns(cluster.world, 'demo-drive-0'));
  it('destroys the cluster, and has never been restarted', async () => {
    await isDestroyed(cluster.world);
    expect(await restarts(cluster.world)).toBe(0);
  });
});
