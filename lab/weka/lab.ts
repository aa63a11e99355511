/** A lab of weka alone: what simulations and tests run, with the model in their hands. */
import { createLab, type Lab, type LabOptions } from '../lab.ts';
import { startWeka, type WekaModel } from './model.ts';
import type { WekaModelSettings } from './paces.ts';
import { wekaLab } from './system.ts';

export interface WekaLabOptions extends Omit<LabOptions, 'systems' | 'pace'>, WekaModelSettings {}

export interface WekaLab extends Lab, Pick<WekaModel, 'site'> {}

/** As `createLab`, at the ordinary pace where `weka` and `runtime` say nothing. */
export async function createWekaLab({ weka = {}, runtime = {}, ...options }: WekaLabOptions): Promise<WekaLab> {
  const started: WekaModel[] = [];
  const start: typeof wekaLab.start = (parts) => {
    const model = startWeka(parts, { weka, runtime });
    started.push(model);
    return model;
  };
  const lab = await createLab({ ...options, systems: [{ ...wekaLab, start }] });
  const { site } = started[0]!;
  return Object.assign(lab, { site });
}
