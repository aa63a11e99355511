/** The image of the operator as deploy/Dockerfile makes it: the two bundles and node, here on the base of the real-cluster tool. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, entries, type Entry } from '../../deploy/build.ts';

/** Makes the image and imports it into the cluster of the tool. */
export async function makeOperatorImage(realCluster: string, image: string): Promise<void> {
  const overlay = mkdtempSync(join(tmpdir(), 'operator-image-'));
  try {
    for (const entry of Object.keys(entries) as Entry[]) await bundle(entry, join(overlay, 'app'));
    mkdirSync(join(overlay, 'nodejs/bin'), { recursive: true });
    copyFileSync(process.execPath, join(overlay, 'nodejs/bin/node'));
    chmodSync(join(overlay, 'nodejs/bin/node'), 0o755);
    execFileSync(realCluster, ['image', 'base', image, '--overlay', overlay], { stdio: 'pipe' });
  } finally {
    rmSync(overlay, { recursive: true, force: true });
  }
}
