import { afterEach, describe, expect, it } from '@jest/globals';
import { fastify, type FastifyInstance } from 'fastify';
import { defineQuery } from '../../../src/app/define-query.js';
import { addQueryRoutes } from '../../../src/app/http/query-routes.js';
import type { QueryStores } from '../../../src/app/define-query.js';
import { MillraceError } from '../../../src/util/errors.js';
import { servedQuery } from '../../../src/app/served-query.js';

const asked: string[] = [];
const servers: FastifyInstance[] = [];

/** An instance that holds the words of some speakers; undefined: its tasks move. */
async function instance(
  words: Readonly<Record<string, string>> | undefined,
  others: readonly string[],
): Promise<string> {
  const query = defineQuery({
    name: 'last_word',
    path: '/last_word/{speaker}',
    answer({ speaker }) {
      asked.push(speaker);
      if (words === undefined) throw new MillraceError({ code: 'STORE_UNAVAILABLE', kind: 'unavailable', message: 'it moves' }); // prettier-ignore
      return words[speaker] === undefined ? undefined : { speaker, word: words[speaker] };
    },
  });
  const stores: QueryStores = { store: () => { throw new MillraceError({ code: 'STORE_NOT_FOUND', kind: 'invalid', message: 'unused' }); } }; // prettier-ignore
  const server = fastify();
  server.setErrorHandler((error: MillraceError, _request, reply) =>
    reply.status(error.kind === 'unavailable' ? 503 : 404).send({ error: error.code, message: error.message }),
  );
  addQueryRoutes(server, [servedQuery('talk', query, stores, () => others.map((host) => ({ host, access: {} })))]);
  servers.push(server);
  return new URL(await server.listen({ host: '127.0.0.1', port: 0 })).host;
}

const ask = (address: string, speaker: string): Promise<Response> => fetch(`http://${address}/last_word/${speaker}`);

afterEach(async () => {
  asked.length = 0;
  for (const server of servers.splice(0)) await server.close();
});

describe("a topology's query of a key that another instance holds", () => {
  it('is answered by that one', async () => {
    const other = await instance({ ann: 'hello' }, []);
    const first = await instance({}, [other]);
    expect(await (await ask(first, 'ann')).json()).toEqual({ speaker: 'ann', word: 'hello' });
  });

  it('is answered by that one also while tasks move here', async () => {
    const other = await instance({ ann: 'hello' }, []);
    expect((await ask(await instance(undefined, [other]), 'ann')).status).toBe(200);
  });

  it('is there for nobody only when all have said so', async () => {
    const [moving, empty] = [await instance(undefined, []), await instance({}, [])];
    expect((await ask(await instance({}, [empty]), 'ann')).status).toBe(404);
    expect((await ask(await instance({}, [empty, moving]), 'ann')).status).toBe(503);
    expect((await ask(await instance(undefined, [empty]), 'ann')).status).toBe(503);
  });

  it('is passed on once: who is asked by another instance asks nobody', async () => {
    const third = await instance({ ann: 'hello' }, []);
    const second = await instance({}, [third]);
    expect((await ask(await instance({}, [second]), 'ann')).status).toBe(404);
    expect(asked).toHaveLength(2);
  });
});
