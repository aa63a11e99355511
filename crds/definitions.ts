/** The CustomResourceDefinition of a kind as an object; generate.ts writes them down. */
import type { KindDefinition } from '../hooks/core/api/kind.ts';
import { openApiSchema } from './structural.ts';

export interface CustomResourceDefinition {
  apiVersion: 'apiextensions.k8s.io/v1';
  kind: 'CustomResourceDefinition';
  metadata: { name: string };
  spec: {
    group: string;
    scope: string;
    names: Record<string, unknown>;
    versions: {
      name: string;
      schema: { openAPIV3Schema: ReturnType<typeof openApiSchema> };
      [field: string]: unknown;
    }[];
  };
}

/** The CRD of one kind. */
export function definitionOf(kind: KindDefinition): CustomResourceDefinition {
  const { group, version, categories } = kind;
  const schema = openApiSchema(kind.schema, kind.description);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.${group}` },
    spec: {
      group,
      scope: kind.scope,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.singular,
        ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
        categories,
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          ...(schema.properties?.['status'] === undefined ? {} : { subresources: { status: {} } }),
          additionalPrinterColumns: kind.columns,
          schema: { openAPIV3Schema: schema },
        },
      ],
    },
  };
}
