/** Properties draw what the sources choose: whoever has seen them pass has seen those that the next one will run. SEED draws others. */
import fc from 'fast-check';
import { freshSeeds } from './seeds.ts';

fc.configureGlobal({ seed: freshSeeds().from });
