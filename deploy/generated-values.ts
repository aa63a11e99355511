/** The schema of the chart's values: a setting that is misspelt fails at `helm install`, not in the log of a hook. */
import { describeSystemSettings, type System } from '../hooks/core/system.ts';
import { choiceVariables } from './generated-components.ts';

/** Refuses the settings of systems that are not chosen: where a list of systems has none of those that read a setting, it must not be set. */
function settingsOfOthers(systems: readonly System[]): object[] {
  const names = [...new Set(describeSystemSettings(systems).map(({ env }) => env))];
  return names.flatMap((env) => {
    const readers = systems
      .filter((system) => describeSystemSettings([system]).some((one) => one.env === env))
      .map(({ name }) => name);
    const condition = { minItems: 1, not: { contains: { enum: readers } } };
    return readers.length === systems.length
      ? []
      : [
          {
            if: { properties: { systems: condition } },
            then: { properties: { settings: { properties: { [env]: false } } } },
          },
        ];
  });
}

/** Of all systems that the chart can bring. */
export function valuesSchema(systems: readonly System[]): object {
  const object = (properties: object, required = Object.keys(properties)): object => ({
    type: 'object',
    additionalProperties: false,
    required,
    properties,
  });
  const text = { type: 'string', minLength: 1 };
  const enabled = object({ enabled: { type: 'boolean' } });
  const resources = {
    type: 'object',
    additionalProperties: false,
    properties: { requests: { type: 'object' }, limits: { type: 'object' } },
  };
  const others = settingsOfOthers(systems);
  const settings: Record<string, unknown> = Object.fromEntries(
    describeSystemSettings(systems).map(({ env, description }) => [env, { type: 'string', description }]),
  );
  // the value `systems` says it, and rights and controllers follow that
  settings[choiceVariables.hooks] = false;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...object(
      {
        image: { ...text, description: 'repository with a tag or a digest' },
        imagePullSecrets: { type: 'array', items: object({ name: text }) },
        replicas: { type: 'integer', minimum: 1, maximum: 10 },
        namespaces: {
          type: 'array',
          items: text,
          description: 'namespaces that the sidecar serves and has rights in; all when empty',
        },
        systems: {
          type: 'array',
          items: { enum: systems.map(({ name }) => name) },
          uniqueItems: true,
          description: 'systems that are served; all when empty',
        },
        nodeSelector: { type: 'object', additionalProperties: { type: 'string' } },
        tolerations: { type: 'array', items: { type: 'object' } },
        resources: object({ hooks: resources, sidecar: resources }),
        settings: {
          type: 'object',
          additionalProperties: false,
          properties: settings,
          patternProperties: { '^WEKA_[A-Z_]+$': { type: 'string' } },
        },
        webhook: object({ tlsSecret: text, tokenSecret: text }),
        networkPolicy: object({ enabled: { type: 'boolean' }, metacontrollerNamespace: text }),
        priorityClasses: enabled,
        crds: enabled,
        warnings: {
          type: 'boolean',
          description: 'whether the API server warns whoever applies what the release does not act on',
        },
        record: { type: 'boolean', description: 'whether the hooks record the decisions that changed' },
        recordMebibytes: {
          type: 'integer',
          minimum: 1,
          maximum: 256,
          description: 'MiB that the record of each replica may have',
        },
        // what Helm itself passes to a chart that is a part of another
        global: { type: 'object' },
        // not required, with systems, warnings and record: --reuse-values keeps the values of a release that had no such value
      },
      [
        'image',
        'imagePullSecrets',
        'replicas',
        'namespaces',
        'nodeSelector',
        'tolerations',
        'resources',
        'settings',
        'webhook',
        'networkPolicy',
        'priorityClasses',
        'crds',
      ],
    ),
    ...(others.length === 0 ? {} : { allOf: others }),
  };
}
