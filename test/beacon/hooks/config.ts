/** The settings of beacon, as its hook reads them in `context.config`, and the environment variable of each. */
import { z } from 'zod';
import { setting } from '../../../hooks/core/settings.ts';

export const beaconConfig = z.object({
  beaconColour: setting('BEACON_COLOUR', z.enum(['white', 'red', 'green']).default('white'), 'colour of all messages'),
  beaconLookSeconds: setting(
    'BEACON_LOOK_SECONDS',
    z.number().min(0.2).max(60).default(5),
    'seconds between two looks at a lamp that is not lit yet',
  ),
});
