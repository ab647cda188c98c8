package dev.cairn.cli.prices;

/** A unit that AWS charges for. Each has its price in {@code prices.json}. */
public enum BilledUnit {
  LAMBDA_REQUEST,
  LAMBDA_GB_SECOND,
  DYNAMODB_WRITE_UNIT,
  DYNAMODB_READ_UNIT,
  DYNAMODB_GB_MONTH,
  S3_WRITE,
  S3_READ,
  S3_GB_MONTH,
  SQS_REQUEST,
  LOGS_GB,
  METRIC_MONTH,
  ALARM_MONTH,
  DASHBOARD_MONTH,
  KINESIS_SHARD_HOUR,
  KINESIS_PUT_UNIT,
  FLINK_KPU_HOUR,
  FLINK_GB_MONTH
}
