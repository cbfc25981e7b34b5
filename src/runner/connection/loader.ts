import { LARGEST_OUTPUT } from '../contract/exchange.ts';
import { TOOLS } from '../contract/tools.ts';

/** Seconds that what runs has left when the line has ended and nobody asks for it. */
const GRACE = 5;

/** Bytes told of an output that is not kept. */
const END = 64 * 1024;

/** KiB. What is printed without end is emptied once a second only: by then it should have filled no place. */
const ROOM = 1024 * 1024;

/** Without these there are no exchanges at all. */
const VITAL = 'mkdir dd cat rm head wc';

/**
 * The text that starts a standing shell. It travels in argv, so it holds no secret; and it stands between single quotes
 * for a login shell of any family (sh, csh, fish), so it holds no newline, single quote, backslash or exclamation mark.
 *
 * What it promises on stdout, each as one line that begins with the token (anything before the first one is noise of
 * the login's startup files):
 *
 *     TOKEN ready 1 PID PGID FOLDER     before it reads anything
 *     TOKEN unfit WHAT                  the host lacks WHAT; it ends
 *     TOKEN garbled                     its stdin was read by somebody else; it ends
 *
 * After that it reads requests, `TOKEN BYTES\n` and as many bytes of shell code, and sources each.
 */
const LOADER = [
  'mp_u=$(umask); umask 077; mp_k=@TOKEN@; mp_T=; mp_D=; mp_E=; mp_h=x; mp_g=$$',
  'mp_x() { echo "$mp_k unfit $1"; exit 97; }',
  `for mp_c in ${VITAL}; do command -v $mp_c >/dev/null 2>&1 || mp_x $mp_c; done`,
  // Where nothing is missing, no fragment looks for what it needs.
  `mp_lacks=; for mp_c in ${TOOLS.join(' ')}; do command -v $mp_c >/dev/null 2>&1 || mp_lacks=$mp_c; done`,
  'mp_needs() { if [ "$mp_lacks" ]; then for mp_c; do if command -v $mp_c >/dev/null 2>&1; then continue; fi',
  'echo "$mp_k lacks $mp_c" >&2; exit 127; done; fi; }',
  '{ read -r mp_h </proc/sys/kernel/hostname; } 2>/dev/null',
  '{ read -r mp_a mp_a mp_a mp_y mp_g mp_a </proc/$$/stat; } 2>/dev/null',
  // Who holds the line (sshd, or whoever runs us on this machine) is mp_y, and mp_v is its child: we, or our sudo.
  'mp_v=$$; while read -r mp_a </proc/$mp_y/comm && [ "$mp_a" = sudo ]',
  'do mp_v=$mp_y; read -r mp_a mp_a mp_a mp_y mp_a </proc/$mp_v/stat; done 2>/dev/null',
  // Whoever starts us may end us before we are ready: the folder goes then too.
  'mp_z() { { read -r mp_b <"$mp_T/.g"; } 2>/dev/null && kill -s KILL $mp_b 2>/dev/null; rm -rf -- "$mp_T" "$mp_D"; }',
  'trap mp_z EXIT; trap "exit 129" HUP PIPE INT TERM',
  // Folders in memory first; one without room for a question is passed over. mkdir fails on anything that is already
  // there, so no one can lay a trap in /tmp.
  'for mp_d in /dev/shm "$XDG_RUNTIME_DIR" "${TMPDIR:-/tmp}" /tmp /var/tmp "$HOME"',
  'do [ -d "$mp_d" ] && [ -w "$mp_d" ] || continue; mp_p=$mp_d/mama-play-$mp_h.; mp_T=$mp_p$$.$mp_k',
  'mkdir "$mp_T" 2>/dev/null || { mp_T=; continue; }',
  '{ printf %65536s >"$mp_T/d"; } 2>/dev/null && break; rm -rf -- "$mp_T"; mp_T=; done',
  '[ "$mp_T" ] || mp_x "a writable temporary folder with room in it (tried /dev/shm, XDG_RUNTIME_DIR, TMPDIR, /tmp, /var/tmp, HOME)"',
  // Its twin on disk, which is made where it is needed.
  'mp_D=${TMPDIR:-/tmp}/${mp_T##*/}',
  // Folders of sessions that were cut off: our name, our own, and the process is dead.
  'for mp_s in "$mp_p"* "${TMPDIR:-/tmp}/mama-play-$mp_h."*; do [ -O "$mp_s" ] || continue; mp_a=${mp_s##*/mama-play-"$mp_h".}',
  'kill -0 "${mp_a%%.*}" 2>/dev/null || rm -rf -- "$mp_s"; done',
  // What the requests use: mp_f begins a fragment, mp_o is for our own, mp_d reads input, mp_w prints a file as long as
  // it is now (whoever still writes to it can't keep us here).
  // Descriptor 9 is the lease: whatever a fragment leaves running must not hold it.
  'mp_f() { trap - EXIT HUP PIPE INT TERM; umask $mp_u; exec 9>&-; }',
  'mp_o() { LC_ALL=C; PATH=${PATH:-/usr/local/bin:/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin; export LC_ALL PATH; }',
  'mp_d() { dd bs=65536 iflag=fullblock,count_bytes count=$1 of="$mp_T/$2" 2>"$mp_T/d" && return',
  'read -r mp_a <"$mp_T/d"; mp_x "dd with iflag=fullblock,count_bytes, or room in $mp_T: $mp_a"; }',
  'mp_w() { if [ -s "$1" ]; then head -c $(wc -c <"$1") "$1"; fi; }',
  // mp_j: what a change prints goes to mp_E, which is our folder, or its twin where memory has little room and the disk has
  // more than enough.
  'mp_j() { if [ "$mp_E" ]; then return; fi; mp_E=$mp_T; mp_n=0',
  '{ for mp_c in 1 2 3; do read -r mp_a mp_n mp_a; done </proc/meminfo; set -- $(LC_ALL=C df -Pk "$mp_T" "${TMPDIR:-/tmp}")',
  `if [ \${11} -lt ${ROOM} ] || [ $mp_n -lt ${2 * ROOM} ]; then if [ \${17} -ge ${ROOM} ] && mkdir "$mp_D"`,
  'then mp_E=$mp_D; fi; fi; } 2>/dev/null; }',
  // Of what may print without end: what came to too much, or to more than there is room for, is its end, behind a line that
  // says so. Where it lies is often memory: mp_l, once a second, empties what is too much already. The command goes on.
  'mp_m() { mp_b=0; mp_s=1; if [ -s "$1" ]; then mp_b=$(wc -c <"$1"); fi; if [ -e "$1+" ]; then :',
  `elif [ $mp_b -le ${LARGEST_OUTPUT} ] && { printf %4096s >"\${1%/*}/f"; } 2>/dev/null; then mp_s=; fi`,
  `if [ $mp_s ]; then echo "$mp_k endless"; tail -c ${END} "$1" 2>/dev/null | head -c ${END}`,
  'elif [ $mp_b -gt 0 ]; then head -c $mp_b "$1"; fi; }',
  'mp_l() { for mp_b in "$mp_T"/*[OE] "$mp_D"/*[OE]',
  `do if [ -s "$mp_b" ] && [ $(wc -c <"$mp_b") -gt ${LARGEST_OUTPUT} ]; then echo >"$mp_b+"; : >"$mp_b"; fi; done; }`,
  // mp_i: is this process still the child of that one?
  // The guard: what runs when nobody holds the line any more has five seconds, and more as long as somebody asks for
  // it (the file k); then it is ended. Its own number, in .g, is for whoever ends well.
  'mp_i() { mp_a=; { read -r mp_a mp_a mp_a mp_a mp_c </proc/$1/stat; } 2>/dev/null; [ "$mp_a" = "$2" ]; }',
  'mp_e() { trap - EXIT; trap "" HUP INT TERM; read -r mp_b mp_a </proc/self/stat; echo $mp_b >"$mp_T/.g"',
  'mp_n=0; while sleep 1 && [ -d "$mp_T" ] && kill -0 $$',
  'do mp_l; if mp_i $mp_v $mp_y; then continue; fi; if [ -e "$mp_T/k" ]; then rm -f "$mp_T/k"; mp_n=0; continue; fi',
  `mp_n=$((mp_n+1)); [ $mp_n -ge ${GRACE} ] || continue; kill -s TERM -- -$mp_g; sleep 2`,
  'rm -rf -- "$mp_T" "$mp_D"; kill -s KILL -- -$mp_g; done; }',
  'trap : INT TERM; echo; echo "$mp_k ready 1 $$ $mp_g $mp_T"',
  'if [ "$mp_y" ]; then ( exec </dev/null >/dev/null 2>&1; mp_e ) & fi',
  'while read -r mp_a mp_c; do if [ "$mp_a" = $mp_k ]; then mp_d $mp_c q; . "$mp_T/q"',
  'else echo "$mp_k garbled"; exit 98; fi; done; exit 0',
].join('; ');

/** The exit statuses of a shell that gave up, told apart from those of a login shell that never got there. */
export const GAVE_UP = { unfit: 97, garbled: 98, folder: 96 } as const;

/** The command line for the login shell. `token` is 32 hex digits. */
export function loaderCommand(token: string): string {
  return `exec sh -c '${LOADER.replace('@TOKEN@', token)}'`;
}

/** The line that announces a request of so many bytes. */
export function requestLine(token: string, bytes: number): string {
  return `${token} ${bytes}\n`;
}
