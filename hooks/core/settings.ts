/**
 * Settings: one zod object says names, defaults, docs and the environment variable of each. Used for what a system's
 * hooks read, and for the two programs themselves.
 */
import { z } from 'zod';

/** A schema with settings: each field has its docs, and its variable where that does not follow from its name. */
export type SettingsSchema = z.ZodObject<Record<string, z.ZodType>>;

/** Text as a list: `a, b`. */
export const commaList = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

interface Meta {
  description?: string;
  /** Environment variable that the setting comes from. */
  env?: string;
}

/** A setting with its docs and an environment variable of its own name. */
export function setting<Schema extends z.ZodType>(env: string, schema: Schema, description: string): Schema {
  return schema.meta({ description, env });
}

export interface SettingDescription {
  name: string;
  env: string;
  description: string;
  /** Absent: none. */
  defaultValue: unknown;
}

/** `bodyLimitMebibytes` to `BODY_LIMIT_MEBIBYTES`. */
const upperSnake = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();

/** All settings of a schema in order, for --help and the docs. `prefix` begins the variables that follow from names. */
export function describeSettings(schema: SettingsSchema, prefix = ''): SettingDescription[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const { env = `${prefix}${upperSnake(name)}`, description = '' } = (field.meta() ?? {}) as Meta;
    return { name, env, description, defaultValue: field.safeParse(undefined).data };
  });
}

/** The text where the setting is text, otherwise what it says as JSON, if anything. */
function valueOf(schema: z.ZodType, text: string): unknown {
  if (schema.safeParse(text).success) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** What the environment says of the settings: text, or JSON for numbers, booleans, lists and objects. Empty counts as unset. */
export function settingsFrom(
  schema: SettingsSchema,
  environment: Record<string, string | undefined>,
  prefix = '',
): Record<string, unknown> {
  const given = describeSettings(schema, prefix).flatMap(({ name, env }): [string, unknown][] => {
    const [text, field] = [environment[env], schema.shape[name]];
    return field === undefined || text === undefined || text === '' ? [] : [[name, valueOf(field, text)]];
  });
  return Object.fromEntries(given);
}

/** The settings as the environment gives them, with defaults. Throws a ZodError that names those which cannot be read. */
export function readSettings<Schema extends SettingsSchema>(
  schema: Schema,
  environment: Record<string, string | undefined>,
  prefix = '',
): z.output<Schema> {
  return schema.parse(settingsFrom(schema, environment, prefix));
}

/** A table of variables, for `--help`. */
export function settingsHelp(settings: readonly SettingDescription[]): string {
  return settings
    .map(
      ({ env, description, defaultValue }) =>
        `  ${env.padEnd(44)} ${description}${defaultValue === undefined ? '' : ` (default: ${JSON.stringify(defaultValue)})`}`,
    )
    .join('\n');
}
