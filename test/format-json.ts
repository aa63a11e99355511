/** JSON for golden files: two spaces, and on one line whatever fits into a line, so that a change can be read. */
export function formatJson(value: unknown, indent = ''): string {
  const flat = JSON.stringify(value).replaceAll('","', '", "');
  if (value === null || typeof value !== 'object' || (indent.length + flat.length <= 140 && flat.length <= 100))
    return JSON.stringify(value);
  const inner = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((item) => `${inner}${formatJson(item, inner)}`)
    : Object.entries(value)
        .filter(([, child]) => child !== undefined)
        .map(([name, child]) => `${inner}${JSON.stringify(name)}: ${formatJson(child, inner)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}
