/** The columns of a custom resource, from the additionalPrinterColumns of its definition. */
import type { KubernetesObject } from '../../../hooks/core/contract.ts';
import { asObjects, valueAt } from '../store/json.ts';
import type { JsonObject } from '../store/types.ts';
import type { Column } from './columns.ts';
import { builtInColumns } from './columns.ts';
import { age } from './duration.ts';
import { compileJsonPath } from './json-path.ts';

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `null` is an empty cell: absent, or not of the type of the column. */
function cellOf(type: string, value: unknown, now: number): unknown {
  if (value === undefined || value === null) return null;
  if (type === 'string') return shown(value);
  if (type === 'date') return age(value, now);
  if (type === 'integer') return typeof value === 'number' ? Math.trunc(value) : null;
  return typeof value === type ? value : null;
}

function customColumn(column: JsonObject): Column {
  const { name, type, format, description, priority, jsonPath } = column;
  const find = compileJsonPath(String(jsonPath));
  return {
    name: String(name),
    type: String(type),
    ...(typeof format === 'string' ? { format } : {}),
    description:
      typeof description === 'string'
        ? description
        : `Custom resource definition column (in JSONPath format): ${String(jsonPath)}`,
    priority: typeof priority === 'number' ? priority : 0,
    cell: (object, now) => cellOf(String(type), find(object)[0], now),
  };
}

/** `definition` is the CustomResourceDefinition; without printer columns of that version the server shows NAME and AGE. */
export function customColumns(definition: KubernetesObject, version: string): Column[] {
  const served = asObjects(valueAt(definition, 'spec.versions')).find((candidate) => candidate['name'] === version);
  const columns = asObjects(served?.['additionalPrinterColumns']);
  const [nameColumn, ageColumn] = builtInColumns('') as [Column, Column];
  return [nameColumn, ...(columns.length === 0 ? [{ ...ageColumn, type: 'date' }] : columns.map(customColumn))];
}
