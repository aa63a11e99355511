/** What a WekaCluster wants of each role: numbers of containers, cores, hugepages and drives. Tables, no decisions. */
import { is, roles, type Role, type WekaClusterSpec, type WekaConfig } from '../api/index.ts';

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

/** The fixed templates that give the field. */
export const templatesWith = (field: keyof WekaConfig): string[] =>
  Object.entries(templates).flatMap(([name, shape]) => (shape[field] === undefined ? [] : [name]));

/** A value of 0 means the default, as upstream's Go types have it. */
const or = (value: number | undefined, fallback: number): number =>
  value === undefined || value === 0 ? fallback : value;

/** What a role is when the spec does not say it. Hugepages in MiB. */
interface RoleSize {
  /** How many containers. */
  count: number;
  hugepagesPerCore: number;
  hugepagesPerDrive: number;
  hugepagesOffset: number;
  hugepagesOffsetPerDrive: number;
  /** The fields of the template with the role's own values. */
  given: (
    shape: Partial<WekaConfig>,
  ) => Partial<Record<'count' | 'cores' | 'extraCores' | 'hugepages' | 'hugepagesOffset', number | undefined>>;
}

/** Sources: docs/weka/reference.md#hugepages (of the dynamic template) and #templates (counts). */
const sizes: Record<Role, RoleSize> = {
  drive: {
    count: 6,
    hugepagesPerCore: 1400,
    hugepagesPerDrive: 200,
    hugepagesOffset: 0,
    hugepagesOffsetPerDrive: 200,
    given: (shape) => ({
      count: shape.driveContainers,
      cores: shape.driveCores,
      extraCores: shape.driveExtraCores,
      hugepages: shape.driveHugepages,
      hugepagesOffset: shape.driveHugepagesOffset,
    }),
  },
  compute: {
    count: 6,
    hugepagesPerCore: 3000,
    hugepagesPerDrive: 0,
    hugepagesOffset: 200,
    hugepagesOffsetPerDrive: 0,
    given: (shape) => ({
      count: shape.computeContainers,
      cores: shape.computeCores,
      extraCores: shape.computeExtraCores,
      hugepages: shape.computeHugepages,
      hugepagesOffset: shape.computeHugepagesOffset,
    }),
  },
};

/**
 * What each role wants: one core by default (docs/weka/reference.md#templates), hugepages by cores and drives.
 * @param drives of a container that was made with another number of drives than the template has now
 */
export function rolePlans(spec: WekaClusterSpec, drives?: number): RolePlan[] {
  const shape = shapeOf(spec);
  return roles.map((role) => {
    const { given, ...size } = sizes[role];
    const wanted = given(shape);
    const cores = or(wanted.cores, 1);
    const numDrives = is(role, 'hasDrives') ? (drives ?? or(shape.numDrives, 1)) : 0;
    return {
      role,
      count: wanted.count ?? size.count,
      cores,
      extraCores: wanted.extraCores ?? 0,
      hugepages: or(wanted.hugepages, size.hugepagesPerCore * cores + size.hugepagesPerDrive * numDrives),
      hugepagesOffset: or(wanted.hugepagesOffset, size.hugepagesOffset + size.hugepagesOffsetPerDrive * numDrives),
      numDrives,
    };
  });
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
  return {
    drive: Math.min(stripe, count('drive')),
    compute: Math.min(Math.max(1, Math.min(count('compute'), stripe)), count('compute')),
  };
}
