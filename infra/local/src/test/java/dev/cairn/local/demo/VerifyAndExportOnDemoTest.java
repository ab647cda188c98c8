package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.checkpoint.Acknowledgement.Acknowledged;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.cli.ExitCode;
import dev.cairn.directory.DirectoryFileStorage;
import dev.cairn.state.BlockChecksum;
import dev.cairn.state.Change;
import dev.cairn.state.RunReader;
import dev.cairn.state.RunRef;
import dev.cairn.state.StateKey;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints that are verified, and copies of them. */
class VerifyAndExportOnDemoTest extends CommandsOnDemo {
  @Test
  void aDirectoryThatIsNotThereIsNoDamagedCheckpoint() throws IOException {
    assertFails(
        ExitCode.UNUSABLE,
        "there is no directory nowhere",
        "verify",
        latest(),
        "--storage",
        "nowhere");
  }

  @Test
  void everyFileOfAnIntactCheckpointIsRead() throws IOException {
    Answer intact = cairn("verify", latest());
    assertThat(intact.exitCode()).as(intact.out()).isZero();
    assertThat(intact.out())
        .contains("metadata", "state", "run", "is intact")
        .doesNotContain("DAMAGED");
    assertThat(cairn("verify", latest(), "--json").json().get("intact").asBoolean()).isTrue();
  }

  @Test
  void aDamagedOrMissingFileIsNamed() throws IOException {
    String id = latest();
    JsonNode files = cairn("verify", id, "--json").json().get("files");
    String run = pathOf(files, "run");
    Path file = demo.home().resolve("storage").resolve(run);
    byte[] whole = Files.readAllBytes(file);
    try {
      byte[] damaged = whole.clone();
      damaged[damaged.length / 2] ^= 1;
      Files.write(file, damaged);
      Answer verdict = cairn("verify", id);
      assertThat(verdict.exitCode()).isEqualTo(ExitCode.NO);
      assertThat(verdict.out()).contains("DAMAGED", run, "has SHA-256", "is DAMAGED: 1 of");

      Files.delete(file);
      assertThat(cairn("verify", id).out())
          .contains(run + " (" + whole.length + " bytes) is not in the checkpoint storage");
    } finally {
      Files.write(file, whole);
    }
    assertThat(cairn("verify", id).exitCode()).isZero();
  }

  @Test
  void anExportNeedsNothingOutsideItsDirectoryWhereverThatIs(@TempDir Path elsewhere)
      throws IOException {
    Path backup = elsewhere.resolve("backups/flights");

    Answer exported = cairn("export", latest(), "--to", backup.toString());

    assertThat(exported.exitCode()).as(exported.err()).isZero();
    assertThat(exported.out())
        .contains(
            "written",
            "aircraft/shardId-000000000002/run",
            "checkpoint " + latest() + " is exported: 7 files",
            "it is named by file://" + backup + "/_metadata");
    Path moved = Files.move(backup, elsewhere.resolve("moved"));
    for (String name : List.of(moved.toString(), moved + "/_metadata", "file://" + moved)) {
      // Where no job is, and no demo.
      Answer verdict = cairnAt(elsewhere, "verify", name);
      assertThat(verdict.exitCode()).as(verdict.out() + verdict.err()).isZero();
      assertThat(verdict.out())
          .contains("file://" + moved + "/_metadata is intact: 7 files", "run", "state");
    }
    JsonNode json = cairnAt(elsewhere, "verify", moved.toString(), "--json").json();
    assertThat(json.get("metadata").asText()).isEqualTo("file://" + moved + "/_metadata");
    assertThat(json.get("intact").asBoolean()).isTrue();

    Path run = moved.resolve("aircraft/shardId-000000000003/run");
    byte[] damaged = Files.readAllBytes(run);
    damaged[damaged.length / 2] ^= 1;
    Files.write(run, damaged);
    Answer verdict = cairnAt(elsewhere, "verify", moved.toString());
    assertThat(verdict.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(verdict.out()).contains("DAMAGED", run.toString(), "1 of 7 files");
  }

  @Test
  void anExportHoldsTheStateOfItsCheckpointInOneRunOfEachTask(@TempDir Path elsewhere)
      throws IOException {
    String id = latest();
    SortedMap<StateKey, String> before = cells(demo.home().resolve("storage"), metadataOf(id));

    JsonNode exported =
        cairn("export", id, "--to", elsewhere.resolve("copy").toString(), "--json").json();

    FilePath copied = new FilePath(exported.at("/metadata/path").asText());
    assertThat(exported.get("files")).hasSize(7);
    assertThat(before).isNotEmpty();
    assertThat(cells(elsewhere, copied)).isEqualTo(before);
    // A copy of a copy is the same bytes.
    cairn("export", elsewhere + "/copy", "--to", elsewhere + "/again");
    for (JsonNode file : exported.get("files")) {
      Path one =
          Path.of("/" + new FilePath(file.get("path").asText()).absolute().orElseThrow().names());
      Path other = elsewhere.resolve("again").resolve(elsewhere.resolve("copy").relativize(one));
      assertThat(other).hasSameBinaryContentAs(one);
    }
  }

  private static SortedMap<StateKey, String> cells(Path root, FilePath metadata) {
    FileStorage storage = new DirectoryFileStorage(root);
    SortedMap<StateKey, String> cells = new TreeMap<>();
    byte[] bytes = storage.get(metadata).orElseThrow();
    for (Acknowledged acknowledged :
        CheckpointFormat.readMetadata(bytes, metadata).acknowledgements()) {
      FilePath at = acknowledged.stateFile().orElseThrow().path();
      SubtaskState state = CheckpointFormat.readState(storage.get(at).orElseThrow(), at);
      for (RunRef run : state.manifest().runs().reversed()) {
        byte[] content = storage.get(run.file().path()).orElseThrow();
        for (Change change :
            RunReader.open(content, "run", new BlockChecksum()).within(run.range())) {
          switch (change) {
            case Change.Put put -> cells.put(put.key(), HexFormat.of().formatHex(put.value()));
            case Change.Removed removed -> cells.remove(removed.key());
          }
        }
      }
    }
    return cells;
  }

  @Test
  void anExportOverwritesNothingAndGoesOnWhereItWasInterrupted(@TempDir Path elsewhere)
      throws IOException {
    Path backup = elsewhere.resolve("backup");
    String id = latest();
    cairn("export", id, "--to", backup.toString());
    byte[] metadata = Files.readAllBytes(backup.resolve("_metadata"));

    assertFails(
        ExitCode.NO,
        "file://" + backup + "/_metadata exists already: nothing is overwritten",
        "export",
        id,
        "--to",
        backup.toString());

    Files.delete(backup.resolve("_metadata"));
    Files.delete(backup.resolve("aircraft/shardId-000000000005/run"));
    assertThat(cairn("export", id, "--to", backup.toString()).exitCode()).isZero();
    assertThat(backup.resolve("_metadata")).hasBinaryContent(metadata);

    Files.delete(backup.resolve("_metadata"));
    Path run = Files.writeString(backup.resolve("aircraft/shardId-000000000005/run"), "mine");
    assertFails(
        ExitCode.NO,
        run + " exists with other bytes: nothing is overwritten",
        "export",
        id,
        "--to",
        backup.toString());
    assertThat(run).hasContent("mine");
  }

  @Test
  void aDamagedCheckpointIsNotExported(@TempDir Path elsewhere) throws IOException {
    String id = latest();
    String run = pathOf(cairn("verify", id, "--json").json().get("files"), "run");
    Path file = demo.home().resolve("storage").resolve(run);
    byte[] whole = Files.readAllBytes(file);
    try {
      Files.write(file, new byte[] {1});
      assertFails(ExitCode.NO, run + " has 1 bytes", "export", id, "--to", elsewhere + "/damaged");
      Files.delete(file);
      assertFails(
          ExitCode.NO,
          "the checkpoint cannot be copied: " + run,
          "export",
          id,
          "--to",
          elsewhere + "/missing");
    } finally {
      Files.write(file, whole);
    }
    assertThat(elsewhere.resolve("damaged/_metadata")).doesNotExist();
    assertThat(elsewhere.resolve("missing/_metadata")).doesNotExist();
  }

  @Test
  void aCheckpointIsVerifiedByItsPathToo() throws IOException {
    String metadata = metadataOf(latest()).value();

    assertThat(cairn("verify", metadata).out()).contains(metadata + " is intact");
    assertThat(cairn("verify", demo.home().resolve("storage").resolve(metadata).toString()).out())
        .contains(metadata + " is intact");
  }

  @Test
  void whatCannotBeExportedOrVerifiedIsSaidPlainly(@TempDir Path elsewhere) throws IOException {
    assertFails(
        ExitCode.UNUSABLE, "my backup", "export", latest(), "--to", elsewhere + "/my backup");
    assertFails(
        ExitCode.UNUSABLE, "hdfs://namenode/x", "export", latest(), "--to", "hdfs://namenode/x");
    assertFails(
        ExitCode.UNUSABLE,
        "is neither in S3 nor in a directory",
        "export",
        latest(),
        "--to",
        "memory://process/x");
    assertFails(
        ExitCode.NO, "there is no file://" + elsewhere + "/_metadata", "verify", elsewhere + "/");
    assertFails(ExitCode.NO, "there is no savepoints/x/_metadata", "verify", "savepoints/x");
    assertFails(ExitCode.NO, "checkpoint 9999", "export", "9999", "--to", elsewhere + "/x");

    Files.writeString(elsewhere.resolve("_metadata"), "no JSON");
    assertFails(
        ExitCode.NO, "cannot be exported", "export", elsewhere + "/", "--to", elsewhere + "/x");
    assertThat(cairn("verify", elsewhere + "/").out()).contains("is DAMAGED: 1 of 1 files");
  }

  private static String pathOf(JsonNode files, String kind) {
    for (JsonNode file : files) {
      if (file.get("kind").asText().equals(kind)) {
        return file.get("path").asText();
      }
    }
    throw new AssertionError("no " + kind + " in " + files);
  }

  @Test
  void theDemoHasNoS3AndADryRunSaysWhoseRightsItTried() throws IOException {
    assertFails(
        ExitCode.UNUSABLE,
        "--to s3://bucket/copies: the demo's files are on this machine, not in S3; export to"
            + " a directory such as --to ./copy, and upload it with: aws s3 cp --recursive ./copy"
            + " s3://bucket/copies",
        "export",
        latest(),
        "--to",
        "s3://bucket/copies");
    assertFails(
        ExitCode.UNUSABLE,
        "--to: path \"s3://b/p\" names no bucket: \"b\" cannot be one's name",
        "export",
        latest(),
        "--to",
        "s3://b/p");
    assertThat(cairn("restore", latest(), "--dry-run").out())
        .contains("rights     checked with your permissions, from this machine");
  }
}
