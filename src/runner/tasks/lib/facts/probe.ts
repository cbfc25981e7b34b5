import { lines, type Script, sh } from '../../../contract/script.ts';

/** Commands that some hosts lack are asked for in vain: what they tell is then missing, or said in another way. */
const QUIET = sh`exec 2>/dev/null`;

/**
 * Lines of `name value`; the distribution's own file follows behind `release`, the login's environment, whose parts end
 * in NUL, behind `env`.
 */
export const probeFacts: Script = lines(
  QUIET,
  sh`echo "system $(uname -s)"; echo "nodename $(uname -n)"; echo "kernel $(uname -r)"
echo "kernel_version $(uname -v)"; echo "machine $(uname -m)"
echo "fqdn $(timeout 3 hostname -f)"
echo "nproc $(nproc)"; echo "vcpus $(grep -c '^processor' /proc/cpuinfo)"
while read -r k v u; do
  case $k in MemTotal: | MemFree: | SwapTotal: | SwapFree:) echo "$k $v" ;; esac
done </proc/meminfo
read -r up rest </proc/uptime && echo "uptime $up"`,
  // The kernel's table names the way where there is no ip(8); the address then is not known.
  sh`echo "route $(ip -4 route get 8.8.8.8 | head -n 1)"
while read -r i dest gate flags rest; do
  if [ "$dest" = 00000000 ]; then echo "table $i $gate"; break; fi
done </proc/net/route
ip -4 -o addr show | while read -r n i f a rest; do echo "address $i $a"; done
for i in /sys/class/net/*; do [ -e "$i" ] && echo "interface \${i##*/}"; done`,
  sh`echo "user $(id -un)"; echo "uid $(id -u)"; echo "gid $(id -g)"; echo "home $HOME"
date '+date %Y %m %d %H %M %S %s %A %w %Z %z'
date -u '+utc %Y-%m-%dT%H:%M:%SZ'`,
  sh`for m in apt-get dnf yum zypper apk pacman; do
  if command -v $m >/dev/null; then echo "packages $m"; break; fi
done
if [ -d /run/systemd/system ]; then echo 'services systemd'
elif command -v rc-status >/dev/null; then echo 'services openrc'
else echo "services $(cat /proc/1/comm)"; fi
[ -r /etc/debian_version ] && echo "debian $(cat /etc/debian_version)"
echo release; cat /etc/os-release || cat /usr/lib/os-release
echo; echo env; cat /proc/$$/environ || env -0
exit 0`,
);
