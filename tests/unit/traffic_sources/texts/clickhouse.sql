-- sums
SELECT
  "t7"."bucket_start" AS "bucket_start",
  "t7"."bucket_start" + 60000000 AS "bucket_end",
  "t7"."requests" AS "requests",
  "t7"."input_tokens" AS "input_tokens",
  "t7"."cached_input_tokens" AS "cached_input_tokens",
  "t7"."output_tokens" AS "output_tokens"
FROM (
  SELECT
    "t6"."bucket_start" AS "bucket_start",
    COUNT(*) AS "requests",
    CAST(SUM(CAST("t6"."input_tokens" AS Nullable(Decimal(38, 0)))) AS Nullable(Int64)) AS "input_tokens",
    CAST(SUM(CAST("t6"."cached_input_tokens" AS Nullable(Decimal(38, 0)))) AS Nullable(Int64)) AS "cached_input_tokens",
    CAST(SUM(CAST("t6"."output_tokens" AS Nullable(Decimal(38, 0)))) AS Nullable(Int64)) AS "output_tokens"
  FROM (
    SELECT
      "t5"."arrival" AS "arrival",
      "t5"."failed" AS "failed",
      "t5"."input_tokens" AS "input_tokens",
      "t5"."cached_input_tokens" AS "cached_input_tokens",
      "t5"."output_tokens" AS "output_tokens",
      "t5"."request_id" AS "request_id",
      "t5"."state" AS "state",
      "t5"."turn" AS "turn",
      "t5"."arrival" - (
        "t5"."arrival" % 60000000
      ) AS "bucket_start"
    FROM (
      SELECT
        "t4"."arrival" AS "arrival",
        "t4"."failed" AS "failed",
        "t4"."input_tokens" AS "input_tokens",
        "t4"."cached_input_tokens" AS "cached_input_tokens",
        "t4"."output_tokens" AS "output_tokens",
        "t4"."request_id" AS "request_id",
        "t4"."state" AS "state",
        ROW_NUMBER() OVER (
          PARTITION BY "t4"."request_id"
          ORDER BY "t4"."arrival" ASC, "t4"."input_tokens" ASC, "t4"."cached_input_tokens" ASC, "t4"."output_tokens" ASC
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) - 1 AS "turn"
      FROM (
        SELECT
          *
        FROM (
          SELECT
            "t2"."arrival" AS "arrival",
            "t2"."failed" AS "failed",
            "t2"."input_tokens" AS "input_tokens",
            "t2"."cached_input_tokens" AS "cached_input_tokens",
            "t2"."output_tokens" AS "output_tokens",
            "t2"."request_id" AS "request_id",
            CASE
              WHEN "t2"."failed"
              THEN 'failed'
              WHEN COALESCE(
                "t2"."arrival" BETWEEN 946684800000000 AND 4102444800000000
                AND (
                  "t2"."input_tokens" BETWEEN 0 AND 1000000000
                  AND "t2"."output_tokens" BETWEEN 0 AND 1000000000
                )
                AND (
                  "t2"."cached_input_tokens" <= "t2"."input_tokens"
                ),
                FALSE
              )
              THEN 'kept'
              ELSE 'rejected'
            END AS "state"
          FROM (
            SELECT
              toUnixTimestamp64Micro(toDateTime64("t1"."requested_at", 6)) AS "arrival",
              FALSE
              OR COALESCE(
                match(
                  UPPER(LOWER(TRIM(CAST("t1"."status" AS Nullable(String))))),
                  '^(0*([4-9][0-9][0-9]|[1-9][0-9][0-9][0-9]+)([.]0*)?|(HTTP[/0-9. ]*)?[45][0-9][0-9]([^0-9].*)?)$'
                ),
                FALSE
              )
              OR COALESCE(
                LOWER(TRIM(CAST("t1"."status" AS Nullable(String)))) IN (
                  'failure',
                  'failed',
                  'fail',
                  'error',
                  'timeout',
                  'cancelled',
                  'canceled',
                  'aborted',
                  'exception',
                  'throttled'
                ),
                FALSE
              ) AS "failed",
              CASE
                WHEN (
                  CAST("t1"."prompt_tokens" AS Nullable(Int64)) = "t1"."prompt_tokens"
                )
                AND CAST("t1"."prompt_tokens" AS Nullable(Int64)) BETWEEN 0 AND 1000000000
                THEN CAST("t1"."prompt_tokens" AS Nullable(Int64))
                ELSE CAST(NULL AS Nullable(Int64))
              END AS "input_tokens",
              CASE
                WHEN isNull("t1"."cached_tokens")
                THEN 0
                ELSE CASE
                  WHEN (
                    CAST("t1"."cached_tokens" AS Nullable(Int64)) = "t1"."cached_tokens"
                  )
                  AND CAST("t1"."cached_tokens" AS Nullable(Int64)) BETWEEN 0 AND 1000000000
                  THEN CAST("t1"."cached_tokens" AS Nullable(Int64))
                  ELSE CAST(NULL AS Nullable(Int64))
                END
              END AS "cached_input_tokens",
              CASE
                WHEN (
                  CAST("t1"."completion_tokens" AS Nullable(Int64)) = "t1"."completion_tokens"
                )
                AND CAST("t1"."completion_tokens" AS Nullable(Int64)) BETWEEN 0 AND 1000000000
                THEN CAST("t1"."completion_tokens" AS Nullable(Int64))
                ELSE CAST(NULL AS Nullable(Int64))
              END AS "output_tokens",
              CASE
                WHEN LOWER(TRIM(CAST("t1"."request_id" AS Nullable(String)))) IN ('', 'null', 'none')
                THEN CAST(NULL AS Nullable(String))
                ELSE CAST("t1"."request_id" AS Nullable(String))
              END AS "request_id"
            FROM (
              SELECT
                *
              FROM "lake"."llm"."requests" AS "t0"
              WHERE
                LOWER(TRIM(CAST("t0"."model" AS Nullable(String)))) IN ('gpt-4.1')
                AND "t0"."requested_at" >= parseDateTimeBestEffort('2026-10-03T00:00:00+00:00', 'UTC')
                AND "t0"."requested_at" < parseDateTimeBestEffort('2026-10-14T00:00:00+00:00', 'UTC')
            ) AS "t1"
          ) AS "t2"
          WHERE
            "t2"."arrival" >= 1791158400000000 AND "t2"."arrival" < 1791763200000000
        ) AS "t3"
        WHERE
          "t3"."state" = 'kept'
      ) AS "t4"
    ) AS "t5"
    WHERE
      (
        "t5"."turn" = 0
      ) OR isNull("t5"."request_id")
  ) AS "t6"
  GROUP BY
    "t6"."bucket_start"
) AS "t7"
ORDER BY
  "t7"."bucket_start" ASC;

-- rows
SELECT
  "t5"."arrival" AS "arrival",
  "t5"."input_tokens" AS "input_tokens",
  "t5"."cached_input_tokens" AS "cached_input_tokens",
  "t5"."output_tokens" AS "output_tokens"
FROM (
  SELECT
    "t4"."arrival" AS "arrival",
    "t4"."failed" AS "failed",
    "t4"."input_tokens" AS "input_tokens",
    "t4"."cached_input_tokens" AS "cached_input_tokens",
    "t4"."output_tokens" AS "output_tokens",
    "t4"."request_id" AS "request_id",
    "t4"."state" AS "state",
    ROW_NUMBER() OVER (
      PARTITION BY "t4"."request_id"
      ORDER BY "t4"."arrival" ASC, "t4"."input_tokens" ASC, "t4"."cached_input_tokens" ASC, "t4"."output_tokens" ASC
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    ) - 1 AS "turn"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t2"."arrival" AS "arrival",
        "t2"."failed" AS "failed",
        "t2"."input_tokens" AS "input_tokens",
        "t2"."cached_input_tokens" AS "cached_input_tokens",
        "t2"."output_tokens" AS "output_tokens",
        "t2"."request_id" AS "request_id",
        CASE
          WHEN "t2"."failed"
          THEN 'failed'
          WHEN COALESCE(
            "t2"."arrival" BETWEEN 946684800000000 AND 4102444800000000
            AND (
              "t2"."input_tokens" BETWEEN 0 AND 1000000000
              AND "t2"."output_tokens" BETWEEN 0 AND 1000000000
            )
            AND (
              "t2"."cached_input_tokens" <= "t2"."input_tokens"
            ),
            FALSE
          )
          THEN 'kept'
          ELSE 'rejected'
        END AS "state"
      FROM (
        SELECT
          toUnixTimestamp64Micro(toDateTime64("t1"."requested_at", 6)) AS "arrival",
          FALSE
          OR COALESCE(
            match(
              UPPER(LOWER(TRIM(CAST("t1"."status" AS Nullable(String))))),
              '^(0*([4-9][0-9][0-9]|[1-9][0-9][0-9][0-9]+)([.]0*)?|(HTTP[/0-9. ]*)?[45][0-9][0-9]([^0-9].*)?)$'
            ),
            FALSE
          )
          OR COALESCE(
            LOWER(TRIM(CAST("t1"."status" AS Nullable(String)))) IN (
              'failure',
              'failed',
              'fail',
              'error',
              'timeout',
              'cancelled',
              'canceled',
              'aborted',
              'exception',
              'throttled'
            ),
            FALSE
          ) AS "failed",
          CASE
            WHEN (
              CAST("t1"."prompt_tokens" AS Nullable(Int64)) = "t1"."prompt_tokens"
            )
            AND CAST("t1"."prompt_tokens" AS Nullable(Int64)) BETWEEN 0 AND 1000000000
            THEN CAST("t1"."prompt_tokens" AS Nullable(Int64))
            ELSE CAST(NULL AS Nullable(Int64))
          END AS "input_tokens",
          CASE
            WHEN isNull("t1"."cached_tokens")
            THEN 0
            ELSE CASE
              WHEN (
                CAST("t1"."cached_tokens" AS Nullable(Int64)) = "t1"."cached_tokens"
              )
              AND CAST("t1"."cached_tokens" AS Nullable(Int64)) BETWEEN 0 AND 1000000000
              THEN CAST("t1"."cached_tokens" AS Nullable(Int64))
              ELSE CAST(NULL AS Nullable(Int64))
            END
          END AS "cached_input_tokens",
          CASE
            WHEN (
              CAST("t1"."completion_tokens" AS Nullable(Int64)) = "t1"."completion_tokens"
            )
            AND CAST("t1"."completion_tokens" AS Nullable(Int64)) BETWEEN 0 AND 1000000000
            THEN CAST("t1"."completion_tokens" AS Nullable(Int64))
            ELSE CAST(NULL AS Nullable(Int64))
          END AS "output_tokens",
          CASE
            WHEN LOWER(TRIM(CAST("t1"."request_id" AS Nullable(String)))) IN ('', 'null', 'none')
            THEN CAST(NULL AS Nullable(String))
            ELSE CAST("t1"."request_id" AS Nullable(String))
          END AS "request_id"
        FROM (
          SELECT
            *
          FROM "lake"."llm"."requests" AS "t0"
          WHERE
            LOWER(TRIM(CAST("t0"."model" AS Nullable(String)))) IN ('gpt-4.1')
            AND "t0"."requested_at" >= parseDateTimeBestEffort('2026-10-03T00:00:00+00:00', 'UTC')
            AND "t0"."requested_at" < parseDateTimeBestEffort('2026-10-14T00:00:00+00:00', 'UTC')
        ) AS "t1"
      ) AS "t2"
      WHERE
        "t2"."arrival" >= 1791158400000000 AND "t2"."arrival" < 1791763200000000
    ) AS "t3"
    WHERE
      "t3"."state" = 'kept'
  ) AS "t4"
) AS "t5"
WHERE
  (
    "t5"."turn" = 0
  ) OR isNull("t5"."request_id")
ORDER BY
  "t5"."arrival" ASC,
  "t5"."input_tokens" ASC,
  "t5"."cached_input_tokens" ASC,
  "t5"."output_tokens" ASC;

-- counts
SELECT
  *
FROM (
  SELECT
    "t3"."state" AS "state",
    COUNT(*) AS "rows"
  FROM (
    SELECT
      "t2"."arrival" AS "arrival",
      "t2"."failed" AS "failed",
      "t2"."input_tokens" AS "input_tokens",
      "t2"."cached_input_tokens" AS "cached_input_tokens",
      "t2"."output_tokens" AS "output_tokens",
      "t2"."request_id" AS "request_id",
      CASE
        WHEN "t2"."failed"
        THEN 'failed'
        WHEN COALESCE(
          "t2"."arrival" BETWEEN 946684800000000 AND 4102444800000000
          AND (
            "t2"."input_tokens" BETWEEN 0 AND 1000000000
            AND "t2"."output_tokens" BETWEEN 0 AND 1000000000
          )
          AND (
            "t2"."cached_input_tokens" <= "t2"."input_tokens"
          ),
          FALSE
        )
        THEN 'kept'
        ELSE 'rejected'
      END AS "state"
    FROM (
      SELECT
        toUnixTimestamp64Micro(toDateTime64("t1"."requested_at", 6)) AS "arrival",
        FALSE
        OR COALESCE(
          match(
            UPPER(LOWER(TRIM(CAST("t1"."status" AS Nullable(String))))),
            '^(0*([4-9][0-9][0-9]|[1-9][0-9][0-9][0-9]+)([.]0*)?|(HTTP[/0-9. ]*)?[45][0-9][0-9]([^0-9].*)?)$'
          ),
          FALSE
        )
        OR COALESCE(
          LOWER(TRIM(CAST("t1"."status" AS Nullable(String)))) IN (
            'failure',
            'failed',
            'fail',
            'error',
            'timeout',
            'cancelled',
            'canceled',
            'aborted',
            'exception',
            'throttled'
          ),
          FALSE
        ) AS "failed",
        CASE
          WHEN (
            CAST("t1"."prompt_tokens" AS Nullable(Int64)) = "t1"."prompt_tokens"
          )
          AND CAST("t1"."prompt_tokens" AS Nullable(Int64)) BETWEEN 0 AND 1000000000
          THEN CAST("t1"."prompt_tokens" AS Nullable(Int64))
          ELSE CAST(NULL AS Nullable(Int64))
        END AS "input_tokens",
        CASE
          WHEN isNull("t1"."cached_tokens")
          THEN 0
          ELSE CASE
            WHEN (
              CAST("t1"."cached_tokens" AS Nullable(Int64)) = "t1"."cached_tokens"
            )
            AND CAST("t1"."cached_tokens" AS Nullable(Int64)) BETWEEN 0 AND 1000000000
            THEN CAST("t1"."cached_tokens" AS Nullable(Int64))
            ELSE CAST(NULL AS Nullable(Int64))
          END
        END AS "cached_input_tokens",
        CASE
          WHEN (
            CAST("t1"."completion_tokens" AS Nullable(Int64)) = "t1"."completion_tokens"
          )
          AND CAST("t1"."completion_tokens" AS Nullable(Int64)) BETWEEN 0 AND 1000000000
          THEN CAST("t1"."completion_tokens" AS Nullable(Int64))
          ELSE CAST(NULL AS Nullable(Int64))
        END AS "output_tokens",
        CASE
          WHEN LOWER(TRIM(CAST("t1"."request_id" AS Nullable(String)))) IN ('', 'null', 'none')
          THEN CAST(NULL AS Nullable(String))
          ELSE CAST("t1"."request_id" AS Nullable(String))
        END AS "request_id"
      FROM (
        SELECT
          *
        FROM "lake"."llm"."requests" AS "t0"
        WHERE
          LOWER(TRIM(CAST("t0"."model" AS Nullable(String)))) IN ('gpt-4.1')
          AND "t0"."requested_at" >= parseDateTimeBestEffort('2026-10-03T00:00:00+00:00', 'UTC')
          AND "t0"."requested_at" < parseDateTimeBestEffort('2026-10-14T00:00:00+00:00', 'UTC')
      ) AS "t1"
    ) AS "t2"
    WHERE
      "t2"."arrival" >= 1791158400000000 AND "t2"."arrival" < 1791763200000000
  ) AS "t3"
  GROUP BY
    "t3"."state"
) AS "t4"
ORDER BY
  "t4"."state" ASC;

-- sums by the clocks of Europe/Berlin
SELECT
  "t7"."bucket_start" AS "bucket_start",
  "t7"."bucket_start" + 60000000 AS "bucket_end",
  "t7"."requests" AS "requests",
  "t7"."input_tokens" AS "input_tokens",
  "t7"."cached_input_tokens" AS "cached_input_tokens",
  "t7"."output_tokens" AS "output_tokens"
FROM (
  SELECT
    "t6"."bucket_start" AS "bucket_start",
    COUNT(*) AS "requests",
    CAST(SUM(CAST("t6"."input_tokens" AS Nullable(Decimal(38, 0)))) AS Nullable(Int64)) AS "input_tokens",
    CAST(SUM(CAST("t6"."cached_input_tokens" AS Nullable(Decimal(38, 0)))) AS Nullable(Int64)) AS "cached_input_tokens",
    CAST(SUM(CAST("t6"."output_tokens" AS Nullable(Decimal(38, 0)))) AS Nullable(Int64)) AS "output_tokens"
  FROM (
    SELECT
      "t5"."arrival" AS "arrival",
      "t5"."failed" AS "failed",
      "t5"."input_tokens" AS "input_tokens",
      "t5"."cached_input_tokens" AS "cached_input_tokens",
      "t5"."output_tokens" AS "output_tokens",
      "t5"."request_id" AS "request_id",
      "t5"."state" AS "state",
      "t5"."turn" AS "turn",
      "t5"."arrival" - (
        "t5"."arrival" % 60000000
      ) AS "bucket_start"
    FROM (
      SELECT
        "t4"."arrival" AS "arrival",
        "t4"."failed" AS "failed",
        "t4"."input_tokens" AS "input_tokens",
        "t4"."cached_input_tokens" AS "cached_input_tokens",
        "t4"."output_tokens" AS "output_tokens",
        "t4"."request_id" AS "request_id",
        "t4"."state" AS "state",
        ROW_NUMBER() OVER (
          PARTITION BY "t4"."request_id"
          ORDER BY "t4"."arrival" ASC, "t4"."input_tokens" ASC, "t4"."cached_input_tokens" ASC, "t4"."output_tokens" ASC
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) - 1 AS "turn"
      FROM (
        SELECT
          *
        FROM (
          SELECT
            "t2"."arrival" AS "arrival",
            "t2"."failed" AS "failed",
            "t2"."input_tokens" AS "input_tokens",
            "t2"."cached_input_tokens" AS "cached_input_tokens",
            "t2"."output_tokens" AS "output_tokens",
            "t2"."request_id" AS "request_id",
            CASE
              WHEN "t2"."failed"
              THEN 'failed'
              WHEN COALESCE(
                "t2"."arrival" BETWEEN 946684800000000 AND 4102444800000000
                AND (
                  "t2"."input_tokens" BETWEEN 0 AND 1000000000
                  AND "t2"."output_tokens" BETWEEN 0 AND 1000000000
                )
                AND (
                  "t2"."cached_input_tokens" <= "t2"."input_tokens"
                ),
                FALSE
              )
              THEN 'kept'
              ELSE 'rejected'
            END AS "state"
          FROM (
            SELECT
              toUnixTimestamp64Micro(toDateTime64(toDateTime64(toString("t1"."requested_at"), 6, 'Europe/Berlin'), 6)) AS "arrival",
              FALSE
              OR COALESCE(
                match(
                  UPPER(LOWER(TRIM(CAST("t1"."status" AS Nullable(String))))),
                  '^(0*([4-9][0-9][0-9]|[1-9][0-9][0-9][0-9]+)([.]0*)?|(HTTP[/0-9. ]*)?[45][0-9][0-9]([^0-9].*)?)$'
                ),
                FALSE
              )
              OR COALESCE(
                LOWER(TRIM(CAST("t1"."status" AS Nullable(String)))) IN (
                  'failure',
                  'failed',
                  'fail',
                  'error',
                  'timeout',
                  'cancelled',
                  'canceled',
                  'aborted',
                  'exception',
                  'throttled'
                ),
                FALSE
              ) AS "failed",
              CASE
                WHEN (
                  CAST("t1"."prompt_tokens" AS Nullable(Int64)) = "t1"."prompt_tokens"
                )
                AND CAST("t1"."prompt_tokens" AS Nullable(Int64)) BETWEEN 0 AND 1000000000
                THEN CAST("t1"."prompt_tokens" AS Nullable(Int64))
                ELSE CAST(NULL AS Nullable(Int64))
              END AS "input_tokens",
              CASE
                WHEN isNull("t1"."cached_tokens")
                THEN 0
                ELSE CASE
                  WHEN (
                    CAST("t1"."cached_tokens" AS Nullable(Int64)) = "t1"."cached_tokens"
                  )
                  AND CAST("t1"."cached_tokens" AS Nullable(Int64)) BETWEEN 0 AND 1000000000
                  THEN CAST("t1"."cached_tokens" AS Nullable(Int64))
                  ELSE CAST(NULL AS Nullable(Int64))
                END
              END AS "cached_input_tokens",
              CASE
                WHEN (
                  CAST("t1"."completion_tokens" AS Nullable(Int64)) = "t1"."completion_tokens"
                )
                AND CAST("t1"."completion_tokens" AS Nullable(Int64)) BETWEEN 0 AND 1000000000
                THEN CAST("t1"."completion_tokens" AS Nullable(Int64))
                ELSE CAST(NULL AS Nullable(Int64))
              END AS "output_tokens",
              CASE
                WHEN LOWER(TRIM(CAST("t1"."request_id" AS Nullable(String)))) IN ('', 'null', 'none')
                THEN CAST(NULL AS Nullable(String))
                ELSE CAST("t1"."request_id" AS Nullable(String))
              END AS "request_id"
            FROM (
              SELECT
                *
              FROM "lake"."llm"."requests" AS "t0"
              WHERE
                LOWER(TRIM(CAST("t0"."model" AS Nullable(String)))) IN ('gpt-4.1')
                AND "t0"."requested_at" >= parseDateTimeBestEffort('2026-10-03T00:00:00')
                AND "t0"."requested_at" < parseDateTimeBestEffort('2026-10-14T00:00:00')
            ) AS "t1"
          ) AS "t2"
          WHERE
            "t2"."arrival" >= 1791158400000000 AND "t2"."arrival" < 1791763200000000
        ) AS "t3"
        WHERE
          "t3"."state" = 'kept'
      ) AS "t4"
    ) AS "t5"
    WHERE
      (
        "t5"."turn" = 0
      ) OR isNull("t5"."request_id")
  ) AS "t6"
  GROUP BY
    "t6"."bucket_start"
) AS "t7"
ORDER BY
  "t7"."bucket_start" ASC;

-- sums by the length of a request
SELECT
  "t7"."bucket_start" AS "bucket_start",
  "t7"."bucket_start" + 60000000 AS "bucket_end",
  "t7"."requests" AS "requests",
  "t7"."input_tokens" AS "input_tokens",
  "t7"."cached_input_tokens" AS "cached_input_tokens",
  "t7"."output_tokens" AS "output_tokens",
  "t7"."requests_above_128000" AS "requests_above_128000",
  "t7"."input_tokens_above_128000" AS "input_tokens_above_128000",
  "t7"."cached_input_tokens_above_128000" AS "cached_input_tokens_above_128000",
  "t7"."output_tokens_above_128000" AS "output_tokens_above_128000",
  "t7"."requests_above_200000" AS "requests_above_200000",
  "t7"."input_tokens_above_200000" AS "input_tokens_above_200000",
  "t7"."cached_input_tokens_above_200000" AS "cached_input_tokens_above_200000",
  "t7"."output_tokens_above_200000" AS "output_tokens_above_200000"
FROM (
  SELECT
    "t6"."bucket_start" AS "bucket_start",
    COUNT(*) AS "requests",
    CAST(SUM(CAST("t6"."input_tokens" AS Nullable(Decimal(38, 0)))) AS Nullable(Int64)) AS "input_tokens",
    CAST(SUM(CAST("t6"."cached_input_tokens" AS Nullable(Decimal(38, 0)))) AS Nullable(Int64)) AS "cached_input_tokens",
    CAST(SUM(CAST("t6"."output_tokens" AS Nullable(Decimal(38, 0)))) AS Nullable(Int64)) AS "output_tokens",
    CAST(SUM(
      CAST(CASE WHEN "t6"."input_tokens" > 128000 THEN 1 ELSE 0 END AS Nullable(Decimal(38, 0)))
    ) AS Nullable(Int64)) AS "requests_above_128000",
    CAST(SUM(
      CAST(CASE WHEN "t6"."input_tokens" > 128000 THEN "t6"."input_tokens" ELSE 0 END AS Nullable(Decimal(38, 0)))
    ) AS Nullable(Int64)) AS "input_tokens_above_128000",
    CAST(SUM(
      CAST(CASE WHEN "t6"."input_tokens" > 128000 THEN "t6"."cached_input_tokens" ELSE 0 END AS Nullable(Decimal(38, 0)))
    ) AS Nullable(Int64)) AS "cached_input_tokens_above_128000",
    CAST(SUM(
      CAST(CASE WHEN "t6"."input_tokens" > 128000 THEN "t6"."output_tokens" ELSE 0 END AS Nullable(Decimal(38, 0)))
    ) AS Nullable(Int64)) AS "output_tokens_above_128000",
    CAST(SUM(
      CAST(CASE WHEN "t6"."input_tokens" > 200000 THEN 1 ELSE 0 END AS Nullable(Decimal(38, 0)))
    ) AS Nullable(Int64)) AS "requests_above_200000",
    CAST(SUM(
      CAST(CASE WHEN "t6"."input_tokens" > 200000 THEN "t6"."input_tokens" ELSE 0 END AS Nullable(Decimal(38, 0)))
    ) AS Nullable(Int64)) AS "input_tokens_above_200000",
    CAST(SUM(
      CAST(CASE WHEN "t6"."input_tokens" > 200000 THEN "t6"."cached_input_tokens" ELSE 0 END AS Nullable(Decimal(38, 0)))
    ) AS Nullable(Int64)) AS "cached_input_tokens_above_200000",
    CAST(SUM(
      CAST(CASE WHEN "t6"."input_tokens" > 200000 THEN "t6"."output_tokens" ELSE 0 END AS Nullable(Decimal(38, 0)))
    ) AS Nullable(Int64)) AS "output_tokens_above_200000"
  FROM (
    SELECT
      "t5"."arrival" AS "arrival",
      "t5"."failed" AS "failed",
      "t5"."input_tokens" AS "input_tokens",
      "t5"."cached_input_tokens" AS "cached_input_tokens",
      "t5"."output_tokens" AS "output_tokens",
      "t5"."request_id" AS "request_id",
      "t5"."state" AS "state",
      "t5"."turn" AS "turn",
      "t5"."arrival" - (
        "t5"."arrival" % 60000000
      ) AS "bucket_start"
    FROM (
      SELECT
        "t4"."arrival" AS "arrival",
        "t4"."failed" AS "failed",
        "t4"."input_tokens" AS "input_tokens",
        "t4"."cached_input_tokens" AS "cached_input_tokens",
        "t4"."output_tokens" AS "output_tokens",
        "t4"."request_id" AS "request_id",
        "t4"."state" AS "state",
        ROW_NUMBER() OVER (
          PARTITION BY "t4"."request_id"
          ORDER BY "t4"."arrival" ASC, "t4"."input_tokens" ASC, "t4"."cached_input_tokens" ASC, "t4"."output_tokens" ASC
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) - 1 AS "turn"
      FROM (
        SELECT
          *
        FROM (
          SELECT
            "t2"."arrival" AS "arrival",
            "t2"."failed" AS "failed",
            "t2"."input_tokens" AS "input_tokens",
            "t2"."cached_input_tokens" AS "cached_input_tokens",
            "t2"."output_tokens" AS "output_tokens",
            "t2"."request_id" AS "request_id",
            CASE
              WHEN "t2"."failed"
              THEN 'failed'
              WHEN COALESCE(
                "t2"."arrival" BETWEEN 946684800000000 AND 4102444800000000
                AND (
                  "t2"."input_tokens" BETWEEN 0 AND 1000000000
                  AND "t2"."output_tokens" BETWEEN 0 AND 1000000000
                )
                AND (
                  "t2"."cached_input_tokens" <= "t2"."input_tokens"
                ),
                FALSE
              )
              THEN 'kept'
              ELSE 'rejected'
            END AS "state"
          FROM (
            SELECT
              toUnixTimestamp64Micro(toDateTime64("t1"."requested_at", 6)) AS "arrival",
              FALSE
              OR COALESCE(
                match(
                  UPPER(LOWER(TRIM(CAST("t1"."status" AS Nullable(String))))),
                  '^(0*([4-9][0-9][0-9]|[1-9][0-9][0-9][0-9]+)([.]0*)?|(HTTP[/0-9. ]*)?[45][0-9][0-9]([^0-9].*)?)$'
                ),
                FALSE
              )
              OR COALESCE(
                LOWER(TRIM(CAST("t1"."status" AS Nullable(String)))) IN (
                  'failure',
                  'failed',
                  'fail',
                  'error',
                  'timeout',
                  'cancelled',
                  'canceled',
                  'aborted',
                  'exception',
                  'throttled'
                ),
                FALSE
              ) AS "failed",
              CASE
                WHEN (
                  CAST("t1"."prompt_tokens" AS Nullable(Int64)) = "t1"."prompt_tokens"
                )
                AND CAST("t1"."prompt_tokens" AS Nullable(Int64)) BETWEEN 0 AND 1000000000
                THEN CAST("t1"."prompt_tokens" AS Nullable(Int64))
                ELSE CAST(NULL AS Nullable(Int64))
              END AS "input_tokens",
              CASE
                WHEN isNull("t1"."cached_tokens")
                THEN 0
                ELSE CASE
                  WHEN (
                    CAST("t1"."cached_tokens" AS Nullable(Int64)) = "t1"."cached_tokens"
                  )
                  AND CAST("t1"."cached_tokens" AS Nullable(Int64)) BETWEEN 0 AND 1000000000
                  THEN CAST("t1"."cached_tokens" AS Nullable(Int64))
                  ELSE CAST(NULL AS Nullable(Int64))
                END
              END AS "cached_input_tokens",
              CASE
                WHEN (
                  CAST("t1"."completion_tokens" AS Nullable(Int64)) = "t1"."completion_tokens"
                )
                AND CAST("t1"."completion_tokens" AS Nullable(Int64)) BETWEEN 0 AND 1000000000
                THEN CAST("t1"."completion_tokens" AS Nullable(Int64))
                ELSE CAST(NULL AS Nullable(Int64))
              END AS "output_tokens",
              CASE
                WHEN LOWER(TRIM(CAST("t1"."request_id" AS Nullable(String)))) IN ('', 'null', 'none')
                THEN CAST(NULL AS Nullable(String))
                ELSE CAST("t1"."request_id" AS Nullable(String))
              END AS "request_id"
            FROM (
              SELECT
                *
              FROM "lake"."llm"."requests" AS "t0"
              WHERE
                LOWER(TRIM(CAST("t0"."model" AS Nullable(String)))) IN ('gpt-4.1')
                AND "t0"."requested_at" >= parseDateTimeBestEffort('2026-10-03T00:00:00+00:00', 'UTC')
                AND "t0"."requested_at" < parseDateTimeBestEffort('2026-10-14T00:00:00+00:00', 'UTC')
            ) AS "t1"
          ) AS "t2"
          WHERE
            "t2"."arrival" >= 1791158400000000 AND "t2"."arrival" < 1791763200000000
        ) AS "t3"
        WHERE
          "t3"."state" = 'kept'
      ) AS "t4"
    ) AS "t5"
    WHERE
      (
        "t5"."turn" = 0
      ) OR isNull("t5"."request_id")
  ) AS "t6"
  GROUP BY
    "t6"."bucket_start"
) AS "t7"
ORDER BY
  "t7"."bucket_start" ASC;
