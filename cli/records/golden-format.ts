/** JSON for golden files: short things share a line, so that an object of a screen is a dozen lines and a condition is one. */

const width = 150;
/** Objects of plain values, such as conditions, are never broken below this length. */
const plainWidth = 330;
/** Entries up to this length share a line with their neighbours. */
const shortEntry = 60;

const isPlain = (value: object): boolean =>
  Object.values(value).every((child) => child === null || typeof child !== 'object');

function flat(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flat).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, child]) => `${JSON.stringify(name)}: ${flat(child)}`)
    .join(', ')}}`;
}

/** The entries in lines: neighbours that are short share one. */
function fill(entries: string[], indent: string): string[] {
  const lines: string[] = [];
  let open = '';
  for (const entry of entries) {
    const short = entry.length <= shortEntry && !entry.includes('\n');
    const joined = open === '' ? entry : `${open}, ${entry}`;
    if (short && indent.length + joined.length < width) {
      open = joined;
      continue;
    }
    if (open !== '') lines.push(open);
    open = short ? entry : '';
    if (!short) lines.push(entry);
  }
  if (open !== '') lines.push(open);
  return lines;
}

/** `indent` is that of the line on which the value begins. */
export function formatGolden(value: unknown, indent = ''): string {
  const line = flat(value);
  if (value === null || typeof value !== 'object') return line;
  if (indent.length + line.length <= width || (isPlain(value) && line.length <= plainWidth)) return line;
  const inner = `${indent}  `;
  const entries = Array.isArray(value)
    ? value.map((item) => formatGolden(item, inner))
    : Object.entries(value).map(([name, child]) => `${JSON.stringify(name)}: ${formatGolden(child, inner)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return `${open}\n${fill(entries, inner)
    .map((text) => `${inner}${text}`)
    .join(',\n')}\n${indent}${close}`;
}
