// node mock/main.mjs [--port 8080] [--auto-agent]: the mock by itself. --auto-agent: the demo agent gets calls, too.
import { users } from './data.mjs';
import { startMock } from './server.mjs';

const args = process.argv.slice(2);
const port = args.includes('--port') ? Number(args[args.indexOf('--port') + 1]) : 8080;
const mock = await startMock({ port, manual: args.includes('--auto-agent') ? [] : [1] });
console.log(`Mock of Seatline at ${mock.url}`);
for (const user of users) console.log(`  ${user.role}: ${user.user_name} / ${user.password}`);
