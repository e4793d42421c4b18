import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { accessibilityFindings, hasBrowser, launchBrowser } from '../support/console/browser.js';
import { MillraceProcess } from '../support/millrace-process.js';

/** Nothing here is fast for sure on a busy machine. */
const PATIENCE_MS = 60_000;
const VIEWS = ['overview', 'topology/wallets', 'tasks', 'stores', 'stores/wallets/balances', 'trace/wallets', 'dead-letters', 'queries']; // prettier-ignore

let folder: string;
let running: MillraceProcess;
let browser: Browser;
let page: Page;
const pages: Page[] = [];
let complaints: string[];

function start(ports?: readonly [grpc: number, http: number]): Promise<MillraceProcess> {
  const env = { KAFKA_BROKERS: '' }; // no Kafka, even where the suite has one
  const args = ['run', 'sales', 'wallets', '--generate'];
  return MillraceProcess.start({ args, stateDir: join(folder, 'state'), env, ports });
}

/** A page of its own, in place of the one before: pages that nobody looks at would go on asking. */
async function open(route: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<void> {
  await pages.pop()?.close();
  page = await browser.newPage({ reducedMotion: 'reduce', ...options });
  pages.push(page);
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`http://127.0.0.1:${running.httpPort}/#/${route}`);
}

const button = (name: string | RegExp): Locator => page.getByRole('button', { name });
const shape = (name: string): Locator => page.locator('.shape', { hasText: name }).first();

(hasBrowser ? describe : describe.skip)('the console (skipped where there is no Chromium)', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-console-'));
    [running, browser] = await Promise.all([start(), launchBrowser()]);
    await running.untilReady();
  });
  beforeEach(() => {
    complaints = [];
  });
  afterAll(async () => {
    await browser.close();
    await running.kill();
    await rm(folder, { recursive: true, force: true });
  });

  it('shows each application with what it reads, and no error of its own', async () => {
    await open('overview');
    for (const application of ['sales', 'wallets']) {
      const card = page.locator('.card', { hasText: application });
      await card.getByText('running').waitFor();
      await card.getByText(/^[\d.]+k?\/s$/).first().waitFor(); // prettier-ignore
    }
    await page.locator('.chart canvas').nth(1).waitFor();
    expect(complaints).toEqual([]);
  });

  it('draws the graph of a topology, and tells of a node what passes it', async () => {
    await open('topology/wallets');
    await shape('aggregate #9').click();
    const panel = page.getByRole('complementary');
    await panel.getByRole('heading', { name: 'KSTREAM-AGGREGATE-0000000009' }).waitFor();
    await panel.getByText(/^[\d.]+k?\/s$/).first().waitFor(); // prettier-ignore
    expect(await panel.getByRole('link', { name: 'balances' }).getAttribute('href')).toBe('#/stores/wallets/balances');
    expect(page.url()).toContain('shape=node+KSTREAM-AGGREGATE-0000000009');
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
  });

  it('lists tasks with their partitions, offsets and lag, and finds some', async () => {
    await open('tasks');
    await page.getByText('28 of 28 tasks').waitFor();
    await page.getByLabel('Filter').fill('sales 1_0');
    await page.getByText('1 of 28 tasks').waitFor();
    await page.getByRole('cell', { name: 'sales-sales-per-seller-repartition-0' }).waitFor();
  });

  it('reads a key-value store by key, by prefix and as a whole', async () => {
    await open('stores/wallets/balances?key=wallet-17');
    await button(/"balance"/).click();
    await page.getByText('balance:').waitFor();
    await button('Clear').click();
    await page.getByText(/^(?!1 )\d+ rows/).waitFor();
    await page.getByLabel('or prefix').fill('wallet-10');
    await button('Search').click();
    await page.getByText(/^[12] rows/).waitFor();
    expect(page.url()).toContain('prefix=wallet-10');
  });

  it('reads the windows of a key', async () => {
    await open('stores/sales/sales-per-seller?key=seller-1');
    await page.getByRole('columnheader', { name: 'Window start' }).waitFor();
    await button(/"total_amount_usd"/).first().waitFor(); // prettier-ignore
  });

  it('asks the queries of topologies', async () => {
    await open('queries');
    const query = page.locator('.query', { hasText: '/balance/{wallet_id}' });
    await query.getByLabel('wallet_id').fill('wallet-17');
    await query.getByRole('button', { name: 'Ask' }).click();
    await query.getByText('"wallet-17"').waitFor();
  });

  it('says what to do where there is nothing', async () => {
    await open('dead-letters/transactions-dlq');
    await page.getByText('"transactions-dlq" is empty').waitFor();
    await open('stores/wallets/nothing');
    await page.getByText('Choose one from the list of stores').waitFor();
  });

  it('shows changes of a store as server-sent events tell of them', async () => {
    await open('overview');
    const change = (value: number): string => `event: change\ndata: {"record":{"key":"b1","value":${value}}}\n\n`;
    await page.route('**/api/stores/balances/watch?*', (route) =>
      route.fulfill({ contentType: 'text/event-stream', body: change(1) + change(2) }),
    );
    await page.evaluate("location.hash = '#/stores/wallets/balances?watch=true'");
    await page.getByRole('row', { name: /b1/ }).getByText('2').waitFor(); // prettier-ignore
  });

  it('lights up where the records of a key go, as TraceRecords tells of it', async () => {
    await open('trace/wallets?key=wallet-17');
    const record = { key: 'wallet-17', value: { amount: '1' } };
    const steps = [
      { node: 'KSTREAM-SOURCE-0000000000', read: { topic: 'transactions_topic', record } },
      { node: 'KSTREAM-FILTER-0000000001', process: record },
    ].map((step) => `${JSON.stringify({ traceId: 't', taskId: '0_1', ...step })}\n`);
    await page.route('**/*TraceRecords', (route) => route.fulfill({ body: steps.join('') }));
    await button('Follow').click();
    await page.getByText('read transactions_topic-0 at offset 0').waitFor();
    await page.locator('.shape.lit', { hasText: 'filter #1' }).waitFor();
    await page.getByText('1 record followed').waitFor();
  });

  it('is used by keyboard alone', async () => {
    await open('overview');
    await page.getByRole('heading', { name: 'sales' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('3');
    await page.getByRole('heading', { name: 'Instances & tasks' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('wallets');
    await page.getByText('20 of 28 tasks').waitFor();
    await open('topology/sales');
    await shape('filter #1').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'KSTREAM-FILTER-0000000001' }).waitFor();
  });

  it.each(['light', 'dark'] as const)('is clean to axe in every view, %s', async (colorScheme) => {
    for (const view of VIEWS) {
      await open(view, { colorScheme });
      await page.getByText('live', { exact: true }).waitFor();
      expect([view, await accessibilityFindings(page)]).toEqual([view, []]);
    }
  });

  it('fits onto a phone', async () => {
    await open('overview', { viewport: { width: 390, height: 844 } });
    await page.getByRole('heading', { name: 'wallets' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });

  it('asks for a token when the API wants one, and keeps it for the tab', async () => {
    await open('queries');
    await page.route('**/api/**', async (route) => {
      if (route.request().headers()['authorization'] === 'Bearer secret') await route.continue();
      else await route.fulfill({ status: 401, json: { error: 'UNAUTHENTICATED', message: 'give a token' } });
    });
    await page.getByLabel('Bearer token').fill('secret');
    await button('Use it in this tab').click();
    await page.getByText('live', { exact: true }).waitFor();
    await page.reload();
    await page.getByText('live', { exact: true }).waitFor();
  });

  it('keeps what it knows while the instance restarts, and goes on by itself', async () => {
    await open('overview');
    await page.getByRole('heading', { name: 'wallets' }).waitFor();
    await running.kill();
    await page.getByText('Reconnecting.').waitFor();
    expect(await page.getByRole('heading', { name: 'wallets' }).isVisible()).toBe(true);
    running = await start([running.grpcPort, running.httpPort]);
    await page.getByText('live', { exact: true }).waitFor();
    expect(await page.getByText('Reconnecting.').isVisible()).toBe(false);
  });
});
