/** `weka driver ...`: kernel drivers of a node, which live until its next reboot. */
import type { CommandContext, LocalCommand } from './command.ts';
import { answer, refuse, versionOf } from './command.ts';
import type { SiteState } from './state.ts';

const options = {
  '--without-agent': 'flag',
  '--version': 'value',
  '--from': 'value',
  '--kernel-build-id': 'value',
  '--kernel-signature': 'value',
} as const;

export const driverCommands: LocalCommand[] = [
  { scope: 'local', words: 'driver ready', options, run: ready },
  { scope: 'local', words: 'driver download', options, run: download },
  { scope: 'local', words: 'driver install', options, run: install },
  { scope: 'local', words: 'driver pack', options, run: () => answer('') },
];

/** The versions in the node's kernel; the registry's own set where there is one. */
export function driversOf(site: SiteState, nodeName: string): Set<string> {
  const known = site.hardware?.get(nodeName)?.driversLoaded ?? site.drivers.get(nodeName);
  if (known !== undefined) return known;
  const fresh = new Set<string>();
  site.drivers.set(nodeName, fresh);
  return fresh;
}

function versionAsked({ options: given, place }: CommandContext): string {
  return given.value('--version') ?? versionOf(place.env);
}

function ready(context: CommandContext) {
  const version = versionAsked(context);
  return driversOf(context.site, context.place.nodeName).has(version)
    ? answer('')
    : refuse(`Drivers of version ${version} are not loaded`);
}

function download(context: CommandContext) {
  const from = context.options.value('--from') ?? '';
  return from === '' ? refuse('Failed to download the drivers: no address was given') : answer('');
}

/** Loads the version in place of whatever was loaded. */
function install(context: CommandContext) {
  const broken = context.site.hardware?.get(context.place.nodeName)?.driverLoadError;
  if (broken !== undefined) return refuse(broken);
  const drivers = driversOf(context.site, context.place.nodeName);
  drivers.clear();
  drivers.add(versionAsked(context));
  return answer('');
}
