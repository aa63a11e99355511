/** The installation with stock kubectl, on the API server of the lab. Skipped, and counted as such, where there is no kubectl. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectlIsInstalled, startTestServer, type TestServer } from '../lab/api/http/server.fixture.ts';
import { groupOf } from '../hooks/core/access.ts';
import { deployedSystems } from './deployed.ts';
import { render } from './kustomize.ts';

const script = join(import.meta.dirname, 'release-finalizers.sh');

describe.skipIf(!kubectlIsInstalled)('an installation', () => {
  let lab: TestServer;
  let manifests: string;
  beforeAll(async () => {
    lab = await startTestServer();
    // the lab does not serve NetworkPolicies
    const items = render('kubectl', 'overlays/default').filter(({ kind }) => kind !== 'NetworkPolicy');
    manifests = await lab.file('rendered.json', { apiVersion: 'v1', kind: 'List', items });
  }, 60_000);
  afterAll(() => lab.stop());

  const release = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const env = {
        PATH: process.env['PATH'],
        HOME: dirname(manifests),
        KUBECONFIG: join(dirname(manifests), 'kubeconfig'),
      };
      execFile('sh', [script, ...args], { env }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
    });
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await lab.kubectl(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  const finalizersOf = (): string[] =>
    lab.store.get(lab.definition('wekaclusters'), 'default', 'held').metadata.finalizers ?? [];

  it('is applied by kubectl in one go, and a second time changes nothing', async () => {
    expect(await run('apply', '-f', manifests)).toContain('deployment.apps/weka-metacontroller created');
    expect(await run('diff', '-f', manifests)).toBe('');
  }, 120_000);

  it('warns whoever applies what nothing acts on, and refuses nothing', async () => {
    const prefix = (kinds: string): string =>
      ['ValidatingAdmissionPolicy', 'binding']
        .map((what) => `${what} '${kinds}-not-supported.weka.weka.io'`)
        .join(' with ');
    const metadata = { name: 'warned', namespace: 'default' };
    const apiVersion = 'weka.weka.io/v1alpha1';
    const cluster = (spec: object) =>
      lab.file('warned.json', { apiVersion, kind: 'WekaCluster', metadata, spec: { image: 'weka:4.4.2', ...spec } });
    const fields = { csiConfig: {}, overrides: { upgradePaused: true }, dynamicTemplate: { driveCapacity: 500 } };
    expect(await lab.kubectl(['apply', '-f', await cluster(fields)])).toMatchObject({
      code: 0,
      stdout: 'wekacluster.weka.weka.io/warned created\n',
      stderr: [
        'spec.dynamicTemplate.driveCapacity is refused by this release: leave it out, until then nothing is built or changed',
        'spec.csiConfig has no effect in this release: leave it out',
        'spec.overrides.upgradePaused has no effect in this release: leave it out',
      ]
        .map((text) => `Warning: Validation failed for ${prefix('wekaclusters')}: ${text}\n`)
        .join(''),
    });
    expect(await run('label', 'wekacluster', 'warned', 'a=b')).toContain('labeled');
    expect(await run('apply', '-f', await cluster({ overrides: { paused: true } }))).toContain('configured');
    const policy = {
      apiVersion,
      kind: 'WekaPolicy',
      metadata,
      spec: { type: 'discover-drives', payload: { discoverDrivesPayload: {} } },
    };
    const { code, stderr } = await lab.kubectl(['apply', '-f', await lab.file('policy.json', policy)]);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `Warning: Validation failed for ${prefix('wekapolicies')}: this release does not act on WekaPolicy objects: nothing comes of it\n`,
    });
    await run('delete', 'wekacluster/warned', 'wekapolicy/warned');
  }, 60_000);

  describe('whose controllers were deleted before its objects', () => {
    const finalizers = ['example.io/other', 'metacontroller.io/compositecontroller-wekacluster'];
    beforeAll(() => {
      lab.store.create(lab.definition('wekaclusters'), 'default', {
        apiVersion: 'weka.weka.io/v1alpha1',
        kind: 'WekaCluster',
        metadata: { name: 'held', finalizers },
        spec: { template: 'dynamic', image: 'weka:4.4.2', nodeSelector: {}, dynamicTemplate: {} },
      });
    });

    it('is left alone by the script while the controller is there', async () => {
      const { code, stdout, stderr } = await release('--yes');
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
      expect(stderr).toContain('compositecontroller wekacluster is still there');
      expect(finalizersOf()).toEqual(finalizers);
    });

    it('is told what would be released, then loses our finalizer and no other', async () => {
      await run('delete', 'compositecontroller', '--all');
      expect(await release()).toEqual({ code: 0, stdout: 'would release wekaclusters default/held\n', stderr: '' });
      expect(finalizersOf()).toEqual(finalizers);
      expect(await release('--yes')).toEqual({
        code: 0,
        stdout: 'wekacluster.weka.weka.io/held patched\n',
        stderr: '',
      });
      expect(finalizersOf()).toEqual(['example.io/other']);
      expect(await release('--yes')).toEqual({ code: 0, stdout: '', stderr: '' });
    });
  });
});

describe('the script that releases finalizers', () => {
  it('knows every controller that has a finalize hook', () => {
    const parents = /^parents='(.*)'$/m.exec(readFileSync(script, 'utf8'))?.[1]?.split(' ').sort();
    const held = deployedSystems()
      .flatMap(({ controllers }) => controllers)
      .flatMap(({ metadata, spec: { hooks, parentResource } }) =>
        'finalize' in hooks && parentResource !== undefined
          ? [`${parentResource.resource}.${groupOf(parentResource)}/${metadata.name}`]
          : [],
      );
    expect(parents).toEqual(held.sort());
  });
});
