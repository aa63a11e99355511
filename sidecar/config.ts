/** The settings of the sidecar: one schema for environment, flags, defaults and `--help`. */
import { Command, Option } from 'commander';
import { z } from 'zod';
import { bootFilesDirectory, variablePrefixes } from '../hooks/core/former-names.ts';
import { commaList, describeSettings, settingsFrom, type SettingDescription } from '../hooks/core/settings.ts';

export const settingsSchema = z.object({
  socket: z.string().min(1).default('/run/weka-metacontroller/sidecar.sock').describe('Unix socket to listen on'),
  systems: commaList.default([]).describe('Comma-separated systems to serve; all when absent'),
  kubeconfig: z.string().optional().describe('Path of a kubeconfig; without it the service account of the pod'),
  namespaces: commaList.default([]).describe('Comma-separated namespaces to serve; empty for all'),
  bootScripts: z
    .string()
    .default(bootFilesDirectory)
    .describe('Directory whose files are the boot scripts of the pods'),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Least severe log lines to write'),
  requestTimeoutSeconds: z.coerce
    .number()
    .int()
    .min(1)
    .max(60)
    .default(10)
    .describe('For one request to the API server'),
  outputLimitBytes: z.coerce
    .number()
    .int()
    .min(65_536)
    .default(8 * 1024 * 1024)
    .describe('Of stdout and stderr of a command each'),
  readings: z.coerce.number().int().min(1).max(1024).default(32).describe('Observations that are read at one time'),
  operations: z.coerce
    .number()
    .int()
    .min(1)
    .max(1024)
    .default(16)
    .describe('Operations that are performed at one time'),
  drainSeconds: z.coerce
    .number()
    .min(0)
    .max(60)
    .default(5)
    .describe('Time for what is under way when the sidecar is told to end'),
});
export type Settings = z.infer<typeof settingsSchema>;

/** For `--help` and the docs. */
export function describeSidecarSettings(): SettingDescription[] {
  return describeSettings(settingsSchema, variablePrefixes.sidecar);
}

const flagOf = (name: string): string =>
  name
    .split(/(?=[A-Z])/)
    .map((word) => word.toLowerCase())
    .join('-');

/** Reads the command line; an environment variable stands in for a flag that is not given. Exits on `--help` and on errors. */
export function readSettings(argv: string[], environment: Record<string, string | undefined>): Settings {
  const command = new Command('sidecar').description('The exec sidecar: the only part with Kubernetes credentials');
  for (const { name, env, description, defaultValue } of describeSidecarSettings()) {
    const standard = defaultValue === undefined ? '' : `, default ${JSON.stringify(defaultValue)}`;
    command.addOption(new Option(`--${flagOf(name)} <value>`, `${description} [${env}${standard}]`));
  }
  command.parse(argv, { from: 'user' });
  const settings = settingsSchema.safeParse({
    ...settingsFrom(settingsSchema, environment, variablePrefixes.sidecar),
    ...command.opts<Record<string, string>>(),
  });
  if (settings.success) return settings.data;
  const [issue] = settings.error.issues;
  return command.error(`setting ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`);
}
