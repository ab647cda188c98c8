package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.cli.ExitCode;
import dev.cairn.dynamodb.CairnTable;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.id.JobId;
import dev.cairn.job.Job;
import dev.cairn.retry.Backoff;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Requests that a coordinator serves: restores, savepoints, halts and forks. */
class RequestsOnDemoTest extends CommandsOnDemo {
  @Test
  void aRestoreIsFollowedToItsEnd() throws IOException {
    long epoch = cairn("checkpoints", "--json").json().get("epoch").longValue();
    Answer restored = cairn("restore", latest(), "--timeout", "30s");
    assertThat(restored.exitCode()).as(restored.err()).isZero();
    assertThat(restored.out()).contains("requested", "running").doesNotContain("refused");
    JsonNode after = cairn("checkpoints", "--json").json();
    assertThat(after.get("epoch").longValue()).isEqualTo(epoch + 1);
    assertThat(
            cairn("state", "N7", "--json").json().at("/state/punctuality/departures").longValue())
        .isEqualTo(FinishedDemo.FLIGHTS / FinishedDemo.AIRCRAFT);
  }

  @Test
  void aRefusedRestoreSaysWhyAndChangesNothing() {
    Answer refused = cairn("restore", "9999", "--timeout", "30s", "--json");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(refused.out()).contains("\"step\":\"refused\"").contains("9999");
    assertThat(cairn("checkpoints").out()).contains("RUNNING", "last refusal");
    assertThat(cairn("status").out()).contains("NOTE   \"restore 9999\" was refused at");
  }

  @Test
  void aDryRunTellsWhatARestoreWouldDoAndDoesNotDoIt() throws IOException {
    JsonNode before = cairn("checkpoints", "--json").json();
    Answer possible = cairn("restore", "latest", "--dry-run");
    assertThat(possible.exitCode()).as(possible.out() + possible.err()).isZero();
    assertThat(possible.out())
        .contains(
            "possible   checkpoint " + latest() + " can be restored",
            "all present, each with its size and SHA-256",
            "states     all fit version $LATEST of the code of aircraft",
            "damage     no damage is known",
            "aircraft/shardId-000000000002",
            "Nothing was changed.");

    JsonNode json = cairn("restore", latest(), "--dry-run", "--json").json();
    assertThat(json.get("possible").asBoolean()).isTrue();
    assertThat(json.get("subtasks").size()).as("those that are not retired").isBetween(3, 6);
    assertThat(json.get("files").findValuesAsText("kind")).contains("state", "run");

    Answer refused = cairn("restore", "9999", "--dry-run");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(refused.out())
        .contains("refused    checkpoint 9999 is unknown", "Nothing was changed.");
    JsonNode after = cairn("checkpoints", "--json").json();
    assertThat(after.get("epoch")).isEqualTo(before.get("epoch"));
  }

  @Test
  void aSavepointIsTakenAndDisposedOf() throws IOException {
    Answer taken = cairn("savepoint", "for-a-test", "--timeout", "30s");
    assertThat(taken.exitCode()).as(taken.out() + taken.err()).isZero();
    assertThat(taken.out())
        .contains(
            "requested  command = savepoint for-a-test is set on job flights",
            "completed  savepoint",
            "-for-a-test/_metadata");
    String[] lines = cairn("savepoint", "--json").out().split("\\R");
    JsonNode last = JSON.readTree(lines[lines.length - 1]);
    assertThat(last.get("step").asText()).isEqualTo("completed");
    String id = last.get("checkpoint").asText();
    Path metadata = demo.home().resolve("storage").resolve(last.at("/metadata/path").asText());
    assertThat(metadata).exists();

    Answer disposed = cairn("dispose", id);
    assertThat(disposed.exitCode()).as(disposed.out() + disposed.err()).isZero();
    assertThat(disposed.out()).contains("disposed   savepoint " + id + " is disposed of");
    assertThat(metadata).doesNotExist();
    assertThat(cairn("dispose", "9999").out())
        .contains("refused    checkpoint 9999 is unknown; list them with: cairn checkpoints");
  }

  @Test
  void aJobIsCancelledAndResumed() throws IOException {
    Answer cancelled = cairn("cancel", "--retain", "--timeout", "30s");
    assertThat(cancelled.exitCode()).as(cancelled.out() + cancelled.err()).isZero();
    assertThat(cancelled.out()).contains("cancelled  nothing is applied any more");
    assertThat(cairn("checkpoints").out()).contains("job flights  CANCELLED");
    assertThat(cairn("checkpoint").out())
        .contains("refused    the job is CANCELLED and takes no checkpoints; resume it first");

    Answer resumed = cairn("resume", "--timeout", "30s");
    assertThat(resumed.exitCode()).as(resumed.out() + resumed.err()).isZero();
    assertThat(resumed.out()).contains("running    the job goes on; epoch");
    assertThat(cairn("resume").out()).contains("refused    the job runs already");
  }

  @Test
  void aRequestThatWaitsIsNotReplacedUnlessThatIsMeant() {
    // In a table that no coordinator looks at.
    String[] idle = {"--endpoint", demo.endpoint().toString(), "--table", "idle", "--job", "idle"};
    try (DynamoDbClient client = demoClient()) {
      CairnTable.create(client, "idle");
      new DynamoDbCheckpointStore(client, "idle", Backoff.sleeping(), InstantSource.system())
          .create(Job.create(new JobId("idle"), CheckpointSettings.DEFAULTS));
    }
    assertThat(cairn(with(idle, "cancel", "--no-wait")).exitCode()).isZero();

    Answer second = cairn(with(idle, "resume", "--no-wait"));
    assertThat(second.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(second.err())
        .contains("\"cancel\" was asked of job idle before and is still waiting", "--force");

    Answer forced = cairn(with(idle, "resume", "--force", "--timeout", "200ms"));
    assertThat(forced.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(forced.out()).contains("requested  command = resume");
    assertThat(forced.err()).contains("\"resume\" is not done after 200 ms", "cairn status");
  }

  @Test
  void aForkThatIsNotDeployedYetIsSaidToBeOne() throws IOException {
    Answer forked = cairn("fork", latest(), "--as", "copy", "--timeout", "30s");
    assertThat(forked.exitCode()).as(forked.out() + forked.err()).isZero();

    Answer status = cairn("status", "--job", "copy");
    assertThat(status.exitCode()).as(status.out()).isZero();
    assertThat(status.out())
        .contains(
            "NOTE   the job is a fork that begins from ",
            "and no coordinator of it has run yet",
            "-> deploy it as a fork, on the table, the bucket and the stream of its parent job",
            "cairn fork --release copy")
        .doesNotContain("WRONG");

    assertThat(cairn("fork", "--release", "copy", "--timeout", "30s").exitCode()).isZero();
    assertThat(cairn("status", "--job", "copy").out()).doesNotContain("deploy it as a fork");
  }
}
