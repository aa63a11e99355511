/** What a WekaCluster wants of each role: numbers of containers, cores, hugepages and drives. Tables, no decisions. */
import type { WekaClusterSpec, WekaConfig } from '../api/index.ts';

/** Roles that this release creates containers for. */
export const roles = ['drive', 'compute'] as const;
export type Role = (typeof roles)[number];

/** One role of one cluster. hugepages and offset in MiB. */
export interface RolePlan {
  role: Role;
  count: number;
  cores: number;
  extraCores: number;
  hugepages: number;
  hugepagesOffset: number;
  numDrives: number;
}

/** The fixed templates (docs/weka/reference.md#templates). */
const templates: Record<Exclude<WekaClusterSpec['template'], 'dynamic'>, Partial<WekaConfig>> = {
  small: { computeContainers: 6, driveContainers: 6 },
  large: { computeContainers: 20, driveContainers: 20, s3Containers: 5 },
  small_s3: { computeContainers: 6, driveContainers: 6, s3Containers: 6 },
  small_nfs: { computeContainers: 6, driveContainers: 6, nfsContainers: 2 },
};

/** The shape of the cluster: dynamicTemplate, or a fixed one. */
export function shapeOf(spec: WekaClusterSpec): Partial<WekaConfig> {
  return spec.template === 'dynamic' ? (spec.dynamicTemplate ?? {}) : templates[spec.template];
}

/** A value of 0 means the default, as upstream's Go types have it. */
const or = (value: number | undefined, fallback: number): number => (value === undefined || value === 0 ? fallback : value);

/**
 * What each role wants (docs/weka/reference.md#hugepages and #templates).
 * @param drives of a container that was made with another number of drives than the template has now
 * Drive: 1400 MiB a core + 200 MiB a drive, 200 MiB a drive of which are not weka's; compute: 3000 MiB a core.
 */
export function rolePlans(spec: WekaClusterSpec, drives?: number): RolePlan[] {
  const shape = shapeOf(spec);
  const driveCores = or(shape.driveCores, 1);
  const computeCores = or(shape.computeCores, 1);
  const numDrives = drives ?? or(shape.numDrives, 1);
  return [
    {
      role: 'drive', count: shape.driveContainers ?? 6, cores: driveCores, extraCores: shape.driveExtraCores ?? 0,
      hugepages: or(shape.driveHugepages, 1400 * driveCores + 200 * numDrives),
      hugepagesOffset: or(shape.driveHugepagesOffset, 200 * numDrives), numDrives,
    },
    {
      role: 'compute', count: shape.computeContainers ?? 6, cores: computeCores, extraCores: shape.computeExtraCores ?? 0,
      hugepages: or(shape.computeHugepages, 3000 * computeCores), hugepagesOffset: or(shape.computeHugepagesOffset, 200), numDrives: 0,
    },
  ];
}

/** Stripe of a cluster that names neither: weka's own default, shrunk to what the drive containers can bear. */
const defaultStripe = { data: 3, parity: 2 };

/**
 * How many containers of each role have to run before the weka cluster can be formed: enough drive containers for one
 * stripe (data + parity, each piece on another container), and at least one compute container; never more than wished.
 */
export function formationMinimum(spec: WekaClusterSpec, plans: readonly RolePlan[]): Record<Role, number> {
  const stripe = (spec.stripeWidth ?? defaultStripe.data) + (spec.redundancyLevel ?? defaultStripe.parity);
  const count = (role: Role): number => plans.find((plan) => plan.role === role)?.count ?? 0;
  return { drive: Math.min(stripe, count('drive')), compute: Math.min(Math.max(1, Math.min(count('compute'), stripe)), count('compute')) };
}
