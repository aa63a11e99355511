/** Settings of the hook server itself; those of the systems stand beside their hooks. */
import { z } from 'zod';
import { bootFilesDirectory, operatorNamespace, variablePrefixes } from '../core/former-names.ts';
import { commaList, describeSettings, readSettings, type SettingDescription } from '../core/settings.ts';

export const serverSettings = z.object({
  port: z.coerce.number().int().min(0).max(65535).default(8080).describe('port of the hooks'),
  host: z.string().default('0.0.0.0').describe('address to listen on'),
  systems: commaList.default([]).describe('comma-separated systems to serve; all when absent'),
  operatorNamespace: z.string().default(operatorNamespace).describe('namespace of the operator and of its helpers'),
  sidecarSocket: z
    .string()
    .default('/run/weka-metacontroller/sidecar.sock')
    .describe('Unix socket of the exec sidecar'),
  bootScripts: z
    .string()
    .default(bootFilesDirectory)
    .describe('directory with the boot scripts; their content names the ConfigMap of each namespace'),
  bodyLimitMebibytes: z.coerce.number().int().min(1).max(1024).default(64).describe('largest hook request in MiB'),
  inFlightMebibytes: z.coerce
    .number()
    .int()
    .min(1)
    .max(8192)
    .default(128)
    .describe(
      'MiB of all hook requests that are worked on at one time; more have to come again, and one that is larger comes alone',
    ),
  tlsDirectory: z
    .string()
    .optional()
    .describe('directory with tls.crt and tls.key, read again when it changes; plain HTTP when absent'),
  tokenFile: z
    .string()
    .optional()
    .describe('file with the bearer token that hook calls must carry; none is asked for when absent'),
  recordDirectory: z
    .string()
    .optional()
    .describe('directory in which decisions that changed are recorded (docs/records.md); none are when absent'),
  recordMebibytes: z.coerce
    .number()
    .int()
    .min(1)
    .max(256)
    .default(64)
    .describe('MiB that the record may have; the oldest decisions are forgotten'),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('least severe log line that is written'),
});
export type ServerSettings = z.output<typeof serverSettings>;

/** Reads the server's own settings; throws a ZodError that names the setting. */
export function readServerSettings(environment: Record<string, string | undefined>): ServerSettings {
  return readSettings(serverSettings, environment, variablePrefixes.server);
}

/** For `--help` and the docs. */
export function describeServerSettings(): SettingDescription[] {
  return describeSettings(serverSettings, variablePrefixes.server);
}
