/** What a container of weka does, in the model of weka: the modes, and two that only weka knows. */
import { modeTraits, type Mode } from '../../hooks/weka/api/modes.ts';

/** `frontend`: of no mode that weka could tell; `stem`: set up for nothing yet. */
export type Role = Mode | 'frontend' | 'stem';

type RoleTraits = Pick<
  (typeof modeTraits)[Mode],
  'joinsCluster' | 'hasDrives' | 'countedAs' | 'listedAs' | 'localType' | 'processRole'
>;

const unnamed: RoleTraits = {
  joinsCluster: false,
  hasDrives: false,
  listedAs: 'backend',
  localType: 'weka',
  processRole: 'FRONTEND',
};

/** By role. */
export const roleTraits: Record<Role, RoleTraits> = {
  ...modeTraits,
  stem: unnamed,
  frontend: { ...unnamed, joinsCluster: true },
};

type WithRole = Readonly<{ role: Role }>;

/** Has no part in the data: joins with less, leaves without being emptied, and the mounts of its node hang on it. */
export const isClient = ({ role }: WithRole): boolean => roleTraits[role].listedAs === 'client';
export const hasDrives = ({ role }: WithRole): boolean => roleTraits[role].hasDrives;
/** Leads weka's buckets. */
export const isCompute = ({ role }: WithRole): boolean => roleTraits[role].countedAs === 'computes';
/** Drive and compute containers hold data, lead, and count for protection. */
export const isBackend = (role: Role): boolean => roleTraits[role].countedAs !== undefined;
