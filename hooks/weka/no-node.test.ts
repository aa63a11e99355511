import { describe, expect, it } from 'vitest';
import { noNode } from './no-node.ts';

describe('where no node is of use', () => {
  it.each<[string, Record<string, string>[], string]>([
    [
      'the selector is named, with the command that shows who has its labels',
      [{ zone: 'a', 'weka.io/role': 'app' }],
      'no node matches the node selector weka.io/role=app,zone=a: kubectl get nodes -l weka.io/role=app,zone=a',
    ],
    [
      'each selector is named once',
      [{ role: 'drive' }, { role: 'compute' }, { role: 'drive' }],
      'no node matches the node selector role=compute or role=drive: kubectl get nodes -l role=compute',
    ],
    [
      'without a selector nobody has told of any node',
      [{}],
      'there is no WekaNode: is the controller of nodes up? kubectl get wekanodes',
    ],
  ])('%s', (_sentence, selectors, expected) => expect(noNode(selectors)).toBe(expected));
});
