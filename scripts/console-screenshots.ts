/**
 * Takes the pictures of docs/console/ from a running console, light and dark:
 *
 *     npm start -- --http-port 8080
 *     node --import ./test/support/typescript.js scripts/console-screenshots.ts http://127.0.0.1:8080 [FOLDER]
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';

interface Picture {
  readonly name: string;
  /** What stands after the `#`. */
  readonly route: string;
  readonly prepare?: (page: Page) => Promise<void>;
}

const PICTURES: readonly Picture[] = [
  { name: 'overview', route: '/overview' },
  { name: 'topology', route: '/topology/wallets?shape=node+KSTREAM-AGGREGATE-0000000009' },
  { name: 'tasks', route: '/tasks' },
  { name: 'stores', route: '/stores/wallets/top-credits', prepare: openFirstValue },
  { name: 'windows', route: '/stores/sales/sales-per-seller?key=seller-1' },
  { name: 'tracer', route: '/trace/wallets?key=wallet-17', prepare: followWallet },
  { name: 'queries', route: '/queries', prepare: askFirstQuery },
];

const [address = 'http://127.0.0.1:8080', folder = join(import.meta.dirname, '../docs/console')] =
  process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const colorScheme of ['light', 'dark'] as const) {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 800 } });
  await page.goto(address);
  await page.waitForTimeout(40_000); // so that charts have something to show
  for (const { name, route, prepare } of PICTURES) {
    await page.goto(`${address}/#${route}`); // within the page: what charts show stays
    await page.waitForTimeout(2_000);
    await prepare?.(page);
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
  }
  await page.close();
}
const phone = await browser.newPage({ colorScheme: 'light', viewport: { width: 390, height: 844 } });
await phone.goto(address);
await phone.waitForTimeout(5_000);
await phone.screenshot({ path: join(folder, 'phone-light.png') });
await browser.close();

async function openFirstValue(page: Page): Promise<void> {
  await page.locator('.opener').first().click();
}

async function followWallet(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Follow' }).click();
  await page
    .locator('.timeline')
    .waitFor({ timeout: 30_000 })
    .catch(() => undefined); // not every wallet pays soon
  await page.waitForTimeout(4_000);
}

async function askFirstQuery(page: Page): Promise<void> {
  const query = page.locator('.query').first();
  await query.getByRole('textbox').first().fill('wallet-17');
  await query.getByRole('button', { name: 'Ask' }).click();
  await page.waitForTimeout(500);
}
