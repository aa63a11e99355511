/** Settings of the hook server: one schema, read from the environment, printed by `--help`. */
import { z } from 'zod';
import { describeSettings } from '../weka/config.ts';

export const serverSettings = z.object({
  port: z.coerce.number().int().min(0).max(65535).default(8080).describe('port of the hooks'),
  host: z.string().default('0.0.0.0').describe('address to listen on'),
  operatorNamespace: z.string().default('weka-operator-system').describe('namespace of the operator and of its helpers'),
  sidecarSocket: z.string().default('/run/weka-metacontroller/sidecar.sock').describe('Unix socket of the exec sidecar'),
  bootScripts: z.string().default('/etc/weka-boot-scripts').describe('directory with the boot scripts; their content names the ConfigMap of each namespace'),
  bodyLimitMebibytes: z.coerce.number().int().min(1).max(1024).default(64).describe('largest hook request in MiB'),
  tlsDirectory: z.string().optional().describe('directory with tls.crt and tls.key, read again when it changes; plain HTTP when absent'),
  tokenFile: z.string().optional().describe('file with the bearer token that hook calls must carry; none is asked for when absent'),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info').describe('least severe log line that is written'),
});
export type ServerSettings = z.output<typeof serverSettings>;

/** `operatorNamespace` is read from `WEKA_OPERATOR_NAMESPACE`. */
function variableOf(setting: string): string {
  return `WEKA_${setting.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()}`;
}

/** Reads the server's own settings; throws a ZodError that names the setting. Those of the operator are in weka/config.ts. */
export function readServerSettings(environment: Record<string, string | undefined>): ServerSettings {
  const given = Object.keys(serverSettings.shape).flatMap((key): [string, string][] => {
    const value = environment[variableOf(key)];
    return value === undefined || value === '' ? [] : [[key, value]];
  });
  return serverSettings.parse(Object.fromEntries(given));
}

/** The table of all variables, for `--help` and the docs. */
export function settingsHelp(): string {
  const defaults = serverSettings.parse({}) as Record<string, unknown>;
  const own = Object.entries(serverSettings.shape).map(([key, schema]) => ({ env: variableOf(key), description: schema.description ?? '', defaultValue: defaults[key] }));
  return [...own, ...describeSettings()]
    .map(({ env, description, defaultValue }) => `  ${env.padEnd(44)} ${description}${defaultValue === undefined ? '' : ` (default: ${JSON.stringify(defaultValue)})`}`)
    .join('\n');
}
