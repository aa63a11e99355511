/** Beacon, as the sidecar sees it. */
import { sidecarSystem } from '../../../sidecar/system.ts';
import { beaconAccess } from '../hooks/access.ts';
import { beaconCatalogue } from '../hooks/catalogue.ts';
import { beaconReasons } from '../hooks/reasons.ts';
import { lampShown, showMessage } from './lamp.ts';

export const beaconSidecar = sidecarSystem({
  name: 'beacon',
  access: beaconAccess,
  catalogue: beaconCatalogue,
  performers: { 'beacon.shown': lampShown, 'beacon.show': showMessage },
  reasons: beaconReasons,
  details: [],
});
