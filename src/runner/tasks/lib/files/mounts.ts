import { type Script, sh } from '../../../contract/script.ts';

/**
 * Names what is mounted in the current directory, each ended by NUL: relative to it, `.` for itself. A tree that is
 * removed would take with it what is on another file system. The kernel writes a space as `\040`
 * (https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html); where there is no such file nothing is told.
 */
export function tellMounts(): Script {
  return sh`if [ -r /proc/self/mountinfo ]; then p=$(pwd -P); p=\${p%/}
while read -r i i i i m i; do
case $m in *\\*) m=$(printf '%b.' "$m"); m=\${m%.};; esac
case $m in "$p") printf '.\0';; "$p"/*) printf '%s\0' "\${m#"$p"/}";; esac
done </proc/self/mountinfo
fi`;
}
