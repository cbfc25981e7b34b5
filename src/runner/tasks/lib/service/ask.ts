import { lines, type Script, sh } from '../../../contract/script.ts';
import { type Service, scriptName } from './desired.ts';

/** Seconds for an init script to tell whether its service runs. */
const PATIENCE = 30;

/** Answers of one line each: `word value`, and systemd's own `Word=value`. */
export function askService(service: Service): Script {
  return sh`if [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1; then
${askSystemd(service)}
elif [ -d /etc/init.d ]; then
${askSysv(service)}
else
echo manager none
fi
exit 0`;
}

function askSystemd({ name, enabled }: Service): Script {
  const properties = ['LoadState', 'ActiveState', 'NeedDaemonReload'].flatMap((word) => ['-p', word]);
  return lines(
    sh`echo manager systemd
said=$(systemctl show --no-pager ${properties} -- ${name} 2>&1) || { printf 'trouble %s\n' "$said"; exit 0; }
printf '%s\n' "$said"
case $said in *LoadState=not-found*)
  systemctl list-unit-files --no-pager --no-legend --plain --type=service 2>/dev/null |
    while read -r unit rest; do echo "candidate $unit"; done ;;
esac`,
    enabled !== undefined && sh`echo "enabled $(systemctl is-enabled -- ${name} 2>/dev/null)"`,
  );
}

function askSysv({ name, enabled }: Service): Script {
  const script = scriptName(name);
  return lines(
    sh`echo manager sysv
if [ -x /etc/init.d/${script} ]; then`,
    INIT,
    sh`init ${['timeout', String(PATIENCE)]} /etc/init.d/${script} status >/dev/null 2>&1; echo "status $?"`,
    enabled !== undefined &&
      sh`on=disabled
for link in /etc/rc[S2345].d/S[0-9][0-9]${script}; do [ -L "$link" ] && on=enabled; done
echo "enabled $on"
command -v update-rc.d >/dev/null 2>&1 || echo fixed`,
    sh`echo found
else
for file in /etc/init.d/*; do [ -x "$file" ] && echo "candidate \${file##*/}"; done
fi`,
  );
}

/** As service(8) does it: from the root directory, with nothing of the environment but language and path. */
export const INIT: Script = sh`init() { ( cd / && exec env -i LANG=C PATH="$PATH" TERM=dumb "$@" </dev/null ); }`;
