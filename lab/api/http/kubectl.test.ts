/** Stock kubectl against the server, one verb after the other. Skipped, and counted as such, where there is no kubectl. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectlIsInstalled, startTestServer } from './server.fixture.ts';
import type { KubectlOptions, TestServer } from './server.fixture.ts';

describe.skipIf(!kubectlIsInstalled)('kubectl', () => {
  let lab: TestServer;
  beforeAll(async () => {
    lab = await startTestServer();
  });
  afterAll(async () => {
    await lab.stop();
  });

  /** The output of a command that must succeed. */
  const run = async (args: string[], options?: KubectlOptions): Promise<string> => {
    const { code, stdout, stderr } = await lab.kubectl(args, options);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  /** Columns apart by two or more blanks; ages differ from run to run and become AGE. */
  const table = (text: string): string[][] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/).map((cell) => cell.trim().replace(/^\d+[smh]$/, 'AGE')));
  const widget = (name: string, spec: object = { size: 1 }, metadata: object = {}): object => ({
    apiVersion: 'lab.example.io/v1',
    kind: 'Widget',
    metadata: { name, namespace: 'default', ...metadata },
    spec,
  });
  const createWidget = (name: string, spec?: object, metadata?: object): unknown =>
    lab.store.create(
      lab.definition('widgets'),
      'default',
      widget(name, spec, metadata) as Parameters<typeof lab.store.create>[2],
    );
  const stored = (plural: string, name: string) => lab.store.get(lab.definition(plural), 'default', name);
  const exists = (plural: string, name: string): boolean =>
    lab.store.list(lab.definition(plural), { fieldSelector: `metadata.name=${name}` }).items.length === 1;

  describe('discovery', () => {
    it('version, api-versions and cluster-info', async () => {
      expect(await run(['version'])).toContain('Server Version: v1.32.0');
      expect((await run(['api-versions'])).split('\n')).toEqual(
        expect.arrayContaining(['apps/v1', 'lab.example.io/v1', 'policy/v1', 'v1']),
      );
      expect(await run(['cluster-info'])).toContain(`running at ${lab.server.url}`);
    });

    it('api-resources names the custom kind with its short name', async () => {
      expect(table(await run(['api-resources', '--api-group=lab.example.io']))).toEqual([
        ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND'],
        ['widgets', 'wd', 'lab.example.io/v1', 'true', 'Widget'],
      ]);
    });

    it.each([
      {
        path: 'widget.spec.network',
        expected: [
          'GROUP:      lab.example.io',
          'Its network.',
          'mode\t<string>',
          'How it talks.',
          'ports\t<[]integer>',
        ],
      },
      { path: 'wd.spec', expected: ['size\t<integer> -required-', 'network\t<Object>'] },
      { path: 'pod.spec.containers.ports', expected: ['containerPort\t<integer>'] },
      { path: 'pdb.spec', expected: ['minAvailable\t<IntOrString>', 'selector\t<LabelSelector>'] },
      { path: 'widget.metadata', expected: ['ownerReferences\t<[]OwnerReference>'] },
    ])('explain $path', async ({ path, expected }) => {
      const output = await run(['explain', path]);
      for (const text of expected) expect(output).toContain(text);
    });

    it('auth can-i and whoami', async () => {
      expect(await run(['auth', 'can-i', 'delete', 'pods'])).toBe('yes\n');
      expect(await run(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}'])).toBe('lab');
    });
  });

  describe('apply and create', () => {
    it('applies, applies again with a change and a removal, then finds nothing to do', async () => {
      expect(
        await run([
          'apply',
          '-f',
          await lab.file('a.yaml', widget('applied', { size: 1, network: { mode: 'a', ports: [1, 2] } })),
        ]),
      ).toBe('widget.lab.example.io/applied created\n');
      const second = await lab.file('a.yaml', widget('applied', { size: 2, network: { ports: [3] } }));
      expect(await run(['apply', '-f', second])).toBe('widget.lab.example.io/applied configured\n');
      expect(stored('widgets', 'applied')['spec']).toEqual({ size: 2, network: { ports: [3] } });
      expect(await run(['apply', '-f', second])).toBe('widget.lab.example.io/applied unchanged\n');
    });

    it('applies a list of a built-in kind by merge keys', async () => {
      const pod = (tolerations: object[]): object => ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'merged', namespace: 'default' },
        spec: { containers: [{ name: 'main', image: 'lab/image:1' }], tolerations },
      });
      await run(['apply', '-f', await lab.file('p.yaml', pod([]))]);
      expect(await run(['apply', '-f', await lab.file('p.yaml', pod([{ key: 'a', operator: 'Exists' }]))])).toBe(
        'pod/merged configured\n',
      );
      expect(stored('pods', 'merged')['spec']).toMatchObject({
        tolerations: expect.arrayContaining([{ key: 'a', operator: 'Exists' }]) as unknown,
      });
    });

    it.each([
      {
        name: 'an unknown field of a custom kind',
        object: widget('bad', { size: 1, sise: 2 }),
        message: 'strict decoding error: unknown field "spec.sise"',
      },
      {
        name: 'an unknown field of a built-in kind',
        object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'bad', namespace: 'default' }, dat: {} },
        message: 'strict decoding error: unknown field "dat"',
      },
      {
        name: 'a wrong type in a built-in kind',
        object: {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'bad', namespace: 'default' },
          data: { a: 1 },
        },
        message: 'cannot unmarshal number into Go struct field ConfigMap.data of type string',
      },
      {
        name: 'a value out of bounds',
        object: widget('bad', { size: 0 }),
        message: 'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
      },
      {
        name: 'a missing namespace',
        object: { ...widget('bad'), metadata: { name: 'bad', namespace: 'nowhere' } },
        message: 'namespaces "nowhere" not found',
      },
    ])('refuses $name', async ({ object, message }) => {
      const { code, stderr } = await lab.kubectl(['apply', '-f', await lab.file('bad.yaml', object)]);
      expect(code).toBe(1);
      expect(stderr).toContain(message);
    });

    it('warns of unknown fields with --validate=warn and drops them', async () => {
      const { code, stderr } = await lab.kubectl([
        'create',
        '--validate=warn',
        '-f',
        await lab.file('w.yaml', widget('warned', { size: 1, sise: 2 })),
      ]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: 'Warning: unknown field "spec.sise"\n' });
      expect(stored('widgets', 'warned')['spec']).toEqual({ size: 1 });
    });

    it('prints what admission policies warn of, also of a dry run and with what is refused', async () => {
      const admissionVersion = 'admissionregistration.k8s.io/v1';
      const bound = (name: string, action: string, expression: string, message: string): object[] => [
        {
          apiVersion: admissionVersion,
          kind: 'ValidatingAdmissionPolicy',
          metadata: { name },
          spec: {
            matchConstraints: {
              resourceRules: [
                {
                  apiGroups: ['lab.example.io'],
                  apiVersions: ['v1'],
                  operations: ['CREATE', 'UPDATE'],
                  resources: ['widgets'],
                },
              ],
            },
            validations: [{ expression, message }],
          },
        },
        {
          apiVersion: admissionVersion,
          kind: 'ValidatingAdmissionPolicyBinding',
          metadata: { name },
          spec: { policyName: name, validationActions: [action] },
        },
      ];
      const items = [
        ...bound('big', 'Warn', 'object.spec.size < 100', 'spec.size: "100" is much'),
        ...bound('huge', 'Deny', 'object.spec.size < 1000', 'spec.size is too much'),
      ];
      const file = await lab.file('policies.yaml', { apiVersion: 'v1', kind: 'List', items });
      await run(['apply', '-f', file]);
      expect(await run(['diff', '-f', file])).toBe('');
      expect(await run(['get', 'validatingadmissionpolicies,validatingadmissionpolicybindings'])).toMatch(
        /NAME +VALIDATIONS +PARAMKIND +AGE\n\S+\/big +1 +<unset>[\s\S]*NAME +POLICYNAME +PARAMREF +AGE\n\S+\/big +big +<unset>/,
      );
      const warning = `Warning: Validation failed for ValidatingAdmissionPolicy 'big' with binding 'big': spec.size: "100" is much\n`;
      const apply = async (size: number, ...more: string[]) =>
        lab.kubectl(['apply', ...more, '-f', await lab.file('w.yaml', widget('large', { size }))]);
      expect((await apply(100, '--dry-run=server')).stderr).toBe(warning);
      expect(await apply(99)).toMatchObject({ code: 0, stderr: '' });
      expect(await apply(100)).toMatchObject({ code: 0, stderr: warning });
      const { code, stderr } = await apply(1000);
      expect(code).toBe(1);
      expect(stderr).toContain(warning);
      expect(stderr).toContain(
        "The widgets \"large\" is invalid: : ValidatingAdmissionPolicy 'huge' with binding 'huge' denied request: spec.size is too much",
      );
      await run(['delete', '-f', file]);
      expect(await apply(1000)).toMatchObject({ code: 0, stderr: '' });
    });

    it('creates nothing in a server dry run', async () => {
      expect(await run(['create', '--dry-run=server', '-f', await lab.file('d.yaml', widget('dry'))])).toBe(
        'widget.lab.example.io/dry created (server dry run)\n',
      );
      expect(exists('widgets', 'dry')).toBe(false);
    });

    it('creates by the commands that send protobuf', async () => {
      await run(['create', 'namespace', 'made']);
      await run(['create', 'configmap', 'made', '--from-literal=key=value']);
      await run(['create', 'secret', 'generic', 'made', '--from-literal=key=value']);
      await run(['create', 'serviceaccount', 'made']);
      expect(exists('namespaces', 'made') && exists('serviceaccounts', 'made')).toBe(true);
      expect(stored('configmaps', 'made')['data']).toEqual({ key: 'value' });
      expect(stored('secrets', 'made')).toMatchObject({ type: 'Opaque', data: { key: 'dmFsdWU=' } });
    });

    it('diff shows what apply would change', async () => {
      createWidget('differs');
      const { code, stdout } = await lab.kubectl([
        'diff',
        '-f',
        await lab.file('x.yaml', widget('differs', { size: 9 })),
      ]);
      expect(code).toBe(1);
      expect(stdout).toMatch(/-\s+size: 1\n\+\s+size: 9/);
    });
  });

  describe('get and describe', () => {
    beforeAll(() => {
      createWidget('shown', { size: 3, network: { mode: 'b' } }, { labels: { show: 'me' } });
      lab.store.patch(
        lab.definition('widgets'),
        'default',
        'shown',
        'application/merge-patch+json',
        { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
        'status',
      );
      const pod = lab.readyPod('shown', { show: 'me' });
      const { uid = '' } = pod.metadata;
      const event = {
        apiVersion: 'v1',
        kind: 'Event',
        reason: 'Started',
        message: 'It started',
        type: 'Normal',
        count: 2,
        source: { component: 'kubelet' },
      };
      const times = { firstTimestamp: new Date().toISOString(), lastTimestamp: new Date().toISOString() };
      lab.store.create(lab.definition('events'), 'default', {
        ...event,
        ...times,
        metadata: { name: 'shown.1', namespace: 'default' },
        involvedObject: { apiVersion: 'v1', kind: 'Pod', name: 'shown', namespace: 'default', uid },
      });
      const widgetUid = stored('widgets', 'shown').metadata.uid ?? '';
      lab.store.create(lab.definition('events'), 'default', {
        ...event,
        ...times,
        metadata: { name: 'shown.2', namespace: 'default' },
        reason: 'Grown',
        involvedObject: {
          apiVersion: 'lab.example.io/v1',
          kind: 'Widget',
          name: 'shown',
          namespace: 'default',
          uid: widgetUid,
        },
      });
    });

    it.each([
      {
        args: ['widgets', '-l', 'show=me'],
        rows: [
          ['NAME', 'SIZE', 'READY', 'AGE'],
          ['shown', '3', 'True', 'AGE'],
        ],
      },
      {
        args: ['wd', 'shown', '-o', 'wide'],
        rows: [
          ['NAME', 'SIZE', 'READY', 'MODE', 'AGE'],
          ['shown', '3', 'True', 'b', 'AGE'],
        ],
      },
      {
        args: ['wd', '-A', '-l', 'show=me'],
        rows: [
          ['NAMESPACE', 'NAME', 'SIZE', 'READY', 'AGE'],
          ['default', 'shown', '3', 'True', 'AGE'],
        ],
      },
      {
        args: ['wd', '-l', 'show=me', '--show-labels'],
        rows: [
          ['NAME', 'SIZE', 'READY', 'AGE', 'LABELS'],
          ['shown', '3', 'True', 'AGE', 'show=me'],
        ],
      },
      {
        args: ['pods', '-l', 'show=me'],
        rows: [
          ['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE'],
          ['shown', '1/1', 'Running', '0', 'AGE'],
        ],
      },
      {
        args: ['pod', 'shown', '-o', 'wide'],
        rows: [
          ['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE', 'IP', 'NODE', 'NOMINATED NODE', 'READINESS GATES'],
          ['shown', '1/1', 'Running', '0', 'AGE', '10.1.2.3', 'node-1', '<none>', '<none>'],
        ],
      },
      {
        args: ['nodes'],
        rows: [
          ['NAME', 'STATUS', 'ROLES', 'AGE', 'VERSION'],
          ['node-1', 'Ready', 'worker', 'AGE', 'v1.32.0'],
        ],
      },
      {
        args: ['namespace', 'default'],
        rows: [
          ['NAME', 'STATUS', 'AGE'],
          ['default', 'Active', 'AGE'],
        ],
      },
      {
        args: ['events', '--field-selector=reason=Started'],
        rows: [
          ['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'],
          ['AGE', 'Normal', 'Started', 'pod/shown', 'It started'],
        ],
      },
    ])('get $args', async ({ args, rows }) => {
      expect(table(await run(['get', ...args]))).toEqual(rows);
    });

    it('get several kinds at once', async () => {
      const output = await run(['get', 'widgets,pods', '-l', 'show=me']);
      expect(output).toMatch(/widget\.lab\.example\.io\/shown +3 +True[^]*pod\/shown +1\/1 +Running/);
    });

    it('get in other formats', async () => {
      expect(await run(['get', 'wd', 'shown', '-o', 'name'])).toBe('widget.lab.example.io/shown\n');
      expect(await run(['get', 'wd', 'shown', '-o', 'jsonpath={.spec.network.mode}'])).toBe('b');
      expect(await run(['get', 'wd', 'shown', '-o', 'yaml'])).toContain('spec:\n  network:\n    mode: b\n  size: 3\n');
      expect(JSON.parse(await run(['get', 'pods', '-l', 'show=me', '-o', 'json']))).toMatchObject({
        kind: 'List',
        items: [{ kind: 'Pod', metadata: { name: 'shown' } }],
      });
      expect(
        await run([
          'get',
          'wd',
          '-l',
          'show=me',
          '--sort-by=.spec.size',
          '-o',
          'custom-columns=N:.metadata.name',
          '--no-headers',
        ]),
      ).toBe('shown\n');
    });

    it('get --watch shows changes as they come', async () => {
      createWidget('watched', { size: 1 }, { labels: { watch: 'me' } });
      const watch = lab.startKubectl([
        'get',
        'wd',
        '-l',
        'watch=me',
        '-w',
        '-o',
        'custom-columns=S:.spec.size',
        '--no-headers',
      ]);
      await watch.until(/1\n/);
      lab.store.patch(lab.definition('widgets'), 'default', 'watched', 'application/merge-patch+json', {
        spec: { size: 77 },
      });
      expect(await watch.until(/77\n/)).toBe('1\n77\n');
      watch.kill();
      const tableWatch = lab.startKubectl(['get', 'wd', '-l', 'watch=me', '-w', '--output-watch-events']);
      await tableWatch.until(/watched/);
      lab.store.delete(lab.definition('widgets'), 'default', 'watched');
      expect(await tableWatch.until(/DELETED.*\n/)).toMatch(/DELETED +watched +77/);
      tableWatch.kill();
    });

    it.each([
      { what: ['pod', 'shown'], expected: [/^Node: +node-1/m, /Started +\S+ \(x2 over \S+\) +kubelet +It started/] },
      { what: ['widget', 'shown'], expected: [/Size: +3/, /Grown +\S+ \(x2 over \S+\) +kubelet +It started/] },
      { what: ['node', 'node-1'], expected: [/Roles: +worker/, /default +shown +0 \(0%\)/] },
    ])('describe $what', async ({ what, expected }) => {
      const output = await run(['describe', ...what]);
      for (const pattern of expected) expect(output).toMatch(pattern);
    });
  });

  describe('changes', () => {
    beforeAll(() => createWidget('changed'));
    const spec = (): unknown => stored('widgets', 'changed')['spec'];

    it('patch, merge and JSON', async () => {
      await run(['patch', 'wd', 'changed', '--type=merge', '-p', '{"spec":{"size":2}}']);
      expect(spec()).toEqual({ size: 2 });
      await run(['patch', 'wd', 'changed', '--type=json', '-p', '[{"op":"replace","path":"/spec/size","value":3}]']);
      expect(spec()).toEqual({ size: 3 });
    });

    it('patch of the status subresource leaves the spec alone', async () => {
      await run([
        'patch',
        'wd',
        'changed',
        '--subresource=status',
        '--type=merge',
        '-p',
        '{"spec":{"size":99},"status":{"phase":"Set"}}',
      ]);
      expect(stored('widgets', 'changed')).toMatchObject({ spec: { size: 3 }, status: { phase: 'Set' } });
    });

    it('edit with an editor', async () => {
      expect(await run(['edit', 'wd', 'changed'], { env: { EDITOR: 'sed -i s/size:.3/size:\\ 4/' } })).toBe(
        'widget.lab.example.io/changed edited\n',
      );
      expect(spec()).toEqual({ size: 4 });
    });

    it('replace', async () => {
      expect(await run(['replace', '-f', await lab.file('r.yaml', widget('changed', { size: 5 }))], {})).toBe(
        'widget.lab.example.io/changed replaced\n',
      );
    });

    it('label and annotate, and take both away', async () => {
      await run(['label', 'wd', 'changed', 'a=b']);
      await run(['annotate', 'wd', 'changed', 'c=d']);
      expect(stored('widgets', 'changed').metadata).toMatchObject({ labels: { a: 'b' }, annotations: { c: 'd' } });
      await run(['label', 'wd', 'changed', 'a-']);
      expect(stored('widgets', 'changed').metadata.labels ?? {}).toEqual({});
    });

    it('cordon, uncordon and taint a node', async () => {
      const node = (): unknown => lab.store.get(lab.definition('nodes'), undefined, 'node-1')['spec'];
      await run(['cordon', 'node-1']);
      expect(node()).toMatchObject({ unschedulable: true });
      await run(['uncordon', 'node-1']);
      expect(node()).not.toMatchObject({ unschedulable: true });
      await run(['taint', 'node', 'node-1', 'key=value:NoSchedule']);
      expect(node()).toMatchObject({ taints: [{ key: 'key', value: 'value', effect: 'NoSchedule' }] });
      await run(['taint', 'node', 'node-1', 'key-']);
      expect((node() as { taints?: unknown[] }).taints ?? []).toEqual([]);
    });
  });

  describe('wait', () => {
    it.each([
      {
        name: 'a condition',
        flag: '--for=condition=Ready',
        change: { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
        subresource: 'status',
      },
      {
        name: 'a JSON path',
        flag: '--for=jsonpath={.spec.size}=8',
        change: { spec: { size: 8 } },
        subresource: undefined,
      },
    ])('for $name', async ({ flag, change, subresource }) => {
      const name = subresource === undefined ? 'waited-path' : 'waited-condition';
      createWidget(name);
      const waiting = lab.kubectl(['wait', flag, `wd/${name}`, '--timeout=20s']);
      lab.clock.after(400, () =>
        lab.store.patch(
          lab.definition('widgets'),
          'default',
          name,
          'application/merge-patch+json',
          change,
          subresource,
        ),
      );
      expect(await waiting).toMatchObject({ code: 0, stdout: `widget.lab.example.io/${name} condition met\n` });
    });

    it('for the deletion of an object', async () => {
      createWidget('waited-deletion');
      const waiting = lab.kubectl(['wait', '--for=delete', 'wd/waited-deletion', '--timeout=20s']);
      lab.clock.after(400, () => lab.store.delete(lab.definition('widgets'), 'default', 'waited-deletion'));
      expect((await waiting).code).toBe(0);
    });

    it('gives up in time', async () => {
      createWidget('waited-in-vain');
      const { code, stderr } = await lab.kubectl([
        'wait',
        '--for=condition=Ready',
        'wd/waited-in-vain',
        '--timeout=1s',
      ]);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: 'error: timed out waiting for the condition on widgets/waited-in-vain\n',
      });
    });
  });

  describe('delete', () => {
    const owned = (owner: string): void => {
      createWidget(owner);
      const { uid = '' } = stored('widgets', owner).metadata;
      createWidget(
        `${owner}-child`,
        { size: 1 },
        {
          ownerReferences: [
            {
              apiVersion: 'lab.example.io/v1',
              kind: 'Widget',
              name: owner,
              uid,
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        },
      );
    };

    it.each([
      { cascade: 'background', childRemains: false },
      { cascade: 'foreground', childRemains: false },
      { cascade: 'orphan', childRemains: true },
    ])('--cascade=$cascade', async ({ cascade, childRemains }) => {
      owned(cascade);
      expect(await run(['delete', 'wd', cascade, `--cascade=${cascade}`])).toContain(`"${cascade}" deleted`);
      expect(exists('widgets', cascade)).toBe(false);
      lab.store.collectGarbage();
      expect(exists('widgets', `${cascade}-child`)).toBe(childRemains);
    });

    it('of a held object returns at once with --wait=false, and otherwise waits for the last finalizer', async () => {
      createWidget('held', { size: 1 }, { finalizers: ['lab.example.io/hold'] });
      await run(['delete', 'wd', 'held', '--wait=false']);
      expect(stored('widgets', 'held').metadata.deletionTimestamp).toBeDefined();
      const waiting = lab.kubectl(['delete', 'wd', 'held']);
      lab.clock.after(400, () =>
        lab.store.patch(lab.definition('widgets'), 'default', 'held', 'application/merge-patch+json', {
          metadata: { finalizers: null },
        }),
      );
      expect((await waiting).code).toBe(0);
      expect(exists('widgets', 'held')).toBe(false);
    });

    it('of a pod takes its grace period, the given one or none', async () => {
      lab.readyPod('graceful');
      await run(['delete', 'pod', 'graceful', '--wait=false']);
      expect(stored('pods', 'graceful').metadata.deletionGracePeriodSeconds).toBe(5);
      await run(['delete', 'pod', 'graceful', '--wait=false', '--grace-period=2']);
      expect(stored('pods', 'graceful').metadata.deletionGracePeriodSeconds).toBe(2);
      expect(table(await run(['get', 'pod', 'graceful']))[1]).toEqual(['graceful', '1/1', 'Terminating', '0', 'AGE']);
      await run(['delete', 'pod', 'graceful', '--force', '--grace-period=0']);
      expect(exists('pods', 'graceful')).toBe(false);
    });

    it('of all that a selector finds', async () => {
      createWidget('many-1', { size: 1 }, { labels: { many: 'yes' } });
      createWidget('many-2', { size: 1 }, { labels: { many: 'yes' } });
      await run(['delete', 'wd', '-l', 'many=yes']);
      expect(exists('widgets', 'many-1') || exists('widgets', 'many-2')).toBe(false);
    });

    it('drain asks the disruption budgets', async () => {
      lab.store.create(lab.definition('nodes'), undefined, {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'node-2' },
      });
      const onNode2 = (name: string): void => {
        lab.store.create(lab.definition('pods'), 'default', {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name, namespace: 'default', labels: { drained: 'yes' } },
          spec: {
            nodeName: 'node-2',
            terminationGracePeriodSeconds: 0,
            containers: [{ name: 'main', image: 'lab/image:1' }],
          },
        });
        lab.store.patch(
          lab.definition('pods'),
          'default',
          name,
          'application/merge-patch+json',
          { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
          'status',
        );
      };
      onNode2('drained-1');
      onNode2('drained-2');
      await run([
        'apply',
        '-f',
        await lab.file('pdb.yaml', {
          apiVersion: 'policy/v1',
          kind: 'PodDisruptionBudget',
          metadata: { name: 'keep-one', namespace: 'default' },
          spec: { minAvailable: 1, selector: { matchLabels: { drained: 'yes' } } },
        }),
      ]);
      const { code, stderr } = await lab.kubectl(['drain', 'node-2', '--force', '--timeout=2s']);
      expect(code).toBe(1);
      expect(stderr).toContain("Cannot evict pod as it would violate the pod's disruption budget.");
      expect(lab.store.list(lab.definition('pods'), { labelSelector: 'drained=yes' }).items).toHaveLength(1);
    });
  });

  describe('exec and logs', () => {
    beforeAll(() => void lab.readyPod('runs'));

    it('exec gives stdout and the exit code', async () => {
      expect(await lab.kubectl(['exec', 'runs', '--', 'echo', 'two words'])).toEqual({
        code: 0,
        stdout: 'main: echo two words\n',
        stderr: '',
      });
      expect(await lab.kubectl(['exec', 'runs', '--', 'fail', '7'])).toEqual({
        code: 7,
        stdout: '',
        stderr: 'it failed\ncommand terminated with exit code 7\n',
      });
    });

    it('exec -i hands stdin over', async () => {
      const stdin = 'line\n'.repeat(20_000);
      expect(await run(['exec', '-i', 'runs', '--', 'cat'], { stdin })).toBe(stdin);
    });

    it.each([
      { name: 'a missing pod', args: ['no-pod', '--', 'x'], message: 'pods "no-pod" not found' },
      {
        name: 'a missing container',
        args: ['runs', '-c', 'other', '--', 'x'],
        message: 'container other is not valid for pod runs',
      },
      { name: 'a program that cannot be started', args: ['runs', '--', 'missing'], message: 'no such program' },
    ])('exec says that there is $name', async ({ args, message }) => {
      const { code, stderr } = await lab.kubectl(['exec', ...args]);
      expect(code).toBe(1);
      expect(stderr).toContain(message);
    });

    it('logs, the last lines of them, and with -f what follows', async () => {
      expect(await run(['logs', 'runs'])).toBe('first\nsecond\n');
      expect(await run(['logs', 'runs', '--tail=1'])).toBe('second\n');
      const following = lab.startKubectl(['logs', '-f', 'runs']);
      await following.until(/second\n/);
      lab.log('third');
      await following.until(/third\n/);
      lab.log(undefined);
      expect(await following.end).toEqual({ code: 0, stdout: 'first\nsecond\nthird\n', stderr: '' });
    });
  });

  it.each([
    { args: ['apply', '--server-side', '-f', 'FILE'], message: 'server-side apply is not served' },
    { args: ['port-forward', 'refused', '8080'], message: 'port-forward is not served' },
    { args: ['attach', 'refused'], message: 'attach is not served' },
    { args: ['logs', 'refused', '--timestamps'], message: 'log lines of the lab carry no time' },
    {
      args: ['create', 'deployment', 'refused', '--image=x'],
      message: 'objects of this kind are not accepted as protobuf',
    },
    { args: ['create', 'token', 'default'], message: 'tokens of service accounts are not served' },
  ])('$args is refused with a reason', async ({ args, message }) => {
    if (!exists('pods', 'refused')) lab.readyPod('refused');
    const file = await lab.file('refused.yaml', widget('refused'));
    const { code, stderr } = await lab.kubectl(args.map((argument) => (argument === 'FILE' ? file : argument)));
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });
});
