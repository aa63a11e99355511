import { describe, expect, it } from 'vitest';
import { Refusal, type Connection } from '../connection.ts';
import { kinds } from '../kinds.ts';
import { readLive } from './read.ts';

const [first] = kinds;
const own = `/apis/${first!.group}/${first!.version}`;
const secret = {
  metadata: {
    name: 'token',
    namespace: 'here',
    uid: '1',
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'c2VjcmV0' },
    managedFields: [],
  },
  data: { password: 'c2VjcmV0', username: 'YWRtaW4=' },
};

/** Answers by path; others are empty lists. */
function connection(answers: Record<string, unknown>): Connection & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    namespace: 'here',
    post: () => Promise.reject(new Error('nothing is written')),
    text: () => Promise.reject(new Error('no text is read')),
    time: () => Promise.resolve(undefined),
    get(path) {
      asked.push(path);
      const answer = answers[path.replace('?limit=500', '')] ?? { items: [] };
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
}
const forbidden = new Refusal('pods is forbidden', 403);

describe('what a plan is made of', () => {
  it('is read page by page, with the kind that a list does not repeat', async () => {
    const thing = (name: string) => ({ metadata: { name, namespace: 'here', uid: name } });
    const list = `${own}/${first!.plural}`;
    const live = await readLive(
      connection({
        [list]: { items: [thing('one')], metadata: { continue: 'next' } },
        [`${list}&continue=next`]: { items: [thing('two')], metadata: { continue: '' } },
      }),
      'here',
      0,
    );
    expect(live.objects).toEqual(
      ['one', 'two'].map((name) => ({
        apiVersion: `${first!.group}/${first!.version}`,
        kind: first!.kind,
        ...thing(name),
      })),
    );
  });

  it('has no values of Secrets but those that are public, and reads them only where there are objects of the systems', async () => {
    const from = connection({ '/api/v1/namespaces/here/secrets': { items: [secret] } });
    const { objects } = await readLive(from, 'here', 0);
    expect(objects).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'token', namespace: 'here', uid: '1' },
        data: { password: '', username: 'YWRtaW4=' },
      },
    ]);
    expect(from.asked.filter((path) => path.includes('secrets'))).toEqual([
      '/api/v1/namespaces/here/secrets?limit=500',
    ]);
  });

  it('is read in the namespace alone where that is all that the user may, and what may not be read is named', async () => {
    const from = connection({
      '/api/v1/pods': forbidden,
      '/api/v1/nodes': forbidden,
      '/api/v1/namespaces/here/secrets': forbidden,
    });
    const { unread, narrowed } = await readLive(from, 'here', 0);
    expect(unread?.map(({ kind }) => kind).sort()).toEqual(['Node', 'Secret']);
    expect(narrowed?.map(({ kind }) => kind)).toEqual(['Pod']);
  });

  it('is nothing where none of the kinds of the systems may be read', async () => {
    const all = kinds.flatMap(({ plural }) => [`${own}/${plural}`, `${own}/namespaces/here/${plural}`]);
    const from = connection(Object.fromEntries(all.map((path) => [path, forbidden])));
    await expect(readLive(from, 'here', 0)).rejects.toThrow('you may read none of the objects');
  });

  it('is nothing where there is no answer', async () => {
    const from = connection({ '/api/v1/pods': new Error('no answer from https://127.0.0.1:1') });
    await expect(readLive(from, 'here', 0)).rejects.toThrow('no answer');
  });
});
