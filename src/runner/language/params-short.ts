import type { Diagnostic } from '../contract/diagnostic.ts';
import type { TaskType } from '../contract/task-type.ts';
import { parameterNames, typesOf } from './params-schema.ts';
import { fault } from './source.ts';
import type { YamlScalar } from './yaml.ts';

/** Options of Ansible's that are often written behind a command. */
const BEHIND_COMMAND = /(?:^|\s)(creates|removes|chdir|executable)=(\S+)/;

/** `name=value`; a value may be quoted, and hold `{{ … }}`. */
const WORD = /([A-Za-z_]\w*)=("[^"]*"|'[^']*'|(?:\{\{.*?\}\}|\S)*)/g;

/**
 * `path=/x state=absent`: refused, with the form that we read. Where a text alone is a form too (`command: make`), only
 * one that begins with a parameter of the type is meant so.
 */
export function wordForm(type: TaskType, node: YamlScalar): Diagnostic | null {
  const text = String(node.value);
  const names = parameterNames(type);
  const behind = type.short === undefined ? null : BEHIND_COMMAND.exec(text);
  if (behind && names.has(behind[1]!)) {
    const command = text.replace(BEHIND_COMMAND, '').trim();
    const ours = `write ${type.name}: {${type.short}: ${JSON.stringify(command)}, ${behind[1]}: ${JSON.stringify(behind[2])}}`;
    return fault(node.span, 'words', `"${behind[1]}=" is a parameter of its own`, ours);
  }
  const [, first] = /^\s*([A-Za-z_]\w*)=/.exec(text) ?? [];
  if (first === undefined || (type.short !== undefined && !names.has(first))) return null;
  const words = [...text.matchAll(WORD)].map(([, key, value]): [string, string] => [key!, value!]);
  const lone = words.length === 1 && first === type.short;
  const given: [string, string][] = lone ? [[first, text.trim().slice(first.length + 1)]] : words;
  const entries = given.map(([key, value]) => {
    const schema = type.schema.properties[names.get(key) ?? key];
    return `${key}: ${yamlOf(value, (schema && typesOf(schema)) ?? [])}`;
  });
  const message = 'parameters are a map here, not words with "="';
  return fault(node.span, 'words', message, `write ${type.name}: {${entries.join(', ')}}`);
}

/** The word as YAML, of the type that its parameter takes. */
function yamlOf(word: string, types: readonly string[]): string {
  if (types.includes('boolean') && /^(?:yes|true|on)$/i.test(word)) return 'true';
  if (types.includes('boolean') && /^(?:no|false|off)$/i.test(word)) return 'false';
  if ((types.includes('integer') || types.includes('number')) && /^\d+$/.test(word)) return word;
  if (/^["']/.test(word)) return word;
  if (types.includes('array') && word.includes(',')) return `[${word.split(',').join(', ')}]`;
  return /^(?:true|false|[A-Za-z/][\w./-]*)$/.test(word) ? word : JSON.stringify(word);
}
