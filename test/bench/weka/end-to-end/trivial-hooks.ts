/**
 * Two hooks that decide nothing: a WekaCluster has the WekaContainers that its template says, and each of them has one
 * pod. What they take end to end is what Metacontroller and the API server take.
 */
import { createServer } from 'node:http';

interface Request {
  parent: {
    metadata: { name: string; namespace: string };
    spec: { image: string; dynamicTemplate?: { computeContainers: number; driveContainers: number } };
  };
}

const containers = ({ parent: { metadata, spec } }: Request): object[] =>
  Object.entries({
    drive: spec.dynamicTemplate?.driveContainers ?? 0,
    compute: spec.dynamicTemplate?.computeContainers ?? 0,
  }).flatMap(([mode, count]) =>
    Array.from({ length: count }, (_, index) => ({
      apiVersion: 'weka.weka.io/v1alpha1',
      kind: 'WekaContainer',
      metadata: { name: `${metadata.name}-${mode}-${index}`, namespace: metadata.namespace },
      spec: { mode, image: spec.image, name: `${mode}-${index}` },
    })),
  );

const pod = ({ parent: { metadata, spec } }: Request): object[] => [
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { containers: [{ name: 'weka-container', image: spec.image, command: ['sleep', 'infinity'] }] },
  },
];

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    if (request.method === 'GET') return response.end('{}');
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Request;
    const { name, namespace } = body.parent.metadata;
    const children =
      request.url === '/wekacluster/sync'
        ? containers(body)
        : pod({ parent: { ...body.parent, metadata: { name, namespace } } });
    return response.end(JSON.stringify({ status: {}, children }));
  });
});
server.keepAliveTimeout = 100_000;
server.listen(Number(process.argv[2]), '127.0.0.1');
