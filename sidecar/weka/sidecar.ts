/** Weka, as the sidecar sees it. */
import { wekaAccess, wekaClaimsKind } from '../../hooks/weka/access.ts';
import { wekaCatalogue } from '../../hooks/weka/catalogue.ts';
import { wekaCommands } from '../../hooks/weka/commands.ts';
import { wekaQueries } from '../../hooks/weka/queries.ts';
import { wekaReasons } from '../../hooks/weka/reasons.ts';
import { claimsPerformers } from '../operations/claims.ts';
import { sidecarSystem } from '../system.ts';
import { runtimeAllowCleanUp } from './allow-clean-up.ts';
import { runtimeAllowStop } from './allow-stop.ts';
import { wekaCredential } from './credential.ts';
import { wekaJoinToken } from './join-token.ts';
import { wekaQuery } from './query.ts';
import { runtimeReport } from './report.ts';
import { wekaRun } from './run.ts';
import { runtimeWriteResources } from './write-resources.ts';

export const wekaSidecar = sidecarSystem({
  name: 'weka',
  access: wekaAccess,
  catalogue: wekaCatalogue,
  performers: {
    ...claimsPerformers(wekaClaimsKind),
    'runtime.report': runtimeReport,
    'weka.query': wekaQuery,
    'weka.credential': wekaCredential,
    'runtime.allowStop': runtimeAllowStop,
    'runtime.allowCleanUp': runtimeAllowCleanUp,
    'runtime.writeResources': runtimeWriteResources,
    'weka.run': wekaRun,
    'weka.joinToken': wekaJoinToken,
  },
  reasons: wekaReasons,
  details: [
    {
      title: 'Commands of `weka.run`',
      head: ['command', 'timeout', 'why a repeat is harmless'],
      rows: Object.entries(wekaCommands).map(([name, { timeoutSeconds, idempotence }]) => [
        `\`${name}\``,
        `${timeoutSeconds} s`,
        idempotence,
      ]),
    },
    {
      title: 'Queries of `weka.query`',
      head: ['query', 'command'],
      rows: Object.entries(wekaQueries).map(([name, { argv }]) => [`\`${name}\``, `\`${argv.join(' ')}\``]),
    },
  ],
});
