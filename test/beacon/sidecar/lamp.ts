/** How the sidecar talks to a lamp: its program is asked, and told on stdin. */
import { Refusal, type Performer } from '../../../sidecar/context.ts';
import { complaint, jsonOutput, podRunner } from '../../../sidecar/pod-guard.ts';
import type { BeaconCatalogue, Shown } from '../hooks/catalogue.ts';

/** Asks a lamp what it shows. */
export const lampShown: Performer<BeaconCatalogue['beacon.shown']> = async (access, target, _args, context) => {
  const result = await podRunner(access, target, context)(['lamp', 'shown'], { timeoutSeconds: 10 });
  // perform.ts checks it against the schema of the entry
  return jsonOutput('lamp shown', result) as Shown;
};

/** Has a lamp show a message, if it shows another one. */
export const showMessage: Performer<BeaconCatalogue['beacon.show']> = async (
  access,
  target,
  { message, colour },
  context,
) => {
  const shown = await lampShown(access, target, {}, context);
  if (shown.message === message && shown.colour === colour) return { changed: false };
  // on stdin: an argument could be read as an option
  const result = await podRunner(
    access,
    target,
    context,
  )(['lamp', 'show'], { stdin: JSON.stringify({ message, colour }), timeoutSeconds: 10 });
  if (result.exitCode !== 0) throw new Refusal(`lamp show: ${complaint(result)}`);
  return { changed: true };
};
