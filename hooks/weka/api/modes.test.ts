import { describe, expect, it } from 'vitest';
import { is, modes } from './modes.ts';

const sets: [Parameters<typeof is>[1], string][] = [
  ['weka', 'drive compute s3 client envoy dist drivers-dist drivers-builder nfs smbw ssdproxy telemetry data-services'],
  ['backend', 'drive compute s3 nfs smbw data-services'],
  ['claims', 'drive compute client envoy s3 nfs smbw telemetry data-services'],
  ['allocatable', 'drive compute envoy s3 nfs smbw telemetry data-services'],
  [
    'agent',
    'drive compute s3 envoy dist drivers-dist drivers-builder adhoc-op-with-container nfs ssdproxy telemetry data-services',
  ],
  ['persistent', 'drive compute s3 envoy client dist drivers-dist nfs ssdproxy telemetry data-services'],
  ['hostNetwork', 'drive compute s3 nfs smbw data-services envoy client'],
  ['joinsCluster', 'drive compute s3 client nfs smbw data-services'],
  ['requiresDrivers', 'drive compute s3 client nfs smbw data-services ssdproxy'],
  ['oneOff', 'adhoc-op-with-container discovery adhoc-op drivers-builder drivers-loader'],
  ['adhoc', 'adhoc-op-with-container adhoc-op drivers-loader'],
  ['drivers', 'dist drivers-dist drivers-loader drivers-builder'],
  ['frontend', 's3 client nfs'],
  ['protocol', 'nfs s3 smbw data-services'],
  ['loadsDrivers', 'drivers-loader'],
  ['discovers', 'discovery'],
  ['hasDrives', 'drive'],
  ['wished', 'drive compute'],
  ['speaks', 'drive compute'],
  ['autoRemoved', 'client'],
];

const sorted = (names: readonly string[]): string[] => [...names].sort();

describe('modes', () => {
  it.each(sets)('%s: %s', (trait, members) => {
    expect(sorted(modes.filter((mode) => is(mode, trait)))).toEqual(sorted(members.split(' ')));
  });
});
