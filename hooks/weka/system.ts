/** Weka, as the generic rooms see it. */
import type { System } from '../core/system.ts';
import { wekaAccess } from './access.ts';
import { wekaCatalogue } from './catalogue.ts';
import { operatorConfig } from './config.ts';
import { wekaControllers } from './controllers.ts';
import { wekaLives } from './lives.ts';

export const wekaSystem: System = {
  name: 'weka',
  controllers: wekaControllers,
  settings: operatorConfig,
  bootConfigMapSetting: 'bootConfigMapName',
  access: wekaAccess,
  catalogue: wekaCatalogue,
  lives: wekaLives,
};
