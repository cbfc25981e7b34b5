import { spawn } from 'node:child_process';
import { HOSTS } from '../test/hosts/table.ts';
import { up } from '../test/hosts/up.ts';
import { permission } from './lib/packages.ts';
import { main, must, Stop } from './lib/run.ts';

const DEPLOY = ['playbooks/site.yaml', '-i', 'inventory/local.yaml'];

const LOOK = `
Look around:
  npm run hosts -- status
  npm run hosts -- ssh mama-infr sudo supervisorctl status
  npm run hosts -- ssh mama-app sudo docker ps
  npm run hosts -- ssh mama-app sudo docker exec mamangschedulerdb psql -U postgres scheduler -c "'select * from service_users'"
Change something by hand, and see what a run would do about it:
  npm run hosts -- ssh mama-app "echo X=1 | sudo tee -a /etc/mama/mama_ng_scheduler.env"
  npx mama-play ${DEPLOY.join(' ')} --check --diff
Remove the hosts:
  npm run hosts -- down`;

await main(async () => {
  heading('The two test hosts');
  const both = HOSTS.filter((host) => host.always);
  await up(both, permission(process.argv));
  await must('npm', ['run', '--silent', 'build']);

  heading(`Deploy: mama-play ${DEPLOY.join(' ')}`);
  await deploy();
  heading('The same again: nothing is left to change');
  await deploy();

  console.log(LOOK);
  return 0;
});

function heading(text: string): void {
  console.log(`\n── ${text}\n`);
}

async function deploy(): Promise<void> {
  const child = spawn(process.execPath, ['dist/main.js', ...DEPLOY], { stdio: 'inherit' });
  const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? 1)));
  if (code !== 0) throw new Stop(`mama-play ended with ${code}`);
}
