package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.cli.ExitCode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The status of a job, its settings and its history. */
class JobOnDemoTest extends CommandsOnDemo {
  @Test
  void theDemoDoesWhatPeopleFearAndItsStateIsEqualToTheFold() {
    assertThat(demo.shown()).as(demo.told()).isTrue();
    assertThat(demo.told())
        .contains(
            "ABANDONED:",
            "TIMED OUT:",
            "TWICE:",
            "ZOMBIE:",
            "RESTORE:",
            "lost and dropped its work",
            "it lost revision")
        .contains("3,999 records, 1 dead letters", "differences 0", "EQUAL. Exactly once")
        .contains(
            "SPLIT: aws kinesis split-shard closes shardId-000000000000 and divides its keys"
                + " between shardId-000000000003 and shardId-000000000004",
            "MERGE: aws kinesis merge-shards closes shardId-000000000004 and shardId-000000000001"
                + " and gives their keys to shardId-000000000005",
            "shardId-000000000000 is closed by revision",
            "shardId-000000000003 opens with the state of shardId-000000000000",
            "shardId-000000000003 and shardId-000000000004 caught up within",
            "shardId-000000000005 opens with the state of shardId-000000000004 and"
                + " shardId-000000000001",
            "split       shardId-000000000000 into shardId-000000000003 and shardId-000000000004",
            "merged      shardId-000000000004 and shardId-000000000001 into shardId-000000000005")
        .doesNotContain("DIFFERENT", "NOT SHOWN");
  }

  @Test
  void theStatusIsOneScreen() throws IOException {
    Answer status = cairn("status");
    assertThat(status.exitCode()).as(status.out()).isZero();
    assertThat(status.out())
        .contains("job flights  RUNNING", "stream unknown: the demo's stream is inside its process")
        .contains("COMPLETED", "SUBTASK", "aircraft/shardId-000000000002", "unknown")
        .contains("NOTE   1 records could not be processed", "flights/dead-letters/")
        .doesNotContain("WRONG");

    JsonNode json = cairn("status", "--json").json();
    assertThat(json.at("/lastCompleted/id").longValue())
        .isEqualTo(json.get("latestCheckpoint").longValue());
    assertThat(json.get("subtasks").size()).as("those that are not retired").isBetween(3, 6);
    long applied = json.at("/retired/applied").asLong();
    for (JsonNode subtask : json.get("subtasks")) {
      applied += subtask.get("applied").longValue();
      assertThat(subtask.get("gap").booleanValue()).isFalse();
      assertThat(subtask.has("lagUnknown")).isNotEqualTo(isClosed(subtask));
    }
    assertThat(applied).isEqualTo(FinishedDemo.FLIGHTS - 1L);
    assertThat(json.at("/findings").findValuesAsText("kind")).contains("DEAD_LETTERS");
  }

  /** Nothing waits in a shard that a split or a merge has closed. */
  private static boolean isClosed(JsonNode subtask) {
    return subtask.get("position").asText().equals("end");
  }

  @Test
  void theStatusOfAJobThatIsNotThereSaysWhatToDo() {
    Answer status = cairn("status", "--job", "other");
    assertThat(status.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(status.out())
        .contains("WRONG  job other has no item in the table", "-> check --job");
  }

  @Test
  void aJobIsShownWithEverySettingAndWhereItWasSet() throws IOException {
    Answer job = cairn("job");
    // "none" is a restart strategy.
    assertThat(job.out()).containsPattern("restart-strategy\\.type +not set");
    assertThat(job.exitCode()).as(job.err()).isZero();
    assertThat(job.out())
        .contains("job flights  RUNNING", "latest    checkpoint " + latest(), "undo      of the")
        .containsPattern("execution.checkpointing.interval +.*the job's item")
        .containsPattern("restart-strategy.type +.* by default");

    JsonNode json = cairn("job", "--json").json();
    assertThat(json.get("nextCheckpoint").longValue())
        .isGreaterThan(json.get("latestCheckpoint").longValue());
    JsonNode interval =
        json.get("settings")
            .valueStream()
            .filter(one -> one.get("name").asText().equals("execution.checkpointing.interval"))
            .findFirst()
            .orElseThrow();
    assertThat(interval.get("place").asText()).isEqualTo("ITEM");
  }

  @Test
  void theHistoryTellsOfCheckpointsAndRestores() throws IOException {
    Answer history = cairn("history", "--limit", "1000");
    assertThat(history.exitCode()).as(history.err()).isZero();
    assertThat(history.out())
        .contains("COMPLETED", "is complete after ", "  (schedule)")
        .contains("RESTORE_BEGUN", "the job is restored to checkpoint ", "RESTORED");

    JsonNode json = cairn("history", "--limit", "1000", "--json").json().get("history");
    List<String> times = json.findValuesAsText("at");
    assertThat(times).hasSizeGreaterThan(3);
    JsonNode last = cairn("history", "--limit", "1", "--json").json().get("history");
    assertThat(last).hasSize(1);
    assertThat(last.get(0)).isEqualTo(json.get(json.size() - 1));
    assertThat(json.findValuesAsText("cause")).anyMatch(cause -> cause.startsWith("restore "));

    assertThat(cairn("history", "--since", "1 ms").out()).contains("Nothing is recorded of that");
    assertThat(cairn("history", "--limit", "0").err()).contains("--limit must be 1 or more, not 0");
  }

  @Test
  void theHistoryHasTheUnitsOfTheCheckpointsTable() {
    Answer history = cairn("history");
    assertThat(history.out())
        .containsPattern(
            "is complete after [0-9.]+ s, with [0-9.]+ [kM]?B, [0-9.]+ [kM]?B of them new")
        .doesNotContainPattern("\\d ms|\\d bytes|; nothing");
  }
}
