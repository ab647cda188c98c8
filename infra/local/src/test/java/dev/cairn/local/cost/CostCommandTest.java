package dev.cairn.local.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class CostCommandTest {
  private static List<String> cost(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("--shards", "1", "--interval", "5s", "--keys", "20", "--changed-bytes", "50"));
    arguments.addAll(List.of(more));
    StringWriter out = new StringWriter();
    int exitCode =
        new CommandLine(new CostCommand())
            .setOut(new PrintWriter(out))
            .registerConverter(Duration.class, text -> Duration.parse("PT" + text))
            .execute(arguments.toArray(String[]::new));
    assertThat(exitCode).isZero();
    return out.toString().lines().toList();
  }

  private static String idle(List<String> lines) {
    return lines.stream()
        .filter(line -> line.contains("idle: nothing arrives"))
        .findFirst()
        .map(line -> line.replaceAll(" +", " "))
        .orElseThrow();
  }

  @Test
  void anIdlePipelineCostsTheSameWhicheverRateIsAskedFor() {
    List<String> slow = cost("--rate", "10");
    List<String> fast = cost("--rate", "40");
    assertThat(idle(fast)).isEqualTo(idle(slow)).contains("$");
  }

  @Test
  void aTerminalGetsATableAndTheReadmeMarkdown() {
    List<String> text = cost("--rate", "10,20");
    assertThat(text)
        .noneMatch(line -> line.startsWith("|") || line.contains("**"))
        .anyMatch(line -> line.matches("PER MILLION RECORDS +AT 10/S +AT 20/S"))
        .anyMatch(line -> line.matches("DynamoDB write units +[0-9,]+ +[0-9,]+"))
        .anyMatch(line -> line.matches("Cairn, USD +\\$[0-9.]+ +\\$[0-9.]+"));
    assertThat(cost("--rate", "10", "--markdown"))
        .anyMatch(line -> line.startsWith("| records/s a shard |"));
  }
}
