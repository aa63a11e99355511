/** The settings of the sidecar: one schema for environment, flags, defaults and `--help`. */
import { Command, Option } from 'commander';
import { z } from 'zod';

const list = z.string().transform((text) => text.split(',').map((item) => item.trim()).filter((item) => item !== ''));

export const settingsSchema = z.object({
  socket: z.string().min(1).default('/run/weka-metacontroller/sidecar.sock').describe('Unix socket to listen on'),
  kubeconfig: z.string().optional().describe('Path of a kubeconfig; without it the service account of the pod'),
  namespaces: list.default([]).describe('Comma-separated namespaces to serve; empty for all'),
  bootScripts: z.string().default('/opt/weka-boot-scripts').describe('Directory whose files are the boot scripts of the weka pods'),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Least severe log lines to write'),
  requestTimeoutSeconds: z.coerce.number().int().min(1).max(60).default(10).describe('For one request to the API server'),
  outputLimitBytes: z.coerce.number().int().min(65_536).default(8 * 1024 * 1024).describe('Of stdout and stderr of a command each'),
  readings: z.coerce.number().int().min(1).max(1024).default(32).describe('Observations that are read at one time'),
  operations: z.coerce.number().int().min(1).max(1024).default(16).describe('Operations that are performed at one time'),
  drainSeconds: z.coerce.number().min(0).max(60).default(5).describe('Time for what is under way when the sidecar is told to end'),
});
export type Settings = z.infer<typeof settingsSchema>;

const words = (name: string): string[] => name.split(/(?=[A-Z])/).map((word) => word.toLowerCase());

/** Reads the command line; an environment variable stands in for a flag that is not given. Exits on `--help` and on errors. */
export function readSettings(argv: string[], environment: Record<string, string | undefined>): Settings {
  const command = new Command('sidecar').description('The exec sidecar: the only part with Kubernetes credentials');
  const given: Record<string, string> = {};
  for (const [name, field] of Object.entries(settingsSchema.shape)) {
    const variable = `WEKA_SIDECAR_${words(name).join('_').toUpperCase()}`;
    const fallback = field.safeParse(undefined).data;
    const standard = fallback === undefined ? '' : `, default "${String(fallback)}"`;
    command.addOption(new Option(`--${words(name).join('-')} <value>`, `${field.description ?? ''} [${variable}${standard}]`));
    const value = environment[variable];
    if (value !== undefined) given[name] = value;
  }
  command.parse(argv, { from: 'user' });
  const settings = settingsSchema.safeParse({ ...given, ...command.opts<Record<string, string>>() });
  if (settings.success) return settings.data;
  const [issue] = settings.error.issues;
  return command.error(`setting ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`);
}
