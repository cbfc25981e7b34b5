import { type Script, sh } from '../../contract/script.ts';

/**
 * The shell function `port_open HOST PORT SECONDS`: 0 when a TCP connection is accepted, 1 when not, 2 when this host
 * has nothing to try it with. It tries what there is, in this order:
 *
 * 1. bash's /dev/tcp (unless bash was built without it);
 * 2. nc: `-z` where it knows that (OpenBSD, traditional, ncat), else busybox's `-e`;
 * 3. for the host itself only, the kernel's list of listening sockets, which sees no port that iptables forwards.
 */
export const PORT_OPEN: Script = sh`port_open() {
  if command -v bash >/dev/null 2>&1; then
    said=$(timeout "$3" bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$1" "$2" 2>&1) && return 0
    case $said in *'No such file or directory'*) ;; *) return 1 ;; esac
  fi
  if command -v nc >/dev/null 2>&1; then
    case $(nc -h 2>&1 </dev/null; nc --help 2>&1 </dev/null) in
      *-z*|*Zz*) timeout "$3" nc -z -w "$3" "$1" "$2" >/dev/null 2>&1 && return 0 || return 1 ;;
      *'-e PROG'*) timeout "$3" nc -w "$3" "$1" "$2" -e true </dev/null >/dev/null 2>&1 && return 0 || return 1 ;;
    esac
  fi
  case $1 in localhost|127.*|::1|0.0.0.0|::) ;; *) return 2 ;; esac
  [ -r /proc/net/tcp ] || return 2
  port=$(printf %04X "$2")
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -Eq \
    "^ *[0-9]+: (0{8}|[0-9A-F]{6}7F|7F[0-9A-F]{6}|0{32}|0{24}(01000000|00000001)):$port [0-9A-F]*:0000 0A "
}`;
