import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeSettings } from '../core/settings.ts';
import { operatorConfig } from './config.ts';

const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'config.ts')
  .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
  .join('\n');

describe('a setting of the operator', () => {
  it.each(describeSettings(operatorConfig).map(({ name }) => name))(
    '%s is read by a hook: none is accepted and ignored',
    (name) => {
      expect(sources).toMatch(new RegExp(`\\b${name}\\b`));
    },
  );
});
