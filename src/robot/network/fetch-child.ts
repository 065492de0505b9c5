// The program of a process that fetches one address of the web; `fetch.ts` starts it.

import { resolveByDns } from "./address.ts";
import { serveOneJob } from "./child.ts";
import type { FetchJob } from "./fetch-job.ts";
import { fetchOnce } from "./fetch-once.ts";

serveOneJob((job: FetchJob) => fetchOnce(job, { resolve: resolveByDns }));
