// A whole evaluation by types that openapi-typescript makes: argv are address, key, sheet and traffic.
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { components, paths } from "./api";

type Option = components["schemas"]["Option"];

const [address, key, sheet, traffic] = process.argv.slice(2) as [string, string, string, string];
const client = createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${key}` } });

function must<T>(value: T | null | undefined, what: unknown): T {
  if (value === null || value === undefined) throw new Error(JSON.stringify(what));
  return value;
}

async function main(): Promise<void> {
  const document = JSON.parse(readFileSync(sheet, "utf8")) as components["schemas"]["PriceSheet"];
  const stored = await client.POST("/v1/price-sheets", { body: document });
  must(stored.data, stored.error);
  const made = await client.POST("/v1/workloads", { body: { name: "generated", model: "m70" } });
  const workload = must(made.data, made.error);
  const history = await client.POST("/v1/workloads/{workload_id}/traffic-histories", {
    params: { path: { workload_id: workload.id } },
    headers: { "Content-Type": "text/csv" },
    body: readFileSync(traffic, "utf8"),
    bodySerializer: (body) => body,
  });
  must(history.data, history.error);
  const asked = await client.POST("/v1/workloads/{workload_id}/evaluations", {
    params: { path: { workload_id: workload.id }, header: { Prefer: "wait=30" } },
    body: { policy: { sufficiency: { allow_provisional: true } } },
  });
  if (asked.response.status !== 201) throw new Error(JSON.stringify(asked));
  const evaluation = must(asked.data, asked.error);
  const measurement = must(evaluation.measurement, evaluation);
  const comparison = must(evaluation.comparison, evaluation);
  const { mode, option, monthly_cost, reasons } = must(evaluation.recommendation, evaluation);
  const chosen: Option = must(evaluation.options?.find((one) => one.key === option), evaluation);
  if (must(chosen.lines, chosen).length === 0) throw new Error("no lines");
  const told = {
    mode,
    option,
    amount: must(monthly_cost, mode).amount,
    requests: measurement.totals.requests,
    flips: comparison.flip_points.map((point) => point.name),
    reasons: reasons.map((reason) => reason.code),
  };
  console.log(JSON.stringify(told));
}

void main();
