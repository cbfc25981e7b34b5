import { type Diagnostic, isError } from '../contract/diagnostic.ts';

/**
 * Diagnostics in the Static Analysis Results Interchange Format, version 2.1.0 (OASIS): what code hosts show beside
 * the lines. Rules are the codes; paths are relative to the working directory.
 */
export function sarif(diagnostics: readonly Diagnostic[], version: string): object {
  const rules = [...new Set(diagnostics.map(({ code }) => code))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'mama-play',
            version,
            rules: rules.map((id) => ({ id, shortDescription: { text: id.replaceAll('-', ' ') } })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((diagnostic) => result(diagnostic, rules)),
      },
    ],
  };
}

function result(diagnostic: Diagnostic, rules: readonly string[]): object {
  const { code, message, hint, at } = diagnostic;
  return {
    ruleId: code,
    ruleIndex: rules.indexOf(code),
    level: isError(diagnostic) ? 'error' : 'warning',
    message: { text: hint === undefined ? message : `${message}\n${hint}` },
    // What no text is to blame for (an option, a missing file) has no place.
    ...(at && isFile(at.file) ? { locations: [location(diagnostic, at)] } : {}),
  };
}

/** The options of the command line name themselves as places. */
function isFile(name: string): boolean {
  return !name.startsWith('-');
}

function location({ width }: Diagnostic, at: NonNullable<Diagnostic['at']>): object {
  const end = width === undefined ? {} : { endColumn: at.column + width };
  return {
    physicalLocation: {
      artifactLocation: { uri: at.file.split('/').map(encodeURIComponent).join('/') },
      region: { startLine: at.line, startColumn: at.column, ...end },
    },
  };
}
