// Writes name.gz beside every text asset above 1 KB of the built pages, so that the server can send it without compressing.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const smallest = 1024;
const text = /\.(js|css|svg|html|json)$/;

function compress(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) compress(path);
    else if (text.test(name) && statSync(path).size > smallest) {
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
    }
  }
}

compress(process.argv[2] ?? 'dist');
