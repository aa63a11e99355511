/** What is decided about Secrets and credentials, on the golden requests with other owners, other answers and other moments. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition } from '../../hooks/core/conditions.ts';
import type { Decision, Fact, HookRequest, Json, Observation, Operation } from '../../hooks/core/contract.ts';
import { answerHook } from '../../hooks/server/hook.ts';

const golden = (name: string): HookRequest =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, `../golden/wekacluster/${name}.request.json`), 'utf8'),
  ) as HookRequest;
const ready = golden('19-ready');
const ending = golden('48-the-secrets-are-deleted-last-and-only-its-own');
const decide = (request: HookRequest): Decision =>
  answerHook('wekacluster', request.finalizing ? 'finalize' : 'sync', request) as Decision;
const observe = (request: HookRequest): Observation[] => answerHook('wekacluster', 'observe', request) as Observation[];
const conditions = ({ status }: Decision): Condition[] => status['conditions'] as unknown as Condition[];
const condition = (decision: Decision, type: string): Condition | undefined =>
  conditions(decision).find((one) => one.type === type);

const secretNames = ['weka-operator-uid-of-demo', 'weka-cluster-demo', 'weka-client-demo', 'weka-csi-demo'] as const;
type SecretName = (typeof secretNames)[number];

function withFacts(request: HookRequest, change: (id: string, fact: Fact) => Fact | undefined): HookRequest {
  const facts = Object.entries(request.observed.facts).flatMap(([id, fact]) => {
    const changed = change(id, fact);
    return changed === undefined ? [] : [[id, changed] as const];
  });
  return { ...request, observed: { ...request.observed, facts: Object.fromEntries(facts) } };
}

interface Ownership {
  ownerUid?: string;
  referenced?: boolean;
}

/** The request with these owners of its Secrets; undefined: the Secret is not there. */
function owned(request: HookRequest, owners: Record<string, Ownership | undefined>): HookRequest {
  return withFacts(request, (id, fact) => {
    const name = secretNames.find((one) => id === `secret.keys default/${one}`);
    if (name === undefined) return fact;
    const owner = owners[name];
    if (owner === undefined) return { observedAt: fact.observedAt, value: { exists: false } };
    const rest = Object.fromEntries(
      Object.entries(fact.value as Record<string, Json>).filter(([key]) => key !== 'ownerUid' && key !== 'referenced'),
    );
    return {
      ...fact,
      value: {
        ...rest,
        ...(owner.ownerUid === undefined ? {} : { ownerUid: owner.ownerUid }),
        ...(owner.referenced === true ? { referenced: true } : {}),
      },
    };
  });
}

/** The Secrets that operations would write, delete, or give to weka. */
const named = (operations: Operation[]): string[] =>
  operations.flatMap(({ kind, target, args }) => {
    const parameters = args['parameters'] as { password?: { name: string } } | undefined;
    const secret = args['secret'] as { name: string } | undefined;
    return [
      ...(kind.startsWith('secret.') ? [target.name] : []),
      parameters?.password?.name ?? '',
      secret?.name ?? '',
    ].filter((name) => name !== '');
  });

const ownership = fc.option(
  fc
    .record({ ownerUid: fc.constantFrom('uid-of-demo', 'uid-of-an-older-demo', 'uid-of-demo-2') }, { requiredKeys: [] })
    .chain((owner) =>
      fc.boolean().map((referenced): Ownership => (owner.ownerUid === undefined ? {} : { ...owner, referenced })),
    ),
  { nil: undefined },
);
const owners = fc.record(
  Object.fromEntries(secretNames.map((name) => [name, ownership])) as Record<SecretName, typeof ownership>,
);
const isOurs = (name: string, owner: Ownership | undefined): boolean =>
  owner?.ownerUid === 'uid-of-demo' || (owner !== undefined && owner.ownerUid === undefined && name === secretNames[0]);

describe('whoever owns the Secrets of these names', () => {
  it.each<[string, HookRequest]>([
    ['of a cluster that is Ready', ready],
    ['of a cluster that ends', ending],
  ])('%s, nothing is done with those of others', (_name, request) => {
    fc.assert(
      fc.property(owners, (given) => {
        const foreign = secretNames.filter((name) => given[name] !== undefined && !isOurs(name, given[name]));
        const decision = decide(owned(request, given));
        expect(named(decision.operations).filter((name) => (foreign as string[]).includes(name))).toEqual([]);
        for (const { args } of observe(owned(request, given)))
          expect(foreign).not.toContain((args['secret'] as { name?: string } | undefined)?.name);
      }),
    );
  });

  it("the first that is not the cluster's is named with its owner", () => {
    fc.assert(
      fc.property(owners, (given) => {
        const decision = decide(owned(ready, given));
        const taken = conditions(decision)
          .filter(({ reason }) => reason === 'NameTaken')
          .map(({ message }) => message)
          .join(' ');
        const first = (['weka-operator-uid-of-demo', 'weka-cluster-demo'] as const).filter(
          (name) => given[name] !== undefined && !isOurs(name, given[name]),
        );
        for (const name of first) expect(taken).toContain(`Secret ${name} exists`);
        for (const name of first) expect(taken).toContain(given[name]?.ownerUid ?? 'names no owner');
      }),
    );
  });

  it('an owner reference of the cluster is taken off in each phase', () => {
    const given = Object.fromEntries(secretNames.map((name) => [name, { ownerUid: 'uid-of-demo', referenced: true }]));
    const kept = Object.fromEntries(secretNames.map((name) => [name, { ownerUid: 'uid-of-demo' }]));
    const paused: HookRequest = {
      ...ready,
      parent: { ...ready.parent, spec: { ...(ready.parent['spec'] as object), overrides: { paused: true } } },
    };
    const grace: HookRequest = {
      ...ready,
      parent: { ...ready.parent, metadata: { ...ready.parent.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } },
      finalizing: true,
    };
    for (const request of [ready, paused, grace]) {
      const owning = ({ operations }: Decision): string[] =>
        operations.filter(({ kind }) => kind === 'secret.own').map(({ target }) => target.name);
      expect(owning(decide(owned(request, given)))).toEqual(secretNames);
      expect(owning(decide(owned(request, kept)))).toEqual([]);
      expect(decide(owned(request, given)).operations.some(({ kind }) => kind === 'secret.delete')).toBe(false);
    }
  });

  it('the cluster is not finalized before its own are gone', () => {
    fc.assert(
      fc.property(owners, (given) => {
        const decision = decide(owned(ending, given));
        const left = secretNames.filter((name) => isOurs(name, given[name]));
        expect(decision.finalized === true && left.length > 0).toBe(false);
        expect([...new Set(named(decision.operations))].sort()).toEqual([...left].sort());
      }),
    );
  });
});

const refusal = 'exit code 1: error: Authentication failed: incorrect username or password';
const applied: Record<string, string> = {
  'weka-cluster-demo': 'ClusterSecretsApplied',
  'weka-client-demo': 'ClusterClientsSecretsApplied',
  'weka-csi-demo': 'ClusterCsiSecretsApplied',
};

/** The request in which weka answers so to the login of each Secret. */
function answering(answers: Record<string, 'accepted' | 'refused' | 'error' | 'absent'>): HookRequest {
  return withFacts(ready, (id, fact) => {
    const name = secretNames.find((one) => id.startsWith('weka.credential') && id.includes(`"${one}"`));
    const answer = name === undefined ? undefined : answers[name];
    if (answer === undefined || answer === 'accepted') return fact;
    if (answer === 'absent') return undefined;
    return answer === 'error'
      ? { observedAt: fact.observedAt, error: 'login: exit code 1: error: Connection refused' }
      : { observedAt: fact.observedAt, value: { accepted: false, message: refusal } };
  });
}
const answer = fc.constantFrom('accepted' as const, 'refused' as const, 'error' as const, 'absent' as const);
const answers = fc.record({ 'weka-cluster-demo': answer, 'weka-client-demo': answer, 'weka-csi-demo': answer });

describe('whatever weka says to the logins', () => {
  it('a credential is applied only when weka takes it, and a password is set only when weka refuses it', () => {
    fc.assert(
      fc.property(answers, (given) => {
        const { parent, ...rest } = answering(given);
        // nothing is remembered of it
        const before = conditions({ status: parent['status'] } as unknown as Decision).filter(
          ({ type }) => !Object.values(applied).includes(type),
        );
        const request = {
          ...rest,
          parent: { ...parent, status: { ...(parent['status'] as object), conditions: before } },
        };
        const decision = decide(request);
        const set = decision.operations
          .filter(({ args }) => args['command'] === 'userPassword')
          .map(({ args }) => (args['parameters'] as { password: { name: string } }).password.name);
        expect(set.sort()).toEqual(
          Object.entries(given)
            .filter(([, one]) => one === 'refused')
            .map(([name]) => name)
            .sort(),
        );
        for (const [name, one] of Object.entries(given))
          expect([name, one, condition(decision, applied[name] ?? '')?.status === 'True']).toEqual([
            name,
            one,
            one === 'accepted',
          ]);
      }),
    );
  });

  it('a password that was set and is still refused is left alone for a minute', () => {
    const request = answering({ 'weka-csi-demo': 'refused' });
    const [operation] = decide(request).operations.filter(({ args }) => args['command'] === 'userPassword');
    const after = (now: string): Decision =>
      decide({
        ...request,
        context: { ...request.context, now },
        observed: {
          ...request.observed,
          operations: { [operation?.id ?? '']: { state: 'succeeded', at: '2026-01-01T00:00:00Z' } },
        },
      });
    expect(condition(after('2026-01-01T00:00:30Z'), 'ClusterCsiSecretsApplied')).toMatchObject({
      status: 'False',
      reason: 'PasswordRefused',
    });
    expect(after('2026-01-01T00:00:30Z').operations).toEqual([]);
    expect(after('2026-01-01T00:02:00Z').operations.map(({ id }) => id)).toEqual([operation?.id]);
  });

  it.each<[string, object, string]>([
    ['without password', { keys: ['organization', 'username'] }, 'SecretIncomplete'],
    [
      'with another user name',
      {
        public: {
          username: 'somebody',
          organization: 'Root',
          scheme: 'https',
          endpoints: '10.0.0.1:35000,10.0.0.2:35000,10.0.0.1:35100',
        },
      },
      'RestoringSecret',
    ],
  ])('a Secret %s is said', (_name, change, reason) => {
    const request = withFacts(ready, (id, fact) =>
      id === 'secret.keys default/weka-csi-demo'
        ? { ...fact, value: { ...(fact.value as object), ...change } as Json }
        : fact,
    );
    expect(condition(decide(request), 'ClusterCsiSecretsApplied')).toMatchObject({ status: 'False', reason });
  });

  it.each<[string, string | undefined]>([
    ['ClusterAdmin', undefined],
    ['clusteradmin', undefined],
    ['Something new', undefined],
    ['ReadOnly', 'RoleChanged'],
    ['regular', 'RoleChanged'],
  ])('the role %s of the user of CSI is judged', (role, reason) => {
    const request = withFacts(ready, (id, fact) =>
      id.includes('"users"')
        ? {
            ...fact,
            value: (fact.value as { username: string }[]).map((user) =>
              user.username === 'wekacsidemo' ? { ...user, role } : user,
            ),
          }
        : fact,
    );
    expect(condition(decide(request), 'ClusterCsiSecretsApplied')?.reason).toBe(reason ?? 'Success');
  });
});

describe('a weka that does not answer', () => {
  const status = 'weka.query default/demo-drive-0 {"query":"status"}';
  const queries = (error: string): HookRequest =>
    withFacts(ready, (id, fact) =>
      id.startsWith('weka.query') ? (id === status ? { observedAt: fact.observedAt, error } : undefined) : fact,
    );

  /** Decides again and again, a minute apart, as Metacontroller does. */
  function minutes(request: HookRequest, count: number): Decision {
    let current = request;
    let decision = decide(current);
    for (let minute = 1; minute <= count; minute += 1) {
      const now = `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`;
      current = {
        ...current,
        parent: { ...current.parent, status: decision.status },
        context: { ...current.context, now },
      };
      // another member is asked in each minute
      const [wanted] = observe(current).filter(({ args }) => args['query'] === 'status');
      const fact = request.observed.facts[status];
      current = {
        ...current,
        observed: {
          ...current.observed,
          facts: {
            ...withoutQueries(current),
            ...(fact === undefined || wanted === undefined ? {} : { [wanted.id]: fact }),
          },
        },
      };
      decision = decide(current);
    }
    return decision;
  }
  const withoutQueries = (request: HookRequest): Record<string, Fact> =>
    Object.fromEntries(Object.entries(request.observed.facts).filter(([id]) => !id.startsWith('weka.query')));

  it('is named within three minutes with its words, whatever they are and whatever was changed', () => {
    const words = fc.constantFrom(
      'error: Authentication failed: incorrect username or password',
      'error: Invalid credentials',
      'error: The cluster has no leader',
      'exec timed out',
      'x',
    );
    fc.assert(
      fc.property(words, fc.integer({ min: 3, max: 50 }), fc.boolean(), (said, count, changed) => {
        const request = queries(`weka status --json: exit code 1: ${said}`);
        const spec = { ...(request.parent['spec'] as object), ...(changed ? { hotSpare: 3 } : {}) };
        const decision = minutes(
          {
            ...request,
            parent: { ...request.parent, metadata: { ...request.parent.metadata, generation: changed ? 2 : 1 }, spec },
          },
          count,
        );
        const reason = /Authentication|credentials/.test(said) ? 'CredentialsRefused' : 'NoAnswer';
        expect(condition(decision, 'ClusterReachable')).toMatchObject({ status: 'False', reason });
        expect(condition(decision, 'ClusterReachable')?.message).toContain(said);
        expect(condition(decision, 'Degraded')).toMatchObject({ status: 'Unknown', reason });
        expect(condition(decision, 'Ready')).toMatchObject({ status: 'True', reason });
        expect(condition(decision, 'Reconciling')).toMatchObject({ status: 'True', reason });
      }),
      { numRuns: 40 },
    );
  });

  it('for a moment only changes one condition, which goes again', () => {
    const decision = decide(queries('exec timed out'));
    expect(condition(decision, 'ClusterReachable')).toMatchObject({ status: 'False', reason: 'NoAnswer' });
    expect(condition(decision, 'Degraded')).toMatchObject({ status: 'False', reason: 'Whole' });
    expect(
      condition(decide({ ...ready, parent: { ...ready.parent, status: decision.status } }), 'ClusterReachable'),
    ).toBeUndefined();
  });

  it('leaves a change of the spec unsettled from the first minute on', () => {
    const request = queries('exec timed out');
    const changed = {
      ...request,
      parent: { ...request.parent, metadata: { ...request.parent.metadata, generation: 2 } },
    };
    expect(condition(minutes(changed, 1), 'Reconciling')?.status).toBe('True');
  });
});
