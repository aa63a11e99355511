/** What the compiler does not see in the tables of reasons: rows that nobody needs any more. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { coreReasons, coreWellReasons, fenceReasons, throttledReasonsOf, type Reasons } from '../hooks/core/reasons.ts';
import { systems } from '../hooks/systems.ts';
import { beaconSystem } from './beacon/hooks/system.ts';

const repository = join(import.meta.dirname, '..');
const core = { any: coreReasons, well: coreWellReasons, fence: fenceReasons };
const ofCore = new Set(namesIn(core));
const rooms = [
  { room: 'hooks/core', reasons: core as Reasons },
  ...systems.map(({ name, reasons }) => ({ room: `hooks/${name}`, reasons })),
  { room: 'test/beacon/hooks', reasons: beaconSystem.reasons },
];

const filesIn = (room: string): string[] =>
  readdirSync(join(repository, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !/^reasons\b/.test(name))
    .map((name) => join(repository, room, name));
const options: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  types: [],
};
const program = ts.createProgram(
  rooms.flatMap(({ room }) => filesIn(room)),
  options,
);
const checker = program.getTypeChecker();

function namesIn(reasons: Reasons, wanted: (row: Reasons[string][string]) => boolean = () => true): string[] {
  return Object.values(reasons).flatMap((table) =>
    Object.entries(table)
      .filter(([, row]) => wanted(row))
      .map(([name]) => name),
  );
}

/** Functions that make an event of a reason and a message. */
const constructors = ['warning', 'normal'];

/** The words that a value may be, as far as its type has them. */
const words = (type: ts.Type): string[] =>
  (type.isUnion() ? type.types : [type]).flatMap((one) => (one.isStringLiteral() ? [one.value] : []));
const typeOfProperty = (node: ts.ObjectLiteralExpression, name: string): ts.Type | undefined => {
  const property = checker.getTypeAtLocation(node).getProperty(name);
  return property === undefined ? undefined : checker.getTypeOfSymbolAtLocation(property, node);
};

/** The words of a source, and the reasons of the events that it may make. */
function saidIn(room: string): { said: Set<string>; told: Set<string> } {
  const said = new Set<string>();
  const told = new Set<string>();
  const look = (node: ts.Node): void => {
    if (ts.isStringLiteral(node)) said.add(node.text);
    // in itself each of them tells of all
    if (ts.isVariableDeclaration(node) && constructors.includes(node.name.getText())) return;
    if (ts.isCallExpression(node) && constructors.includes(node.expression.getText()))
      words(checker.getTypeAtLocation(node.arguments[0]!)).forEach((word) => told.add(word));
    if (ts.isObjectLiteralExpression(node)) {
      const [type, reason] = [typeOfProperty(node, 'type'), typeOfProperty(node, 'reason')];
      if (
        type !== undefined &&
        reason !== undefined &&
        words(type).some((word) => word === 'Warning' || word === 'Normal')
      )
        words(reason).forEach((word) => told.add(word));
    }
    ts.forEachChild(node, look);
  };
  for (const file of filesIn(room)) look(program.getSourceFile(file)!);
  return { said, told };
}

describe.each(rooms)('the reasons of $room', ({ room, reasons }) => {
  const { said, told } = saidIn(room);
  const own = (name: string): boolean => room === 'hooks/core' || !ofCore.has(name);

  it('are all given', () => {
    expect(said.size).toBeGreaterThan(10);
    expect(
      namesIn(reasons)
        .filter(own)
        .filter((name) => !said.has(name)),
    ).toEqual([]);
  });

  it('are events where the table says so', () => {
    const events = namesIn(reasons, ({ event }) => event !== undefined).filter(own);
    // what the fence says is told by whoever asks it
    expect(events.filter((name) => !told.has(name) && !(name in fenceReasons))).toEqual([]);
  });

  it('have one throttle each', () => {
    expect(() => throttledReasonsOf([{ reasons }])).not.toThrow();
  });
});
