/** The systems of the lab. The one file of its rooms that knows any of them. */
import type { LabSystem } from './system.ts';
import { wekaLab } from './weka/system.ts';

/** `npm start` begins with the sample of the first one. */
export const labSystems: readonly [LabSystem, ...LabSystem[]] = [wekaLab];
