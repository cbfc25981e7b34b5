import { isObject, type Json } from '../contract/json.ts';
import { type Area, EVERYTHING, type Predictions, type World } from '../contract/task-type.ts';
import { reaches, split } from './areas.ts';
import { Predicted } from './predicted.ts';

/** In a real run nothing is predicted. */
export const REAL: World = { predicted: () => undefined };

interface Cloud {
  readonly areas: readonly Area[];
  readonly because: string;
}

/** What the unmade changes of a dry run would have made of one machine. A real run never writes to it. */
export class Overlay {
  private readonly facts: Predicted;
  private readonly clouds: Cloud[];

  constructor(facts = new Predicted(), clouds: readonly Cloud[] = []) {
    this.facts = facts;
    this.clouds = [...clouds];
  }

  /** The same as it stands. What becomes of it stays its own. */
  copy(): Overlay {
    return new Overlay(this.facts.copy(), this.clouds);
  }

  /** From now on nobody can tell how these areas would be. */
  cloud(areas: readonly Area[], because: string): void {
    if (areas.length > 0) this.clouds.push({ areas, because });
  }

  /** `by`: the task whose change it would be. */
  predict(predictions: Predictions, by: string): void {
    for (const [key, value] of Object.entries(predictions)) {
      // What is below anything but a directory is gone.
      if (isObject(value) && value['kind'] !== 'directory') this.facts.deleteBelow(key);
      this.facts.set(key, value, by);
    }
  }

  /** One step's look at it. */
  look(): Look {
    return new Look(this.facts, this.clouds);
  }
}

/** The world as one step sees it, which remembers what the step asked for. */
export class Look implements World {
  private readonly facts: Predicted;
  private readonly clouds: readonly Cloud[];
  private readonly asked = new Set<string>();

  constructor(facts: Predicted, clouds: readonly Cloud[]) {
    this.facts = facts;
    this.clouds = clouds;
  }

  predicted(key: string): Json | undefined {
    this.asked.add(key);
    const value = this.facts.get(key)?.value;
    const same = isObject(value) ? value['same'] : undefined;
    return typeof same === 'string' ? this.predicted(`path:${same}`) : value;
  }

  /**
   * Why what was seen of these areas need not hold in the real run; null: it will. What the step asked for itself, it
   * has taken into account.
   */
  doubt(areas: readonly Area[] = EVERYTHING): string | null {
    const cloud = this.clouds.find((one) => one.areas.some((area) => reaches(area, areas)));
    if (cloud) return cloud.because;
    for (const [key, { value, by }] of this.facts.near(areas)) {
      if (!this.asked.has(key) && !isMereDirectory(value, key, areas) && reaches(key, areas)) {
        return `"${by}" would change ${key.slice(key.indexOf(':') + 1)} before`;
      }
    }
    return null;
  }
}

/** A directory that was one before, too, alters nothing of what is in it. */
function isMereDirectory(value: Json, key: string, areas: readonly Area[]): boolean {
  if (!isObject(value) || value['kind'] !== 'directory') return false;
  if (value['fresh'] === true || value['contents'] !== undefined) return false;
  return !areas.some((area) => area === '*' || split(area)[1] === split(key)[1] || area.startsWith('tree:'));
}
