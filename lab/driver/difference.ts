/**
 * Finds differences that never end: the driver wrote the desired state, the object came back different, and the same
 * desired state differs again. In a real cluster that is an endless PUT, or an endless delete and create.
 */
import type { KubernetesObject } from '../../hooks/core/contract.ts';
import { deepEqual } from './json.ts';
import { qualifiedName } from './objects.ts';

export interface PermanentDifference {
  controller: string;
  /** `Kind namespace/name` of the parent. */
  parent: string;
  /** `Kind.apiVersion namespace/name` of the child, or `status` of the parent. */
  of: string;
  /** What the driver did each time. */
  action: 'update' | 'recreate' | 'status';
  /** Paths that differ, dotted; those of the last-applied annotation left out. */
  paths: string[];
}

interface Written {
  desired: string;
  /** Version of the object that the write replaced. */
  replaced: string;
}

/** Memory of the last write per object; an equal observation or another desired state clears it. */
export class DifferenceDetector {
  private readonly written = new Map<string, Written>();
  private readonly reported = new Set<string>();
  private readonly report: (difference: PermanentDifference) => void;

  constructor(report: (difference: PermanentDifference) => void) {
    this.report = report;
  }

  /** To be called when the observed object needs no write. */
  equal(key: string): void {
    this.written.delete(key);
  }

  /**
   * To be called after a write that the API accepted; reports once per object and desired state. `replaced` tells incarnations apart, so that a lagging cache,
   * which shows the same one twice, is not taken for a difference.
   */
  wrote(key: string, desired: string, replaced: string, difference: () => PermanentDifference): void {
    const before = this.written.get(key);
    this.written.set(key, { desired, replaced });
    if (before?.desired !== desired || before.replaced === replaced || this.reported.has(`${key} ${desired}`)) return;
    this.reported.add(`${key} ${desired}`);
    this.report(difference());
  }
}

/** Key of a child in the detector and in reports. */
export function childKey(child: KubernetesObject): string {
  return `${child.kind}.${child.apiVersion} ${qualifiedName(child)}`;
}

const longestList = 20;

/** Dotted paths at which two values differ, at most twenty. */
export function differingPaths(left: unknown, right: unknown, path = ''): string[] {
  if (deepEqual(left, right) || path === 'metadata.annotations.metacontroller.k8s.io/last-applied-configuration')
    return [];
  if (
    left === null ||
    right === null ||
    typeof left !== 'object' ||
    typeof right !== 'object' ||
    Array.isArray(left) !== Array.isArray(right)
  ) {
    return [path];
  }
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  const member = (tree: object, key: string): unknown => (tree as Record<string, unknown>)[key];
  return keys
    .flatMap((key) => differingPaths(member(left, key), member(right, key), path === '' ? key : `${path}.${key}`))
    .slice(0, longestList);
}
