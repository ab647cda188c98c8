package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.cli.ExitCode;
import dev.cairn.damage.Damage;
import dev.cairn.dynamodb.DynamoDbDamageStore;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.retry.Backoff;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Why a file is kept, and files that are missing or damaged. */
class FilesOnDemoTest extends CommandsOnDemo {
  @Test
  void whatIsNeededAndWhatIsNotIsSummedUp() throws IOException {
    Answer summary = cairn("gc");
    assertThat(summary.exitCode()).as(summary.err()).isZero();
    assertThat(summary.out())
        .contains("needed by journals", "dead letters: see cairn dead-letters", "in all")
        .contains("Nothing was deleted");

    JsonNode json = cairn("gc", "--json").json();
    long files = 0;
    for (JsonNode reason : json.get("reasons")) {
      files += reason.get("files").longValue();
    }
    assertThat(files).isPositive().isEqualTo(json.get("files").longValue());
    assertThat(json.at("/reasons/DEAD_LETTERS/files").longValue()).isEqualTo(1);
  }

  @Test
  void aFileIsExplainedWhicheverWayItIsNamed() throws IOException {
    JsonNode checkpoint = cairn("checkpoints", latest(), "--json").json();
    String metadata = checkpoint.at("/metadata/path").asText();
    String state = checkpoint.at("/acknowledgements/0/stateFile/path").asText();

    assertThat(cairn("gc", "--explain", metadata).out())
        .contains(metadata, "  checkpoint " + latest() + " needs it: its _metadata");
    for (String name :
        List.of(
            state,
            state.substring("flights/".length()),
            state.substring(state.lastIndexOf('/') + 1),
            demo.home().resolve("storage") + "/" + state)) {
      Answer explained = cairn("gc", "--explain", name);
      assertThat(explained.exitCode()).as(explained.err()).isZero();
      assertThat(explained.out())
          .contains("checkpoint " + latest() + " needs it: a state file of the state of aircraft/");
    }
    JsonNode json = cairn("gc", "--explain", state, "--json").json();
    assertThat(json.get("path").asText()).isEqualTo(state);
    assertThat(json.get("neededBy")).isNotEmpty();
    assertThat(cairn("gc", "--explain", "dead-letters").err())
        .contains("did you mean flights/dead");
  }

  @Test
  void aFileThatIsNotThereIsToldFromOneThatIsMissed() throws IOException {
    Answer unknown = cairn("gc", "--explain", "shared/nonsense");
    assertThat(unknown.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(unknown.err())
        .contains("job flights has no file \"shared/nonsense\"", "give a path such as flights/");
    assertThat(cairn("gc", "--explain", "_metadata").err())
        .contains("is the end of several files' paths");
    assertThat(cairn("gc", "--explain", "../else where").exitCode()).isEqualTo(ExitCode.NO);

    String state =
        cairn("checkpoints", latest(), "--json")
            .json()
            .at("/acknowledgements/0/stateFile/path")
            .asText();
    Path file = demo.home().resolve("storage").resolve(state);
    Path aside = demo.home().resolve("aside");
    Files.move(file, aside);
    try {
      Answer missing = cairn("gc", "--explain", state);
      assertThat(missing.exitCode()).isEqualTo(ExitCode.NO);
      assertThat(missing.out()).contains("is MISSING from the storage, and is needed:");
      assertThat(missing.err()).contains("put an intact copy back");

      Answer told = cairn("gc", "--explain", state, "--json");
      assertThat(told.exitCode()).isEqualTo(ExitCode.NO);
      assertThat(told.err()).isEmpty();
      assertThat(JSON.readerFor(JsonNode.class).readValues(told.out()).readAll())
          .as(told.out())
          .hasSize(1);
      assertThat(told.json().get("path").asText()).isEqualTo(state);
      assertThat(told.json().get("reason").asText()).isEqualTo("MISSING");
      assertThat(told.json().get("because").asText()).contains("put an intact copy back");
      assertThat(told.json().get("neededBy")).isNotEmpty();
    } finally {
      Files.move(aside, file);
    }
  }

  @Test
  void whatTheScrubberHasMarkedIsShown() throws IOException {
    JsonNode latest = cairn("checkpoints", latest(), "--json").json();
    FileRef metadata =
        new FileRef(
            new FilePath(latest.at("/metadata/path").asText()),
            latest.at("/metadata/sizeBytes").longValue(),
            new Sha256(latest.at("/metadata/sha256").asText()));
    Damage damage =
        new Damage(
            metadata,
            "its SHA-256 is another",
            Instant.parse("2026-11-21T10:00:00Z"),
            new TreeSet<>(List.of(new CheckpointId(latest.get("id").longValue()))),
            new TreeSet<>(),
            false);
    JobId job = new JobId("flights");
    try (DynamoDbClient client = demoClient()) {
      DynamoDbDamageStore marks =
          new DynamoDbDamageStore(client, DemoSettings.TABLE, Backoff.sleeping());
      marks.mark(job, damage);
      try {
        assertThat(cairn("checkpoints").out()).contains("3/3  DAMAGED: 1 file");
        assertThat(cairn("checkpoints", latest()).out()).contains("  " + damage);
        assertThat(cairn("checkpoints", latest(), "--json").json().at("/damaged/0/damage").asText())
            .isEqualTo("its SHA-256 is another");
        Answer status = cairn("status");
        assertThat(status.exitCode()).isEqualTo(ExitCode.NO);
        assertThat(status.out()).contains("WRONG  a needed file is damaged", "Damaged files");
      } finally {
        marks.unmark(job, damage.path());
      }
    }
    assertThat(cairn("checkpoints").out()).doesNotContain("DAMAGED");
  }
}
