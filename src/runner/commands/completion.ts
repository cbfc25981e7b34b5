import type { Command, Option } from 'commander';
import { commandLines, type Shell } from '../cli.ts';
import { taskTypes } from '../tasks/index.generated.ts';

/** A subcommand ('' is the run of playbooks), what may follow it by name, and its options. */
interface Known {
  readonly name: string;
  readonly description: string;
  readonly words: readonly string[];
  readonly options: readonly Option[];
}

/** `mama-play completion SHELL`: a script that completes subcommands, options, task types and files. */
export function completion(shell: Shell): string {
  const known = [...commandLines()].map(([name, { command, words = [] }]) => ({
    name,
    description: command.description(),
    words: name === 'doc' ? [...taskTypes.keys()].sort() : words,
    options: optionsOf(command),
  }));
  return SCRIPTS[shell](known);
}

const SCRIPTS: Readonly<Record<Shell, (known: readonly Known[]) => string>> = { bash, zsh, fish };

function optionsOf(command: Command): Option[] {
  const help = command.createHelp();
  return help.visibleOptions(command);
}

function flags(options: readonly Option[]): string[] {
  return options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined));
}

/** The values that an option takes; none: any. */
function valuesOf({ parseArg }: Option): readonly string[] {
  return parseArg && 'words' in parseArg ? (parseArg.words as readonly string[]) : [];
}

function bash(known: readonly Known[]): string {
  const subcommands = known.filter(({ name }) => name !== '');
  const cases = known.map(({ name, options, words }) => {
    const closed = options.filter((option) => valuesOf(option).length > 0);
    const values = closed.map(
      (option) => `        ${flags([option]).join('|')}) values='${valuesOf(option).join(' ')}' ;;\n`,
    );
    const given = values.length > 0 ? `\n      case $before in\n${values.join('')}      esac` : '';
    return `    ${name || '*'}) options='${flags(options).join(' ')}' names='${words.join(' ')}'${given} ;;`;
  });
  return `# bash completion of mama-play: source <(mama-play completion bash)
_mama_play() {
  local cur=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} options names values=
  # --output=json is three words.
  [ "$cur" = = ] && cur=
  [ "$before" = = ] && before=\${COMP_WORDS[COMP_CWORD - 2]}
  case \${COMP_WORDS[1]} in
${[...cases.slice(1), cases[0]].join('\n')}
  esac
  [ "$COMP_CWORD" -eq 1 ] && names='${subcommands.map(({ name }) => name).join(' ')}'
  [ "$COMP_CWORD" -gt 2 ] && names=''
  COMPREPLY=()
  if [ -n "$values" ]; then
    mapfile -t COMPREPLY < <(compgen -W "$values" -- "$cur")
    return
  fi
  case $cur in
    -*) names=$options ;;
    *) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
  esac
  local found
  mapfile -t found < <(compgen -W "$names" -- "$cur")
  COMPREPLY+=("\${found[@]}")
}
complete -o filenames -F _mama_play mama-play
`;
}

function zsh(known: readonly Known[]): string {
  const described = (name: string, text: string) => quote(`${name.replaceAll(':', '\\:')}:${text}`);
  const cases = known.map(({ name, options, words }) => {
    const all = options.flatMap((option) =>
      flags([option]).map((flag) => described(flag, option.description)),
    );
    const values = options
      .filter((option) => valuesOf(option).length > 0)
      .map((option) => `        (${flags([option]).join('|')}) values=(${valuesOf(option).join(' ')}) ;;\n`);
    const given = values.length > 0 ? `\n      case $before in\n${values.join('')}      esac` : '';
    return `    ${name || '*'})\n      options=(${all.join(' ')})\n      names=(${words.map(quote).join(' ')})${given} ;;`;
  });
  const subcommands = known.filter(({ name }) => name !== '');
  return `#compdef mama-play
# zsh completion of mama-play: mama-play completion zsh > a file _mama-play in a directory of $fpath
_mama_play() {
  local -a options names values
  local before=$words[CURRENT-1]
  [[ $PREFIX == --*=* ]] && before=\${PREFIX%%=*} && compset -P '*='
  case $words[2] in
${[...cases.slice(1), cases[0]].join('\n')}
  esac
  (( CURRENT == 2 )) && names=(${subcommands.map(({ name, description }) => described(name, description)).join(' ')})
  (( CURRENT > 3 )) && names=()
  if (( $#values )); then
    compadd -a values
    return
  fi
  if [[ $PREFIX == -* ]]; then
    _describe option options
    return
  fi
  (( $#names )) && _describe name names
  _files
}
if [ "$funcstack[1]" = _mama-play ]; then _mama_play "$@"; else compdef _mama_play mama-play; fi
`;
}

function fish(known: readonly Known[]): string {
  const subcommands = known.filter(({ name }) => name !== '');
  const all = subcommands.map(({ name }) => name).join(' ');
  const lines = known.flatMap(({ name, description, options, words }) => {
    const inside =
      name === '' ? `not __fish_seen_subcommand_from ${all}` : `__fish_seen_subcommand_from ${name}`;
    const complete = `complete -c mama-play -n ${quote(inside)}`;
    return [
      ...(name === ''
        ? []
        : [`complete -c mama-play -n __fish_is_first_arg -a ${name} -d ${quote(description)}`]),
      ...(words.length > 0 ? [`${complete} -a ${quote(words.join(' '))}`] : []),
      ...options.map((option) => `${complete}${fishOption(option)}`),
    ];
  });
  return `# fish completion of mama-play: mama-play completion fish > ~/.config/fish/completions/mama-play.fish\n${lines.join('\n')}\n`;
}

function fishOption(option: Option): string {
  const { short, long, required, description } = option;
  const names = [short && ` -s ${short.slice(1)}`, long && ` -l ${long.slice(2)}`].filter(Boolean).join('');
  const values = valuesOf(option);
  const takes = values.length > 0 ? ` -x -a ${quote(values.join(' '))}` : required ? ' -r' : '';
  return `${names}${takes} -d ${quote(description)}`;
}

/** Single quotes, for zsh and fish; both take a quote that is left and entered again. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
