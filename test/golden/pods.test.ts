/**
 * Golden pods: `pods/<case>.json` is `{about, input, pod}`. Set UPDATE_GOLDEN=1 to write the pods anew, and read the diff.
 * With KUBECONFIG_TEST a real API server is asked as well whether it would change anything of them.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeIssues, type Parsed } from '../../hooks/core/api/parse.ts';
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { parseWekaContainer, parseWekaNode } from '../../hooks/weka/api/index.ts';
import { operatorConfig } from '../../hooks/weka/config.ts';
import { configurationHash } from '../../hooks/weka/container/pod/hash.ts';
import { buildHelperPod } from '../../hooks/weka/container/pod/helper-pod.ts';
import { buildPod } from '../../hooks/weka/container/pod/pod.ts';
import { ApiServer } from '../api-server.ts';
import { formatJson } from '../format-json.ts';
import { serverChanges } from '../server-changes.ts';

interface Golden {
  about: string;
  input: {
    container: unknown;
    node?: unknown;
    nodeName?: string;
    allocation?: { wekaPort?: number; agentPort?: number };
    clusterUid?: string;
    joinIpPorts?: string[];
    settings?: Record<string, unknown>;
    helper?:
      | { kind: 'probe-lock' }
      | {
          kind: 'clean-up';
          resignSerials: string[];
          cleanedFor: string;
          clusterGuid?: string;
          cleanDirectory: boolean;
        };
  };
  pod: KubernetesObject;
}

const directory = join(import.meta.dirname, 'pods');
const names = readdirSync(directory).filter((name) => name.endsWith('.json'));
const read = (name: string): Golden => JSON.parse(readFileSync(join(directory, name), 'utf8')) as Golden;

function parsed<Value>(result: Parsed<Value>): Value {
  if (!result.ok) throw new Error(describeIssues(result.issues));
  return result.value;
}

function build({ input }: Golden): KubernetesObject {
  const config = operatorConfig.parse(input.settings ?? {});
  const container = parsed(parseWekaContainer(input.container));
  const node = input.node === undefined ? undefined : parsed(parseWekaNode(input.node));
  const { helper, nodeName } = input;
  if (helper !== undefined)
    return buildHelperPod({ madeFor: 'any', ...helper, container, node, nodeName: nodeName ?? '', config });
  const { allocation, clusterUid, joinIpPorts } = input;
  const configHash = configurationHash(container, config.podConfigVersion);
  const wish = buildPod({ container, node, nodeName, allocation, clusterUid, joinIpPorts, config, configHash });
  if ('refused' in wish) throw new Error(wish.refused);
  return wish.pod;
}

describe('golden pods', () => {
  it.each(names)('%s', (name) => {
    const golden = read(name);
    const pod = build(golden);
    if (process.env['UPDATE_GOLDEN'] !== undefined)
      writeFileSync(join(directory, name), `${formatJson({ ...golden, pod })}\n`);
    expect(pod).toEqual(read(name).pod);
  });
});

const kubeconfig = process.env['KUBECONFIG_TEST'];

describe.runIf(kubeconfig !== undefined)('a real API server', () => {
  it.each(names)('changes nothing of %s', async (name) => {
    const server = new ApiServer(kubeconfig ?? '');
    const pod = build(read(name));
    // priority classes and service accounts come with the deployment
    const spec = {
      ...(pod['spec'] as Record<string, unknown>),
      priorityClassName: undefined,
      serviceAccountName: undefined,
    };
    const wished = JSON.parse(JSON.stringify({ ...pod, spec })) as unknown;
    const live = await server.send('POST', '/api/v1/namespaces/default/pods?dryRun=All', wished);
    expect(serverChanges(wished, live)).toEqual([]);
  });
});
