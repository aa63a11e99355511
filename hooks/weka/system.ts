/** Weka, as the generic rooms see it. */
import type { System } from '../core/system.ts';
import { wekaAccess } from './access.ts';
import { kinds } from './api/index.ts';
import { wekaCatalogue } from './catalogue.ts';
import { wekaChecks } from './checks.ts';
import { operatorConfig } from './config.ts';
import { wekaChildren, wekaControllers } from './controllers.ts';
import { wekaLeads } from './leads.ts';
import { wekaLives } from './lives.ts';
import { wekaNotSupported } from './not-supported.ts';
import { wekaOverviews } from './overview/index.ts';
import { wekaFates } from './plan.ts';
import { wekaReasons } from './reasons.ts';

export const wekaSystem: System = {
  name: 'weka',
  kinds,
  controllers: wekaControllers,
  children: wekaChildren,
  settings: operatorConfig,
  bootConfigMapSetting: 'bootConfigMapName',
  access: wekaAccess,
  catalogue: wekaCatalogue,
  reasons: wekaReasons,
  leads: wekaLeads,
  fates: wekaFates,
  overviews: wekaOverviews,
  checks: wekaChecks,
  notSupported: wekaNotSupported,
  lives: wekaLives,
};
