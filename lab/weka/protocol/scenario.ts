import type { Place, PlaceOptions } from './places.fixture.ts';

/** A piece of the protocol between runtime and operator, played at one place. */
export interface Scenario {
  name: string;
  options?: PlaceOptions;
  run(place: Place): Promise<void>;
}
