import { type Diagnostic, isError, type Position } from '../contract/diagnostic.ts';
import type { TaskType } from '../contract/task-type.ts';
import { compileCondition, compileExpression } from './expression.ts';
import type { Expression, Layer, Loaded, Template } from './model.ts';
import type { RoleText } from './role.ts';
import { fault, type Source, type Span } from './source.ts';
import { compileTemplate } from './template.ts';
import { compileText, type TextTemplate } from './text-template.ts';
import { openSource, type VaultReader } from './vaults.ts';
import { parseYaml, type YamlNode, type YamlScalar } from './yaml.ts';

/** How the controller's files are read; given by the caller. Paths are absolute. */
export interface FileAccess {
  /** null: no such file, or a directory. */
  read(path: string): string | null;
  /** Names in a directory, without `.` and `..`; none if there is no such directory. */
  list(dir: string): string[];
  isDirectory(path: string): boolean;
  /** null: nothing, or nothing that has an end (a device, a pipe). */
  kind(path: string): Kind;
  /** How messages name the path: relative to the working directory. */
  display(path: string): string;
  /** Opens what is encrypted; without it that is refused. */
  readonly vaults?: VaultReader;
}

type Kind = 'file' | 'directory' | null;

export interface LoadContext {
  readonly taskTypes: ReadonlyMap<string, TaskType>;
  readonly io: FileAccess;
  /** What the inventory gives to hosts, as far as it is known. */
  readonly inventory?: readonly Layer[];
}

/** A YAML file that was read; `node` is null where it is empty or can't be parsed (which has been reported). */
export interface YamlFile {
  readonly path: string;
  readonly node: YamlNode | null;
  readonly source: Source;
}

/** Imports and includes of one load, each as often as it is come to. */
const MAX_BROUGHT_IN = 10_000;

/** What one load of a playbook shares: files and texts read once, the task ids, and all that is wrong. */
export class Loader {
  readonly taskTypes: ReadonlyMap<string, TaskType>;
  readonly io: FileAccess;
  readonly inventory: readonly Layer[];
  /** Roles that were read, by their path. */
  readonly roles = new Map<string, RoleText>();
  private ids = 0;
  private wrong = 0;
  private broughtIn = 0;
  private readonly found = new Map<string, Diagnostic>();
  /** Names of files in the order in which they were read. */
  private readonly order = new Map<string, number>();
  private readonly files = new Map<string, YamlFile | null>();
  private readonly texts = new Map<string, TextTemplate | null>();
  private readonly kinds = new Map<string, Kind>();
  private readonly templates = new WeakMap<YamlNode, Template>();
  private readonly expressions = new WeakMap<YamlNode, Expression | { readonly none: true }>();

  constructor(context: LoadContext) {
    this.taskTypes = context.taskTypes;
    this.io = context.io;
    this.inventory = context.inventory ?? [];
  }

  /** Ids ascend in the order of running. */
  nextId(): number {
    return ++this.ids;
  }

  lastId(): number {
    return this.ids;
  }

  /** The same mistake in the same place is kept once, however often the text is used. */
  report(diagnostic: Diagnostic): void {
    const { at } = diagnostic;
    const key = `${at?.file}:${at?.line}:${at?.column}:${diagnostic.code}:${diagnostic.message}`;
    if (!this.found.has(key)) this.found.set(key, diagnostic);
    if (isError(diagnostic)) this.wrong += 1;
  }

  /** Tells later whether a mistake was met since. */
  watch(): () => boolean {
    const before = this.wrong;
    return () => this.wrong > before;
  }

  /** Whether `read` met a mistake, beside what it gave. */
  flawed<T>(read: () => T): { readonly value: T; readonly flawed: boolean } {
    const isFlawed = this.watch();
    const value = read();
    return { value, flawed: isFlawed() };
  }

  /** False, and reported: files bring each other in more often than anybody means. */
  mayBringIn(span: Span): boolean {
    this.broughtIn += 1;
    if (this.broughtIn <= MAX_BROUGHT_IN) return true;
    if (this.broughtIn === MAX_BROUGHT_IN + 1) {
      const message = `files are brought in more than ${MAX_BROUGHT_IN} times`;
      this.report(
        fault(span, 'too-many-files', message, 'look for files that import one file several times'),
      );
    }
    return false;
  }

  take<T>(loaded: Loaded<T>): T {
    for (const diagnostic of loaded.diagnostics) this.report(diagnostic);
    return loaded.value;
  }

  /** Files in the order in which they were read, each from top to bottom. */
  diagnostics(): Diagnostic[] {
    const file = ({ at }: Diagnostic) => (at ? (this.order.get(at.file) ?? this.order.size) : -1);
    return [...this.found.values()].sort((a, b) => {
      const [x, y] = [a.at, b.at];
      return file(a) - file(b) || (x && y ? x.line - y.line || x.column - y.column : 0);
    });
  }

  template(node: YamlNode): Template {
    let template = this.templates.get(node);
    if (!template) {
      template = this.take(compileTemplate(node));
      this.templates.set(node, template);
    }
    return template;
  }

  /** An expression of any type; null: it can't be compiled, which has been reported. */
  expression(node: YamlScalar): Expression | null {
    return this.compiled(node, compileExpression);
  }

  /** An expression that decides; null as with `expression`. */
  condition(node: YamlScalar): Expression | null {
    return this.compiled(node, compileCondition);
  }

  private compiled(node: YamlScalar, compile: typeof compileExpression): Expression | null {
    let known = this.expressions.get(node);
    if (!known) {
      const text = typeof node.value === 'string' ? node.value : node.written;
      known = this.take(compile(text, node.span)) ?? { none: true };
      this.expressions.set(node, known);
    }
    return 'none' in known ? null : known;
  }

  /** null: there is no such file. */
  yaml(path: string): YamlFile | null {
    const known = this.files.get(path);
    if (known !== undefined) return known;
    const text = this.read(path);
    const file = text === null ? null : this.parse(path, text);
    this.files.set(path, file);
    return file;
  }

  /** A template file, compiled; null where it can't be (reported), or does not exist. */
  text(path: string): TextTemplate | null {
    const known = this.texts.get(path);
    if (known !== undefined) return known;
    const text = this.read(path);
    const compiled = text === null ? null : this.compileText(this.io.display(path), text);
    this.texts.set(path, compiled);
    return compiled;
  }

  private compileText(name: string, text: string): TextTemplate | null {
    const opened = openSource(name, text, this.io.vaults);
    if ('text' in opened) return this.take(compileText(opened));
    this.report(opened);
    return null;
  }

  exists(path: string): boolean {
    return this.kind(path) !== null;
  }

  isDirectory(path: string): boolean {
    return this.kind(path) === 'directory';
  }

  private kind(path: string): Kind {
    let kind = this.kinds.get(path);
    if (kind === undefined) {
      kind = this.io.kind(path);
      this.kinds.set(path, kind);
    }
    return kind;
  }

  private read(path: string): string | null {
    const text = this.io.read(path);
    const name = this.io.display(path);
    if (text !== null && !this.order.has(name)) this.order.set(name, this.order.size);
    return text;
  }

  private parse(path: string, text: string): YamlFile {
    const name = this.io.display(path);
    const { value, diagnostics, source: src } = parsedOnce(this.io, name, text);
    for (const diagnostic of diagnostics) this.report(diagnostic);
    return { path, node: value, source: src };
  }
}

interface Parsed extends ReturnType<typeof parseYaml> {
  readonly text: string;
}

const parsed = new WeakMap<FileAccess, Map<string, Parsed>>();

/** Playbooks of one project share most of their files: what is read through the same access is parsed once. */
function parsedOnce(io: FileAccess, name: string, text: string): Parsed {
  const known = parsed.get(io) ?? new Map<string, Parsed>();
  parsed.set(io, known);
  const before = known.get(name);
  if (before?.text === text) return before;
  const now = { ...parseYaml(name, text, io.vaults), text };
  known.set(name, now);
  return now;
}

export function position(span: Span): Position {
  return span.source.position(span.start);
}
