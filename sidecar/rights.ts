/**
 * What a performer may do in the cluster is what its entry of the catalogue states. The account of the sidecar has the
 * rights of all systems together: without this, an entry that forgets one would work wherever another system has it,
 * and fail where it is installed alone.
 */
import { groupOf, rightTo, singleRights, type PolicyRule, type SystemAccess } from '../hooks/core/access.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { Refusal } from './context.ts';
import { kindsOf } from './resource-paths.ts';

/** For pod-guard.ts: a chain of owners is read, a single one is not. */
export const ownerRules = (systems: readonly SystemAccess[]): PolicyRule[] =>
  systems.flatMap(({ pods }) =>
    pods.flatMap(({ owners }) => (owners.length === 1 ? [] : owners).map((kind) => rightTo(['get'], kind))),
  );

/** Whose kinds can be addressed, and what is stated for one kind of the catalogue. */
export interface Stated {
  kind: string;
  rules: readonly PolicyRule[];
  systems: readonly SystemAccess[];
}

/** The access with the stated rights and no others: what needs another one rejects with Refusal, and is not asked for. */
export function withRightsOf({ kind, rules, systems }: Stated, access: ClusterAccess): ClusterAccess {
  const stated = new Set(singleRights(rules));
  const kinds = kindsOf(systems);

  function insist(group: string, resource: string, verb: string): void {
    if (!stated.has(`${group} ${resource} ${verb}`))
      throw new Refusal(
        `${kind} needs the right to ${verb} ${resource}, and its entry of the catalogue does not state it`,
      );
  }
  function insistOn(verb: string, object: { apiVersion: string; kind: string }): void {
    const known = kinds.find((one) => one.apiVersion === object.apiVersion && one.kind === object.kind);
    if (known === undefined)
      throw new Refusal(`${kind}: no system names the kind ${object.kind} of ${object.apiVersion}`);
    insist(groupOf(known), known.plural, verb);
  }

  return {
    async get(address) {
      insistOn('get', address);
      return access.get(address);
    },
    async list(request) {
      insistOn('list', request);
      return access.list(request);
    },
    async create(object) {
      insistOn('create', object);
      return access.create(object);
    },
    async patchJson(address, patch) {
      insistOn('patch', address);
      return access.patchJson(address, patch);
    },
    async delete(address, uid) {
      insistOn('delete', address);
      return access.delete(address, uid);
    },
    async exec(request) {
      for (const verb of ['create', 'get']) insist('', 'pods/exec', verb);
      return access.exec(request);
    },
    serverTime: () => access.serverTime(),
  };
}
