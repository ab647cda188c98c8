package dev.cairn.local.cost;

import dev.cairn.cli.output.TextTable;
import dev.cairn.cli.output.TextTable.Column;
import dev.cairn.cli.prices.BilledUnit;
import dev.cairn.cli.prices.Prices;
import dev.cairn.cli.prices.RequestUsage;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The costs of some rates: as text for a terminal, or as Markdown for docs/cost.md. */
final class CostReport {
  private static final double HOURS_OF_A_MONTH = 730;
  private static final double SECONDS_OF_A_MONTH = HOURS_OF_A_MONTH * 3600;
  private static final double MILLION = 1_000_000;
  private static final double PUT_UNIT_BYTES = 25 * 1024;
  private static final double ON_DEMAND_UNIT_BYTES = 1024;
  private static final int FLINK_KPUS = 2;
  private static final int FLINK_STORAGE_GB = 50;
  private static final List<String> PER_MILLION =
      List.of(
          "Lambda invocations",
          "DynamoDB write units",
          "DynamoDB read units",
          "S3 PUT, LIST",
          "S3 GET, HEAD",
          "Lambda GB-seconds",
          "Cairn, USD",
          "state in DynamoDB, USD",
          "Managed Flink, USD");

  private final Prices prices;
  private final Assumptions assumptions;
  private final CountedPipeline.Result whileIdle;
  private final List<Measured> measured = new ArrayList<>();

  /** One rate, counted. */
  private record Measured(Workload workload, CountedPipeline.Result result) {
    RequestUsage perMillion() {
      return result.running().usage().times(MILLION / result.records());
    }

    double recordsAMonth() {
      return SECONDS_OF_A_MONTH * workload.recordsPerSecond() * workload.shards();
    }
  }

  /**
   * @param whileIdle what was counted while nothing arrived
   */
  CostReport(Prices prices, Assumptions assumptions, CountedPipeline.Result whileIdle) {
    this.prices = prices;
    this.assumptions = assumptions;
    this.whileIdle = whileIdle;
  }

  void add(Workload workload, CountedPipeline.Result result) {
    measured.add(new Measured(workload, result));
  }

  /** For a terminal: a column for each rate. */
  List<String> text(int columns) {
    List<String> lines = new ArrayList<>();
    lines.add(setting());
    lines.add("");
    lines.addAll(perMillion().lines(columns));
    lines.add("");
    TextTable months =
        new TextTable(
            Column.left("USD A MONTH"),
            Column.right("CAIRN"),
            Column.right("PER RECORD"),
            Column.right("FLINK"));
    for (List<String> cells : byTheMonth()) {
      months.add(cells.stream().map(CostReport::plain).toArray(String[]::new));
    }
    lines.addAll(months.lines(columns));
    lines.add("");
    lines.add(
        "PER RECORD: state in DynamoDB, read and written for each record, and no checkpoints.");
    lines.add("FLINK: Managed Service for Apache Flink, the least that it costs.");
    lines.add("");
    lines.addAll(assumed());
    return lines;
  }

  private TextTable perMillion() {
    List<Column> columns = new ArrayList<>(List.of(Column.left("PER MILLION RECORDS")));
    List<List<String>> rates = new ArrayList<>();
    for (Measured rate : measured) {
      columns.add(Column.right("AT " + count(rate.workload().recordsPerSecond()) + "/S"));
      rates.add(perMillion(rate).stream().skip(1).map(CostReport::plain).toList());
    }
    TextTable table = new TextTable(columns.toArray(Column[]::new));
    for (int i = 0; i < PER_MILLION.size(); i++) {
      List<String> cells = new ArrayList<>(List.of(PER_MILLION.get(i)));
      for (List<String> rate : rates) {
        cells.add(rate.get(i));
      }
      table.add(cells.toArray(String[]::new));
    }
    return table;
  }

  private static String plain(String markdown) {
    return markdown.replace("**", "");
  }

  List<String> markdown() {
    List<String> lines = new ArrayList<>();
    lines.add(setting());
    lines.add("");
    lines.add(
        "| records/s a shard | invocations | write units | read units | S3 PUT, LIST | S3 GET, HEAD"
            + " | GB-seconds | Cairn | state in DynamoDB per record | Managed Flink's floor |");
    lines.add("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    measured.forEach(rate -> lines.add(row(perMillion(rate))));
    lines.add("");
    lines.add("All of it per million records, requests as counted, USD. By the month:");
    lines.add("");
    lines.add("| a month | Cairn | state in DynamoDB per record | Managed Flink's floor |");
    lines.add("|---|---:|---:|---:|");
    byTheMonth().forEach(cells -> lines.add(row(cells)));
    lines.add("");
    lines.addAll(assumed());
    return lines;
  }

  private String setting() {
    Workload workload = measured.getFirst().workload();
    return String.format(
        Locale.ROOT,
        "%d shards, batches gathered for %s, checkpoints each %s, records of %,d bytes that each"
            + " change %,d bytes of state (%,d keys, nothing compresses), a function of %,d MB."
            + " Prices of %s, %s, %s.",
        workload.shards(),
        time(workload.batchWindow()),
        time(workload.interval()),
        workload.recordBytes(),
        workload.changedBytes(),
        workload.keys(),
        workload.memoryMb(),
        prices.region(),
        prices.asOf(),
        prices.terms());
  }

  private List<String> perMillion(Measured rate) {
    RequestUsage used = rate.perMillion();
    RequestUsage perRecord =
        PerRecordFunction.batch(rate.workload(), assumptions)
            .times(MILLION / rate.workload().batch());
    double flink = prices.usd(flinksFloor()) * MILLION / rate.recordsAMonth();
    return List.of(
        count(rate.workload().recordsPerSecond()),
        count(used.of(BilledUnit.LAMBDA_REQUEST)),
        count(used.of(BilledUnit.DYNAMODB_WRITE_UNIT)),
        count(used.of(BilledUnit.DYNAMODB_READ_UNIT)),
        count(used.of(BilledUnit.S3_WRITE)),
        count(used.of(BilledUnit.S3_READ)),
        count(used.of(BilledUnit.LAMBDA_GB_SECOND)),
        "**" + usd(prices.usd(used)) + "**",
        usd(prices.usd(perRecord)),
        usd(flink));
  }

  private List<List<String>> byTheMonth() {
    double idle =
        prices.usd(
            whileIdle
                .idle()
                .usage()
                .times(SECONDS_OF_A_MONTH / whileIdle.idleFor().toSeconds())
                .plus(BilledUnit.S3_GB_MONTH, whileIdle.storedBytes() / 1e9));
    double flink = prices.usd(flinksFloor());
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("idle: nothing arrives", "**" + usd(idle) + "**", usd(0), usd(flink)));
    for (Measured rate : measured) {
      double records = rate.recordsAMonth() / MILLION;
      RequestUsage perRecord =
          PerRecordFunction.batch(rate.workload(), assumptions)
              .times(rate.recordsAMonth() / rate.workload().batch());
      rows.add(
          List.of(
              String.format(
                  Locale.ROOT,
                  "%s records/s a shard, day and night: %s million",
                  count(rate.workload().recordsPerSecond()),
                  count(records)),
              "**" + usd(prices.usd(rate.perMillion()) * records) + "**",
              usd(prices.usd(perRecord)),
              usd(flink)));
    }
    rows.add(
        List.of(
            String.format(
                Locale.ROOT, "the construct's %d alarms and its dashboard", assumptions.alarms()),
            usd(
                prices.usd(
                    RequestUsage.of(BilledUnit.ALARM_MONTH, assumptions.alarms())
                        .plus(BilledUnit.DASHBOARD_MONTH, assumptions.dashboards()))),
            "",
            ""));
    rows.add(
        List.of(
            String.format(Locale.ROOT, "%d metrics, while it runs", assumptions.metrics()),
            usd(prices.usd(BilledUnit.METRIC_MONTH, assumptions.metrics())),
            "",
            ""));
    return rows;
  }

  private static RequestUsage flinksFloor() {
    return RequestUsage.of(BilledUnit.FLINK_KPU_HOUR, FLINK_KPUS * HOURS_OF_A_MONTH)
        .plus(BilledUnit.FLINK_GB_MONTH, FLINK_STORAGE_GB);
  }

  private List<String> assumed() {
    Workload workload = measured.getFirst().workload();
    double shards = prices.usd(BilledUnit.KINESIS_SHARD_HOUR, HOURS_OF_A_MONTH * workload.shards());
    double puts =
        prices.usd(
            BilledUnit.KINESIS_PUT_UNIT,
            MILLION * Math.ceil(workload.recordBytes() / PUT_UNIT_BYTES));
    return List.of(
        String.format(
            Locale.ROOT,
            "- Counted: every call of the real task and coordinator over %s of simulated time, with"
                + " the units that DynamoDB Local reports; a batch goes to any of %d warm"
                + " containers. Lambda asks a shard about once a second, so a shorter window"
                + " changes little. %d checkpoints at %s records/s.",
            time(workload.stretch()),
            workload.shards(),
            measured.getFirst().result().checkpoints(),
            count(workload.recordsPerSecond())),
        String.format(
            Locale.ROOT,
            "- Assumed: a DynamoDB call takes %s, a transaction %s, an S3 write %s, an S3 read %s,"
                + " one after the other; on a whole vCPU a record takes %s and a call %s; the"
                + " runtime adds %s; Lambda logs %d bytes an invocation; the coordinator has %,d"
                + " MB; entries stay %d days. Cold starts and failures are not in it.",
            time(assumptions.dynamoDb()),
            time(assumptions.dynamoDbTransaction()),
            time(assumptions.s3Write()),
            time(assumptions.s3Read()),
            time(assumptions.processing()),
            time(assumptions.calling()),
            time(assumptions.overhead()),
            assumptions.logBytesPerInvocation(),
            assumptions.coordinatorMb(),
            assumptions.entriesKept().toDays()),
        String.format(
            Locale.ROOT,
            "- State in DynamoDB per record: the same mapping and function size, one consistent"
                + " read and one conditional write a record, %d calls at once; it has no"
                + " checkpoints. Managed Flink's floor: 1 KPU, 1 for orchestration, %d GB of"
                + " running storage, whether or not one KPU is enough.",
            assumptions.overlapping(),
            FLINK_STORAGE_GB),
        String.format(
            Locale.ROOT,
            "- The stream costs the same for all three: %s a month for %d shards, and %s per"
                + " million records. Free: %s.",
            usd(shards),
            workload.shards(),
            usd(puts),
            String.join(", ", prices.free())),
        String.format(
            Locale.ROOT,
            "- An on-demand stream costs %s a month however many shards it has, and %s per million"
                + " records that Lambda reads once.",
            usd(prices.usd(BilledUnit.KINESIS_ON_DEMAND_STREAM_HOUR, HOURS_OF_A_MONTH)),
            usd(onDemand(workload.recordBytes()))));
  }

  /** The price of a million records that are written to an on-demand stream and read once. */
  private double onDemand(int recordBytes) {
    double writtenBytes =
        MILLION * Math.ceil(recordBytes / ON_DEMAND_UNIT_BYTES) * ON_DEMAND_UNIT_BYTES;
    return prices.usd(BilledUnit.KINESIS_ON_DEMAND_WRITTEN_GB, writtenBytes / 1e9)
        + prices.usd(BilledUnit.KINESIS_ON_DEMAND_READ_GB, MILLION * recordBytes / 1e9);
  }

  private static String row(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |";
  }

  /** Rounds to three digits: the count is exact, the assumptions are not. */
  private static String count(double amount) {
    BigDecimal whole = new BigDecimal(amount).setScale(0, RoundingMode.HALF_UP);
    return String.format(Locale.ROOT, "%,d", whole.round(new MathContext(3)).longValue());
  }

  /** To two digits, from ten dollars on to three, without cents. */
  private static String usd(double amount) {
    if (amount == 0) {
      return "$0";
    }
    if (amount >= 10) {
      return "$" + count(amount);
    }
    BigDecimal rounded = new BigDecimal(amount).round(new MathContext(2));
    return "$" + rounded.setScale(Math.max(rounded.scale(), 2)).toPlainString();
  }

  private static String time(Duration duration) {
    if (duration.toMillis() == 0) {
      return duration.toNanos() / 1000 + " µs";
    }
    if (duration.toMillis() < 1000) {
      return duration.toMillis() + " ms";
    }
    return duration.toMillis() % 60_000 == 0
        ? duration.toMinutes() + " min"
        : BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
  }
}
