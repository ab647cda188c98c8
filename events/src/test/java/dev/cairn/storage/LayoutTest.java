package dev.cairn.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.JobId;
import dev.cairn.id.RecordNumber;
import dev.cairn.id.Revision;
import dev.cairn.id.SavepointName;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubSequenceNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.storage.Layout.Owned;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LayoutTest {
  private static final SubtaskId SUBTASK =
      new SubtaskId(
          new JobId("flights"), new StageId("delays"), new ShardId("shardId-000000000003"));
  private static final Revision BASE = new Revision(41);
  private static final EntryId ENTRY = new EntryId("e-7");
  private static final CheckpointId CHECKPOINT = new CheckpointId(12);

  @Test
  void everythingHasItsPlace() {
    String base = "00000000000000000041";
    assertThat(Layout.job(SUBTASK.job())).hasToString("flights");
    assertThat(Layout.run(SUBTASK, BASE, ENTRY))
        .hasToString("flights/shared/delays/shardId-000000000003/run-" + base + "-e-7");
    assertThat(Layout.state(SUBTASK, BASE, ENTRY))
        .hasToString("flights/shared/delays/shardId-000000000003/state-" + base + "-e-7");
    assertThat(Layout.delta(SUBTASK, BASE, ENTRY))
        .hasToString("flights/taskowned/delays/shardId-000000000003/delta-" + base + "-e-7");
    assertThat(Layout.checkpoint(SUBTASK.job(), CHECKPOINT)).hasToString("flights/chk-12");
    assertThat(Layout.state(SUBTASK, CHECKPOINT, BASE, ENTRY))
        .hasToString("flights/chk-12/delays/shardId-000000000003/state-" + base + "-e-7");
    assertThat(Layout.metadata(SUBTASK.job(), CHECKPOINT)).hasToString("flights/chk-12/_metadata");
    assertThat(Layout.deadLetter(SUBTASK, new SequenceNumber("4951")))
        .hasToString("flights/dead-letters/delays/shardId-000000000003/4951");
    RecordNumber part = RecordNumber.of(new SequenceNumber("4951"), new SubSequenceNumber(7));
    FilePath letter = Layout.deadLetter(SUBTASK, part);
    assertThat(letter).hasToString("flights/dead-letters/delays/shardId-000000000003/4951.7");
    assertThat(Layout.isDeadLetter(letter)).isTrue();
    assertThat(Layout.isDeadLetter(Layout.resent(SUBTASK, part))).isTrue();
  }

  @Test
  void aPathIsReadInOneWayWhateverCharactersItsIdsHave() {
    List<String> awkward =
        List.of("a", "a.b", "a-b", "run-1", "chk-1", "shared", "state-00000000000000000001-x", "0");
    Set<FilePath> paths = new HashSet<>();
    int files = 0;
    for (String job : awkward) {
      for (String stage : awkward) {
        for (String shard : awkward) {
          for (String id : awkward) {
            SubtaskId subtask =
                new SubtaskId(new JobId(job), new StageId(stage), new ShardId(shard));
            EntryId entry = new EntryId(id);
            Revision base = new Revision(Long.MAX_VALUE);
            for (FilePath path :
                List.of(
                    Layout.run(subtask, base, entry),
                    Layout.state(subtask, base, entry),
                    Layout.delta(subtask, base, entry),
                    Layout.state(subtask, new CheckpointId(Long.MAX_VALUE), base, entry))) {
              assertThat(Layout.parse(path)).contains(new Owned(subtask, base, entry));
              paths.add(path);
              files++;
            }
          }
        }
      }
    }
    assertThat(paths).hasSize(files);
  }

  @Test
  void aSavepointHasADirectoryOfItsOwn() {
    FilePath directory =
        Layout.savepoint(Layout.SAVEPOINTS, SUBTASK.job(), CHECKPOINT, Optional.empty());
    FilePath named =
        Layout.savepoint(
            new FilePath("s3://other/saved"),
            SUBTASK.job(),
            CHECKPOINT,
            Optional.of(new SavepointName("before-upgrade")));
    String base = "00000000000000000041";

    assertThat(directory).hasToString("savepoints/flights/savepoint-12");
    assertThat(named).hasToString("s3://other/saved/flights/savepoint-12-before-upgrade");
    assertThat(Layout.metadataIn(directory))
        .hasToString("savepoints/flights/savepoint-12/_metadata");
    assertThat(Layout.stateIn(directory, SUBTASK, BASE, ENTRY))
        .hasToString(directory + "/delays/shardId-000000000003/state-" + base + "-e-7");
    assertThat(Layout.runIn(directory, SUBTASK, BASE, ENTRY))
        .hasToString(directory + "/delays/shardId-000000000003/run-" + base + "-e-7");
  }

  @Test
  void noJobsFolderIsTheFolderOfSavepoints() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JobId(Layout.SAVEPOINTS.value()))
        .withMessageContaining("choose another name");
  }

  @Test
  void nothingOfASavepointIsTakenForAFileOfAJob() {
    for (String job : List.of("shared", "taskowned", "chk-1", "flights")) {
      FilePath directory =
          Layout.savepoint(
              Layout.SAVEPOINTS, new JobId(job), CHECKPOINT, Optional.of(new SavepointName("x")));

      assertThat(Layout.parseMetadata(Layout.metadataIn(directory))).isEmpty();
      assertThat(Layout.parse(Layout.stateIn(directory, SUBTASK, BASE, ENTRY))).isEmpty();
      assertThat(Layout.parse(Layout.runIn(directory, SUBTASK, BASE, ENTRY))).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3://bucket", "s3://bucket/team/cairn", "file:///data", "file://"})
  void theRootOfAnotherStorageIsWhatComesBeforeItsFiles(String root) {
    for (FilePath path :
        List.of(
            Layout.metadata(SUBTASK.job(), CHECKPOINT),
            Layout.state(SUBTASK, CHECKPOINT, BASE, ENTRY),
            Layout.state(SUBTASK, BASE, ENTRY),
            Layout.run(SUBTASK, BASE, ENTRY))) {
      assertThat(Layout.rootOf(new FilePath(root + "/" + path))).contains(root);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://bucket",
        "s3://bucket/_metadata",
        "s3://bucket/chk-12/_metadata",
        "s3://bucket/flights/savepoint-12/_metadata",
        "flights/chk-12/_metadata",
      })
  void whatDoesNotLieInItsFoldersTellsNoRoot(String path) {
    assertThat(Layout.rootOf(new FilePath(path))).isEmpty();
  }

  @Test
  void theLongestIdsFit() {
    String longest = "x".repeat(128);
    SubtaskId subtask =
        new SubtaskId(new JobId(longest), new StageId(longest), new ShardId(longest));
    FilePath path = Layout.state(subtask, CHECKPOINT, BASE, new EntryId(longest));

    assertThat(Layout.parse(path)).contains(new Owned(subtask, BASE, new EntryId(longest)));
    assertThat(path.fileName()).hasSizeLessThanOrEqualTo(255);
    FilePath savepoint =
        Layout.savepoint(
            Layout.SAVEPOINTS,
            subtask.job(),
            new CheckpointId(Long.MAX_VALUE),
            Optional.of(new SavepointName(longest)));
    assertThat(savepoint.fileName()).hasSizeLessThanOrEqualTo(255);
    assertThat(Layout.stateIn(savepoint, subtask, BASE, new EntryId(longest)).value())
        .hasSizeLessThanOrEqualTo(900);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flights",
        "flights/chk-12/_metadata",
        "flights/dead-letters/delays/shard-1/4951",
        "flights/shared/delays/shard-1/notes.txt",
        "flights/shared/delays/shard-1/delta-00000000000000000041-e",
        "flights/taskowned/delays/shard-1/run-00000000000000000041-e",
        "flights/chk-12/delays/shard-1/run-00000000000000000041-e",
        "flights/chk-012/delays/shard-1/state-00000000000000000041-e",
        "flights/shared/delays/shard-1/run-41-e",
        "flights/shared/delays/shard-1/run-00000000000000000041-",
        "flights/shared/delays/shard-1/run-00000000000000000041-_e",
        "flights/shared/delays/shard-1/run-99999999999999999999-e",
        "flights/shared/_delays/shard-1/run-00000000000000000041-e",
        "flights/shared/delays/run-00000000000000000041-e",
        "team/flights/shared/delays/shard-1/run-00000000000000000041-e",
      })
  void everyOtherFileIsLeftAlone(String path) {
    assertThat(Layout.parse(new FilePath(path))).isEmpty();
  }
}
