/** Where a wait leads: the object that another one waits for, where its conditions alone do not say which. */
import type { KubernetesObject } from './contract.ts';

/** An object by its name. */
export interface ObjectReference {
  apiVersion: string;
  kind: string;
  /** Absent for cluster-scoped objects. */
  namespace?: string;
  name: string;
}

/** Who is waited for, and the field that says so. */
export interface Destination {
  object: ObjectReference;
  field: string;
}

export type Lead =
  /** The object that waits says so itself. */
  | Destination
  | {
      /** The object that says who is waited for. */
      read: ObjectReference;
      /** Undefined where it says nothing. */
      next(found: KubernetesObject): Destination | undefined;
    };

/** By the reason of the condition: what to read of an object that waits for that reason; undefined where nothing can be told from it. */
export type Leads = Readonly<Record<string, (object: KubernetesObject) => Lead | undefined>>;
