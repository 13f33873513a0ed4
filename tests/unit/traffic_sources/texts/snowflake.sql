-- sums
SELECT
  "t7"."bucket_start",
  "t7"."bucket_start" + 60000000 AS "bucket_end",
  "t7"."requests",
  "t7"."input_tokens",
  "t7"."cached_input_tokens",
  "t7"."output_tokens"
FROM (
  SELECT
    "t6"."bucket_start",
    COUNT(*) AS "requests",
    CAST(SUM(CAST("t6"."input_tokens" AS DECIMAL(38, 0))) AS BIGINT) AS "input_tokens",
    CAST(SUM(CAST("t6"."cached_input_tokens" AS DECIMAL(38, 0))) AS BIGINT) AS "cached_input_tokens",
    CAST(SUM(CAST("t6"."output_tokens" AS DECIMAL(38, 0))) AS BIGINT) AS "output_tokens"
  FROM (
    SELECT
      "t5"."arrival",
      "t5"."failed",
      "t5"."input_tokens",
      "t5"."cached_input_tokens",
      "t5"."output_tokens",
      "t5"."request_id",
      "t5"."state",
      "t5"."turn",
      "t5"."arrival" - (
        "t5"."arrival" % 60000000
      ) AS "bucket_start"
    FROM (
      SELECT
        "t4"."arrival",
        "t4"."failed",
        "t4"."input_tokens",
        "t4"."cached_input_tokens",
        "t4"."output_tokens",
        "t4"."request_id",
        "t4"."state",
        ROW_NUMBER() OVER (
          PARTITION BY "t4"."request_id"
          ORDER BY "t4"."arrival" ASC, "t4"."input_tokens" ASC, "t4"."cached_input_tokens" ASC, "t4"."output_tokens" ASC
        ) - 1 AS "turn"
      FROM (
        SELECT
          *
        FROM (
          SELECT
            "t2"."arrival",
            "t2"."failed",
            "t2"."input_tokens",
            "t2"."cached_input_tokens",
            "t2"."output_tokens",
            "t2"."request_id",
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
              DATE_PART('epoch_microsecond', "t1"."requested_at") AS "arrival",
              FALSE
              OR COALESCE(
                REGEXP_LIKE(
                  UPPER(LOWER(TRIM(CAST("t1"."status" AS VARCHAR)))),
                  CONCAT(
                    '.*',
                    '^(0*([4-9][0-9][0-9]|[1-9][0-9][0-9][0-9]+)([.]0*)?|(HTTP[/0-9. ]*)?[45][0-9][0-9]([^0-9].*)?)$',
                    '.*'
                  ),
                  'cs'
                ),
                FALSE
              )
              OR COALESCE(
                LOWER(TRIM(CAST("t1"."status" AS VARCHAR))) IN (
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
              IFF(
                (
                  CAST("t1"."prompt_tokens" AS BIGINT) = "t1"."prompt_tokens"
                )
                AND CAST("t1"."prompt_tokens" AS BIGINT) BETWEEN 0 AND 1000000000,
                CAST("t1"."prompt_tokens" AS BIGINT),
                CAST(NULL AS BIGINT)
              ) AS "input_tokens",
              IFF(
                "t1"."cached_tokens" IS NULL,
                0,
                IFF(
                  (
                    CAST("t1"."cached_tokens" AS BIGINT) = "t1"."cached_tokens"
                  )
                  AND CAST("t1"."cached_tokens" AS BIGINT) BETWEEN 0 AND 1000000000,
                  CAST("t1"."cached_tokens" AS BIGINT),
                  CAST(NULL AS BIGINT)
                )
              ) AS "cached_input_tokens",
              IFF(
                (
                  CAST("t1"."completion_tokens" AS BIGINT) = "t1"."completion_tokens"
                )
                AND CAST("t1"."completion_tokens" AS BIGINT) BETWEEN 0 AND 1000000000,
                CAST("t1"."completion_tokens" AS BIGINT),
                CAST(NULL AS BIGINT)
              ) AS "output_tokens",
              IFF(
                LOWER(TRIM(CAST("t1"."request_id" AS VARCHAR))) IN ('', 'null', 'none'),
                CAST(NULL AS VARCHAR),
                CAST("t1"."request_id" AS VARCHAR)
              ) AS "request_id"
            FROM (
              SELECT
                *
              FROM "lake"."llm"."requests" AS "t0"
              WHERE
                LOWER(TRIM(CAST("t0"."model" AS VARCHAR))) IN ('gpt-4.1')
                AND "t0"."requested_at" >= TIMESTAMP_TZ_FROM_PARTS(2026, 10, 3, 0, 0, 0, 0, 'UTC')
                AND "t0"."requested_at" < TIMESTAMP_TZ_FROM_PARTS(2026, 10, 14, 0, 0, 0, 0, 'UTC')
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
      ) OR (
        "t5"."request_id" IS NULL
      )
  ) AS "t6"
  GROUP BY
    1
) AS "t7"
ORDER BY
  "t7"."bucket_start" ASC;

-- rows
SELECT
  "t5"."arrival",
  "t5"."input_tokens",
  "t5"."cached_input_tokens",
  "t5"."output_tokens"
FROM (
  SELECT
    "t4"."arrival",
    "t4"."failed",
    "t4"."input_tokens",
    "t4"."cached_input_tokens",
    "t4"."output_tokens",
    "t4"."request_id",
    "t4"."state",
    ROW_NUMBER() OVER (
      PARTITION BY "t4"."request_id"
      ORDER BY "t4"."arrival" ASC, "t4"."input_tokens" ASC, "t4"."cached_input_tokens" ASC, "t4"."output_tokens" ASC
    ) - 1 AS "turn"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t2"."arrival",
        "t2"."failed",
        "t2"."input_tokens",
        "t2"."cached_input_tokens",
        "t2"."output_tokens",
        "t2"."request_id",
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
          DATE_PART('epoch_microsecond', "t1"."requested_at") AS "arrival",
          FALSE
          OR COALESCE(
            REGEXP_LIKE(
              UPPER(LOWER(TRIM(CAST("t1"."status" AS VARCHAR)))),
              CONCAT(
                '.*',
                '^(0*([4-9][0-9][0-9]|[1-9][0-9][0-9][0-9]+)([.]0*)?|(HTTP[/0-9. ]*)?[45][0-9][0-9]([^0-9].*)?)$',
                '.*'
              ),
              'cs'
            ),
            FALSE
          )
          OR COALESCE(
            LOWER(TRIM(CAST("t1"."status" AS VARCHAR))) IN (
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
          IFF(
            (
              CAST("t1"."prompt_tokens" AS BIGINT) = "t1"."prompt_tokens"
            )
            AND CAST("t1"."prompt_tokens" AS BIGINT) BETWEEN 0 AND 1000000000,
            CAST("t1"."prompt_tokens" AS BIGINT),
            CAST(NULL AS BIGINT)
          ) AS "input_tokens",
          IFF(
            "t1"."cached_tokens" IS NULL,
            0,
            IFF(
              (
                CAST("t1"."cached_tokens" AS BIGINT) = "t1"."cached_tokens"
              )
              AND CAST("t1"."cached_tokens" AS BIGINT) BETWEEN 0 AND 1000000000,
              CAST("t1"."cached_tokens" AS BIGINT),
              CAST(NULL AS BIGINT)
            )
          ) AS "cached_input_tokens",
          IFF(
            (
              CAST("t1"."completion_tokens" AS BIGINT) = "t1"."completion_tokens"
            )
            AND CAST("t1"."completion_tokens" AS BIGINT) BETWEEN 0 AND 1000000000,
            CAST("t1"."completion_tokens" AS BIGINT),
            CAST(NULL AS BIGINT)
          ) AS "output_tokens",
          IFF(
            LOWER(TRIM(CAST("t1"."request_id" AS VARCHAR))) IN ('', 'null', 'none'),
            CAST(NULL AS VARCHAR),
            CAST("t1"."request_id" AS VARCHAR)
          ) AS "request_id"
        FROM (
          SELECT
            *
          FROM "lake"."llm"."requests" AS "t0"
          WHERE
            LOWER(TRIM(CAST("t0"."model" AS VARCHAR))) IN ('gpt-4.1')
            AND "t0"."requested_at" >= TIMESTAMP_TZ_FROM_PARTS(2026, 10, 3, 0, 0, 0, 0, 'UTC')
            AND "t0"."requested_at" < TIMESTAMP_TZ_FROM_PARTS(2026, 10, 14, 0, 0, 0, 0, 'UTC')
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
  ) OR (
    "t5"."request_id" IS NULL
  )
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
    "t3"."state",
    COUNT(*) AS "rows"
  FROM (
    SELECT
      "t2"."arrival",
      "t2"."failed",
      "t2"."input_tokens",
      "t2"."cached_input_tokens",
      "t2"."output_tokens",
      "t2"."request_id",
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
        DATE_PART('epoch_microsecond', "t1"."requested_at") AS "arrival",
        FALSE
        OR COALESCE(
          REGEXP_LIKE(
            UPPER(LOWER(TRIM(CAST("t1"."status" AS VARCHAR)))),
            CONCAT(
              '.*',
              '^(0*([4-9][0-9][0-9]|[1-9][0-9][0-9][0-9]+)([.]0*)?|(HTTP[/0-9. ]*)?[45][0-9][0-9]([^0-9].*)?)$',
              '.*'
            ),
            'cs'
          ),
          FALSE
        )
        OR COALESCE(
          LOWER(TRIM(CAST("t1"."status" AS VARCHAR))) IN (
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
        IFF(
          (
            CAST("t1"."prompt_tokens" AS BIGINT) = "t1"."prompt_tokens"
          )
          AND CAST("t1"."prompt_tokens" AS BIGINT) BETWEEN 0 AND 1000000000,
          CAST("t1"."prompt_tokens" AS BIGINT),
          CAST(NULL AS BIGINT)
        ) AS "input_tokens",
        IFF(
          "t1"."cached_tokens" IS NULL,
          0,
          IFF(
            (
              CAST("t1"."cached_tokens" AS BIGINT) = "t1"."cached_tokens"
            )
            AND CAST("t1"."cached_tokens" AS BIGINT) BETWEEN 0 AND 1000000000,
            CAST("t1"."cached_tokens" AS BIGINT),
            CAST(NULL AS BIGINT)
          )
        ) AS "cached_input_tokens",
        IFF(
          (
            CAST("t1"."completion_tokens" AS BIGINT) = "t1"."completion_tokens"
          )
          AND CAST("t1"."completion_tokens" AS BIGINT) BETWEEN 0 AND 1000000000,
          CAST("t1"."completion_tokens" AS BIGINT),
          CAST(NULL AS BIGINT)
        ) AS "output_tokens",
        IFF(
          LOWER(TRIM(CAST("t1"."request_id" AS VARCHAR))) IN ('', 'null', 'none'),
          CAST(NULL AS VARCHAR),
          CAST("t1"."request_id" AS VARCHAR)
        ) AS "request_id"
      FROM (
        SELECT
          *
        FROM "lake"."llm"."requests" AS "t0"
        WHERE
          LOWER(TRIM(CAST("t0"."model" AS VARCHAR))) IN ('gpt-4.1')
          AND "t0"."requested_at" >= TIMESTAMP_TZ_FROM_PARTS(2026, 10, 3, 0, 0, 0, 0, 'UTC')
          AND "t0"."requested_at" < TIMESTAMP_TZ_FROM_PARTS(2026, 10, 14, 0, 0, 0, 0, 'UTC')
      ) AS "t1"
    ) AS "t2"
    WHERE
      "t2"."arrival" >= 1791158400000000 AND "t2"."arrival" < 1791763200000000
  ) AS "t3"
  GROUP BY
    1
) AS "t4"
ORDER BY
  "t4"."state" ASC;

-- sums by the clocks of Europe/Berlin
SELECT
  "t7"."bucket_start",
  "t7"."bucket_start" + 60000000 AS "bucket_end",
  "t7"."requests",
  "t7"."input_tokens",
  "t7"."cached_input_tokens",
  "t7"."output_tokens"
FROM (
  SELECT
    "t6"."bucket_start",
    COUNT(*) AS "requests",
    CAST(SUM(CAST("t6"."input_tokens" AS DECIMAL(38, 0))) AS BIGINT) AS "input_tokens",
    CAST(SUM(CAST("t6"."cached_input_tokens" AS DECIMAL(38, 0))) AS BIGINT) AS "cached_input_tokens",
    CAST(SUM(CAST("t6"."output_tokens" AS DECIMAL(38, 0))) AS BIGINT) AS "output_tokens"
  FROM (
    SELECT
      "t5"."arrival",
      "t5"."failed",
      "t5"."input_tokens",
      "t5"."cached_input_tokens",
      "t5"."output_tokens",
      "t5"."request_id",
      "t5"."state",
      "t5"."turn",
      "t5"."arrival" - (
        "t5"."arrival" % 60000000
      ) AS "bucket_start"
    FROM (
      SELECT
        "t4"."arrival",
        "t4"."failed",
        "t4"."input_tokens",
        "t4"."cached_input_tokens",
        "t4"."output_tokens",
        "t4"."request_id",
        "t4"."state",
        ROW_NUMBER() OVER (
          PARTITION BY "t4"."request_id"
          ORDER BY "t4"."arrival" ASC, "t4"."input_tokens" ASC, "t4"."cached_input_tokens" ASC, "t4"."output_tokens" ASC
        ) - 1 AS "turn"
      FROM (
        SELECT
          *
        FROM (
          SELECT
            "t2"."arrival",
            "t2"."failed",
            "t2"."input_tokens",
            "t2"."cached_input_tokens",
            "t2"."output_tokens",
            "t2"."request_id",
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
              DATE_PART('epoch_microsecond', CONVERT_TIMEZONE('Europe/Berlin', 'UTC', "t1"."requested_at")) AS "arrival",
              FALSE
              OR COALESCE(
                REGEXP_LIKE(
                  UPPER(LOWER(TRIM(CAST("t1"."status" AS VARCHAR)))),
                  CONCAT(
                    '.*',
                    '^(0*([4-9][0-9][0-9]|[1-9][0-9][0-9][0-9]+)([.]0*)?|(HTTP[/0-9. ]*)?[45][0-9][0-9]([^0-9].*)?)$',
                    '.*'
                  ),
                  'cs'
                ),
                FALSE
              )
              OR COALESCE(
                LOWER(TRIM(CAST("t1"."status" AS VARCHAR))) IN (
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
              IFF(
                (
                  CAST("t1"."prompt_tokens" AS BIGINT) = "t1"."prompt_tokens"
                )
                AND CAST("t1"."prompt_tokens" AS BIGINT) BETWEEN 0 AND 1000000000,
                CAST("t1"."prompt_tokens" AS BIGINT),
                CAST(NULL AS BIGINT)
              ) AS "input_tokens",
              IFF(
                "t1"."cached_tokens" IS NULL,
                0,
                IFF(
                  (
                    CAST("t1"."cached_tokens" AS BIGINT) = "t1"."cached_tokens"
                  )
                  AND CAST("t1"."cached_tokens" AS BIGINT) BETWEEN 0 AND 1000000000,
                  CAST("t1"."cached_tokens" AS BIGINT),
                  CAST(NULL AS BIGINT)
                )
              ) AS "cached_input_tokens",
              IFF(
                (
                  CAST("t1"."completion_tokens" AS BIGINT) = "t1"."completion_tokens"
                )
                AND CAST("t1"."completion_tokens" AS BIGINT) BETWEEN 0 AND 1000000000,
                CAST("t1"."completion_tokens" AS BIGINT),
                CAST(NULL AS BIGINT)
              ) AS "output_tokens",
              IFF(
                LOWER(TRIM(CAST("t1"."request_id" AS VARCHAR))) IN ('', 'null', 'none'),
                CAST(NULL AS VARCHAR),
                CAST("t1"."request_id" AS VARCHAR)
              ) AS "request_id"
            FROM (
              SELECT
                *
              FROM "lake"."llm"."requests" AS "t0"
              WHERE
                LOWER(TRIM(CAST("t0"."model" AS VARCHAR))) IN ('gpt-4.1')
                AND "t0"."requested_at" >= TIMESTAMP_FROM_PARTS(2026, 10, 3, 0, 0, 0, 0)
                AND "t0"."requested_at" < TIMESTAMP_FROM_PARTS(2026, 10, 14, 0, 0, 0, 0)
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
      ) OR (
        "t5"."request_id" IS NULL
      )
  ) AS "t6"
  GROUP BY
    1
) AS "t7"
ORDER BY
  "t7"."bucket_start" ASC;

-- sums by the length of a request
SELECT
  "t7"."bucket_start",
  "t7"."bucket_start" + 60000000 AS "bucket_end",
  "t7"."requests",
  "t7"."input_tokens",
  "t7"."cached_input_tokens",
  "t7"."output_tokens",
  "t7"."requests_above_128000",
  "t7"."input_tokens_above_128000",
  "t7"."cached_input_tokens_above_128000",
  "t7"."output_tokens_above_128000",
  "t7"."requests_above_200000",
  "t7"."input_tokens_above_200000",
  "t7"."cached_input_tokens_above_200000",
  "t7"."output_tokens_above_200000"
FROM (
  SELECT
    "t6"."bucket_start",
    COUNT(*) AS "requests",
    CAST(SUM(CAST("t6"."input_tokens" AS DECIMAL(38, 0))) AS BIGINT) AS "input_tokens",
    CAST(SUM(CAST("t6"."cached_input_tokens" AS DECIMAL(38, 0))) AS BIGINT) AS "cached_input_tokens",
    CAST(SUM(CAST("t6"."output_tokens" AS DECIMAL(38, 0))) AS BIGINT) AS "output_tokens",
    CAST(SUM(CAST(IFF("t6"."input_tokens" > 128000, 1, 0) AS DECIMAL(38, 0))) AS BIGINT) AS "requests_above_128000",
    CAST(SUM(
      CAST(IFF("t6"."input_tokens" > 128000, "t6"."input_tokens", 0) AS DECIMAL(38, 0))
    ) AS BIGINT) AS "input_tokens_above_128000",
    CAST(SUM(
      CAST(IFF("t6"."input_tokens" > 128000, "t6"."cached_input_tokens", 0) AS DECIMAL(38, 0))
    ) AS BIGINT) AS "cached_input_tokens_above_128000",
    CAST(SUM(
      CAST(IFF("t6"."input_tokens" > 128000, "t6"."output_tokens", 0) AS DECIMAL(38, 0))
    ) AS BIGINT) AS "output_tokens_above_128000",
    CAST(SUM(CAST(IFF("t6"."input_tokens" > 200000, 1, 0) AS DECIMAL(38, 0))) AS BIGINT) AS "requests_above_200000",
    CAST(SUM(
      CAST(IFF("t6"."input_tokens" > 200000, "t6"."input_tokens", 0) AS DECIMAL(38, 0))
    ) AS BIGINT) AS "input_tokens_above_200000",
    CAST(SUM(
      CAST(IFF("t6"."input_tokens" > 200000, "t6"."cached_input_tokens", 0) AS DECIMAL(38, 0))
    ) AS BIGINT) AS "cached_input_tokens_above_200000",
    CAST(SUM(
      CAST(IFF("t6"."input_tokens" > 200000, "t6"."output_tokens", 0) AS DECIMAL(38, 0))
    ) AS BIGINT) AS "output_tokens_above_200000"
  FROM (
    SELECT
      "t5"."arrival",
      "t5"."failed",
      "t5"."input_tokens",
      "t5"."cached_input_tokens",
      "t5"."output_tokens",
      "t5"."request_id",
      "t5"."state",
      "t5"."turn",
      "t5"."arrival" - (
        "t5"."arrival" % 60000000
      ) AS "bucket_start"
    FROM (
      SELECT
        "t4"."arrival",
        "t4"."failed",
        "t4"."input_tokens",
        "t4"."cached_input_tokens",
        "t4"."output_tokens",
        "t4"."request_id",
        "t4"."state",
        ROW_NUMBER() OVER (
          PARTITION BY "t4"."request_id"
          ORDER BY "t4"."arrival" ASC, "t4"."input_tokens" ASC, "t4"."cached_input_tokens" ASC, "t4"."output_tokens" ASC
        ) - 1 AS "turn"
      FROM (
        SELECT
          *
        FROM (
          SELECT
            "t2"."arrival",
            "t2"."failed",
            "t2"."input_tokens",
            "t2"."cached_input_tokens",
            "t2"."output_tokens",
            "t2"."request_id",
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
              DATE_PART('epoch_microsecond', "t1"."requested_at") AS "arrival",
              FALSE
              OR COALESCE(
                REGEXP_LIKE(
                  UPPER(LOWER(TRIM(CAST("t1"."status" AS VARCHAR)))),
                  CONCAT(
                    '.*',
                    '^(0*([4-9][0-9][0-9]|[1-9][0-9][0-9][0-9]+)([.]0*)?|(HTTP[/0-9. ]*)?[45][0-9][0-9]([^0-9].*)?)$',
                    '.*'
                  ),
                  'cs'
                ),
                FALSE
              )
              OR COALESCE(
                LOWER(TRIM(CAST("t1"."status" AS VARCHAR))) IN (
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
              IFF(
                (
                  CAST("t1"."prompt_tokens" AS BIGINT) = "t1"."prompt_tokens"
                )
                AND CAST("t1"."prompt_tokens" AS BIGINT) BETWEEN 0 AND 1000000000,
                CAST("t1"."prompt_tokens" AS BIGINT),
                CAST(NULL AS BIGINT)
              ) AS "input_tokens",
              IFF(
                "t1"."cached_tokens" IS NULL,
                0,
                IFF(
                  (
                    CAST("t1"."cached_tokens" AS BIGINT) = "t1"."cached_tokens"
                  )
                  AND CAST("t1"."cached_tokens" AS BIGINT) BETWEEN 0 AND 1000000000,
                  CAST("t1"."cached_tokens" AS BIGINT),
                  CAST(NULL AS BIGINT)
                )
              ) AS "cached_input_tokens",
              IFF(
                (
                  CAST("t1"."completion_tokens" AS BIGINT) = "t1"."completion_tokens"
                )
                AND CAST("t1"."completion_tokens" AS BIGINT) BETWEEN 0 AND 1000000000,
                CAST("t1"."completion_tokens" AS BIGINT),
                CAST(NULL AS BIGINT)
              ) AS "output_tokens",
              IFF(
                LOWER(TRIM(CAST("t1"."request_id" AS VARCHAR))) IN ('', 'null', 'none'),
                CAST(NULL AS VARCHAR),
                CAST("t1"."request_id" AS VARCHAR)
              ) AS "request_id"
            FROM (
              SELECT
                *
              FROM "lake"."llm"."requests" AS "t0"
              WHERE
                LOWER(TRIM(CAST("t0"."model" AS VARCHAR))) IN ('gpt-4.1')
                AND "t0"."requested_at" >= TIMESTAMP_TZ_FROM_PARTS(2026, 10, 3, 0, 0, 0, 0, 'UTC')
                AND "t0"."requested_at" < TIMESTAMP_TZ_FROM_PARTS(2026, 10, 14, 0, 0, 0, 0, 'UTC')
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
      ) OR (
        "t5"."request_id" IS NULL
      )
  ) AS "t6"
  GROUP BY
    1
) AS "t7"
ORDER BY
  "t7"."bucket_start" ASC;
